"""Change lists and limits: with a start date, a clause and a record; nothing is overwritten."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.audit.actions import record
from quanyu.kernel.codes import queries, rules
from quanyu.kernel.codes.models import (
    STANDING,
    Clause,
    Code,
    CodeList,
    CodesEdition,
    Document,
    Limit,
)
from quanyu.kernel.codes.rules import (
    AlreadyThere,
    NothingPlanned,
    NotInForce,
    NotKeeper,
    StillParent,
    WrongCode,
)
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.keys import uuid7

D = TypeVar("D", Code, Limit)

KEEPERS = frozenset({Role.SYS_ADMIN, Role.DISTRICT_ADMIN, Role.SYSTEM})
"""Who keeps codes: an administrator of the whole city; limits, of the place they hold at."""

CHANGEABLE = (
    "name",
    "name_en",
    "parent",
    "scheme",
    "version",
    "replaced_by",
    "clause",
    "attributes",
)


def check_keeper(actor: Actor, path: str) -> None:
    """Refuse whoever does not administer all of ``path``.

    :raises NotKeeper: if no grant of theirs covers it
    """
    if not KEEPERS & actor.roles_at(path):
        raise NotKeeper(_("只有全市的系统管理员或区级统筹可以修改代码和时限"))


@transaction.atomic
def add_document(
    *,
    title: str,
    number: str = "",
    issuer: str = "",
    issued: date | None = None,
    source: str = "",
    is_sample: bool = False,
    title_en: str = "",
    actor: Actor,
    at: datetime,
) -> Document:
    """Enter a policy document that codes and limits rest on (登记政策文件).

    :raises AlreadyThere: if it is entered already
    """
    check_keeper(actor, settings.QUANYU_CITY)
    if not title.strip():
        raise WrongCode(_("请填写标题"), field="title")
    lock()
    if Document.objects.filter(title=title, number=number).exists():
        raise AlreadyThere(_("这份文件已经登记"), field="title", value=title)
    document = Document.objects.create(
        title=title,
        title_en=title_en,
        number=number,
        issuer=issuer,
        issued_date=issued,
        source=source,
        is_sample=is_sample,
    )
    facts = {"title": title, "number": number, "issuer": issuer}
    record("codes.add_document", document, actor=actor, at=at, facts=facts)
    return document


@transaction.atomic
def add_clause(
    *, document_id: UUID, number: str, summary: str = "", actor: Actor, at: datetime
) -> Clause:
    """Enter one clause of a document (登记条款).

    :raises AlreadyThere: if it is entered already
    """
    check_keeper(actor, settings.QUANYU_CITY)
    lock()
    if Clause.objects.filter(document_id=document_id, number=number).exists():
        raise AlreadyThere(_("这一条款已经登记"), field="number", value=number)
    clause = Clause.objects.create(document_id=document_id, number=number, summary=summary)
    facts = {"number": number, "summary": summary}
    record("codes.add_clause", clause, actor=actor, at=at, facts=facts)
    return clause


@transaction.atomic
def add_code(
    *,
    list_key: str,
    code: str,
    name: str,
    start: date,
    name_en: str = "",
    parent: str = "",
    scheme: str = "",
    version: str = "",
    attributes: Mapping[str, Any] | None = None,
    clause_id: UUID | None = None,
    actor: Actor,
    at: datetime,
) -> Code:
    """Add a code to a list, from ``start`` on (新增代码). A code that had ended may come back.

    :raises AlreadyThere: if the list has it already, now or from a later day
    :raises WrongStart: if ``start`` is past, or the code held on that day
    """
    check_keeper(actor, settings.QUANYU_CITY)
    rules.check_code(code, name=name)
    rules.check_attributes(list_key, attributes or {}, clause=clause_id)
    rules.check_start(start, today=_today(at))
    held = _list(list_key)
    lock()
    last = _rows(list_key, code).last()
    if last is not None and (last.valid_to is None or last.valid_to > start):
        raise AlreadyThere(_("代码 {code} 已经存在"), field="code", value=code, code=code)
    _check_parent(list_key, parent, code=code, on=start)
    row = Code.objects.create(
        list=held,
        code=code,
        name=name.strip(),
        name_en=name_en.strip(),
        parent=parent,
        scheme=scheme,
        version=version,
        valid_from=start,
        attributes=dict(attributes or {}),
        clause_id=clause_id,
        is_edited=True,
    )
    _recorded("codes.add_code", row, actor=actor, at=at, changed=["code", "name", "valid_from"])
    return row


@transaction.atomic
def change_code(
    *, list_key: str, code: str, start: date, changes: Mapping[str, Any], actor: Actor, at: datetime
) -> Code:
    """Change a code from ``start`` on: the old row ends that day, a new one begins (变更代码).

    :param changes: what is to be different, of ``CHANGEABLE``; ``clause`` is a key or None
    :raises NotInForce: if no such code holds without end
    :raises WrongStart: if ``start`` is past, or not after the last change
    """
    check_keeper(actor, settings.QUANYU_CITY)
    if unknown := sorted(set(changes) - set(CHANGEABLE)):
        raise WrongCode(_("不能修改此项"), field=unknown[0], allowed=CHANGEABLE)
    lock()
    old = _open(list_key, code)
    rules.check_start(start, today=_today(at), last=old.valid_from)
    row = _copy(old, changes)
    rules.check_code(row.code, name=row.name)
    rules.check_attributes(list_key, row.attributes, clause=row.clause_id)
    _check_parent(list_key, row.parent, code=code, on=start)
    old.valid_to = start
    old.save(update_fields=["valid_to"])
    row.valid_from, row.is_edited = start, True
    row.save(force_insert=True)
    _recorded("codes.change_code", row, actor=actor, at=at, changed=sorted(changes))
    return row


@transaction.atomic
def end_code(
    *, list_key: str, code: str, end: date, replaced_by: str = "", actor: Actor, at: datetime
) -> Code:
    """Let a code hold up to ``end``, that day no longer counted (停用代码).

    :raises NotInForce: if no such code holds without end, or its successor does not hold then
    :raises StillParent: if other codes hang on it
    """
    check_keeper(actor, settings.QUANYU_CITY)
    lock()
    row = _open(list_key, code)
    rules.check_start(end, today=_today(at), last=row.valid_from)
    children = Code.objects.filter(STANDING, list__key=list_key, parent=code)
    if children.filter(valid_to=None).exists() or children.filter(valid_to__gt=end).exists():
        raise StillParent(
            _("代码 {code} 下还有在用的下级代码"), field="code", value=code, code=code
        )
    if replaced_by and rules.in_force(_rows(list_key, replaced_by), end) is None:
        raise NotInForce(_("替代代码在该日未生效"), field="replaced_by", value=replaced_by)
    row.valid_to, row.replaced_by = end, replaced_by
    row.save(update_fields=["valid_to", "replaced_by"])
    _recorded("codes.end_code", row, actor=actor, at=at, changed=["valid_to", "replaced_by"])
    return row


@transaction.atomic
def withdraw_code(*, list_key: str, code: str, actor: Actor, at: datetime) -> Code:
    """Take back the last change or end of a code that has not come yet (撤回未生效变更).

    :raises NothingPlanned: if there is none: what has held is history
    """
    check_keeper(actor, settings.QUANYU_CITY)
    lock()
    row = _take_back(_rows(list_key, code), at=at)
    if row.replaced_by and row.withdrawn_at is None:
        row.replaced_by = ""
        row.save(update_fields=["replaced_by"])
    _recorded("codes.withdraw_code", row, actor=actor, at=at, changed=["withdrawn_at", "valid_to"])
    return row


@transaction.atomic
def set_limit(
    *,
    workflow: str,
    stage: str,
    amount: int,
    unit: str,
    start: date,
    class_prefix: str = "",
    place: str = "",
    clause_id: UUID | None = None,
    actor: Actor,
    at: datetime,
) -> Limit:
    """Set a time limit from ``start`` on; the old one ends that day (设定时限).

    :raises NotKeeper: if the actor does not administer the place it shall hold at
    :raises WrongLimit: if it is no limit
    :raises WrongStart: if ``start`` is past, or not after the last change
    """
    check_keeper(actor, place or settings.QUANYU_CITY)
    rules.check_limit(amount, unit, place=place)
    lock()
    rows = _limits(workflow, stage, class_prefix, place)
    last = rows.last()
    rules.check_start(start, today=_today(at), last=last.valid_from if last else None)
    rows.filter(valid_to=None).update(valid_to=start)
    row = Limit.objects.create(
        workflow=workflow,
        stage=stage,
        class_prefix=class_prefix,
        place_path=place,
        amount=amount,
        unit=unit,
        valid_from=start,
        clause_id=clause_id,
        is_edited=True,
    )
    facts = {"amount": amount, "unit": unit, "start": start.isoformat()}
    record("codes.set_limit", row, actor=actor, at=at, facts=facts)
    renew()
    return row


@transaction.atomic
def end_limit(
    *,
    workflow: str,
    stage: str,
    end: date,
    class_prefix: str = "",
    place: str = "",
    actor: Actor,
    at: datetime,
) -> Limit:
    """Let a limit hold up to ``end``; the next general one takes its place (停用时限).

    :raises NotInForce: if there is none without end
    """
    check_keeper(actor, place or settings.QUANYU_CITY)
    lock()
    row = _limits(workflow, stage, class_prefix, place).filter(valid_to=None).first()
    if row is None:
        raise NotInForce(_("没有这样的在用时限"), field="stage", value=stage)
    rules.check_start(end, today=_today(at), last=row.valid_from)
    row.valid_to = end
    row.save(update_fields=["valid_to"])
    record("codes.end_limit", row, actor=actor, at=at, facts={"end": end.isoformat()})
    renew()
    return row


@transaction.atomic
def withdraw_limit(
    *,
    workflow: str,
    stage: str,
    class_prefix: str = "",
    place: str = "",
    actor: Actor,
    at: datetime,
) -> Limit:
    """Take back the last change or end of a limit that has not come yet (撤回未生效时限).

    :raises NothingPlanned: if there is none: what has held is history
    """
    check_keeper(actor, place or settings.QUANYU_CITY)
    lock()
    row = _take_back(_limits(workflow, stage, class_prefix, place), at=at)
    facts = {"start": row.valid_from.isoformat(), "withdrawn": row.withdrawn_at is not None}
    record("codes.withdraw_limit", row, actor=actor, at=at, facts=facts)
    renew()
    return row


def lock() -> None:
    """Let one change at a time through: two would each see the lists before the other."""
    CodesEdition.objects.get_or_create(number=1)
    CodesEdition.objects.select_for_update().get(number=1)


def renew() -> None:
    """Give the lists a new edition, so that every process loads them anew."""
    CodesEdition.objects.update(token=uuid7())
    queries.kept.forget()
    transaction.on_commit(queries.kept.forget)


def _today(at: datetime) -> date:
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def _list(key: str) -> CodeList:
    found = CodeList.objects.filter(key=key).first()
    if found is None:
        raise WrongCode(_("没有这个代码表"), field="list", value=key)
    return found


def _rows(list_key: str, code: str) -> QuerySet[Code]:
    rows = Code.objects.filter(STANDING, list__key=list_key, code=code)
    return rows.order_by("valid_from")


def _limits(workflow: str, stage: str, class_prefix: str, place: str) -> QuerySet[Limit]:
    return Limit.objects.filter(
        STANDING, workflow=workflow, stage=stage, class_prefix=class_prefix, place_path=place
    ).order_by("valid_from")


def _take_back(rows: QuerySet[D], *, at: datetime) -> D:
    """Withdraw the newest row if it has not begun, or the newest end if it has not come."""
    last, today = rows.last(), _today(at)
    if last is not None and last.valid_from > today:
        last.withdrawn_at = at
        last.save(update_fields=["withdrawn_at"])
        rows.filter(valid_to=last.valid_from).update(valid_to=None)
        return last
    if last is None or last.valid_to is None or last.valid_to <= today:
        raise NothingPlanned(_("没有尚未生效的变更可以撤回"))
    last.valid_to = None
    last.save(update_fields=["valid_to"])
    return last


def _open(list_key: str, code: str) -> Code:
    row = _rows(list_key, code).filter(valid_to=None).first()
    if row is None:
        raise NotInForce(_("代码 {code} 不在用"), field="code", value=code, code=code)
    return row


def _check_parent(list_key: str, parent: str, *, code: str, on: date) -> None:
    if not parent:
        return
    if parent == code or rules.in_force(_rows(list_key, parent), on) is None:
        raise NotInForce(_("上级代码在该日未生效"), field="parent", value=parent)


def _copy(old: Code, changes: Mapping[str, Any]) -> Code:
    kept = {name: getattr(old, name) for name in CHANGEABLE if name != "clause"}
    given = {name: value for name, value in changes.items() if name != "clause"}
    clause = changes.get("clause", old.clause_id)
    return Code(list_id=old.list_id, code=old.code, clause_id=clause, **(kept | given))


def _recorded(topic: str, row: Code, *, actor: Actor, at: datetime, changed: list[str]) -> None:
    facts = {
        "code": row.code,
        "name": row.name,
        "name_en": row.name_en,
        "parent": row.parent,
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
        "replaced_by": row.replaced_by,
        "attributes": row.attributes,
    }
    record(topic, row, actor=actor, at=at, changed=changed, facts=facts)
    renew()
