"""Change a code: with a start date, a clause and a record; nothing is overwritten."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.codes import rules
from quanyu.kernel.codes.actions.keeping import (
    check_clause,
    check_keeper,
    lock,
    renew,
    take_back,
    today_of,
)
from quanyu.kernel.codes.models import STANDING, Code, CodeList
from quanyu.kernel.codes.rules import AlreadyThere, NotInForce, StillParent, WrongCode
from quanyu.kernel.errors import gettext_noop as _

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
    check_clause(clause_id)
    rules.check_start(start, today=today_of(at))
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
    rules.check_start(start, today=today_of(at), last=old.valid_from)
    row = _copy(old, changes)
    rules.check_code(row.code, name=row.name)
    rules.check_attributes(list_key, row.attributes, clause=row.clause_id)
    check_clause(row.clause_id)
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
    rules.check_start(end, today=today_of(at), last=row.valid_from)
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
    row = take_back(_rows(list_key, code), at=at)
    if row.replaced_by and row.withdrawn_at is None:
        row.replaced_by = ""
        row.save(update_fields=["replaced_by"])
    _recorded("codes.withdraw_code", row, actor=actor, at=at, changed=["withdrawn_at", "valid_to"])
    return row


def _list(key: str) -> CodeList:
    found = CodeList.objects.filter(key=key).first()
    if found is None:
        raise WrongCode(_("没有这个代码表"), field="list", value=key)
    return found


def _rows(list_key: str, code: str) -> QuerySet[Code]:
    rows = Code.objects.filter(STANDING, list__key=list_key, code=code)
    return rows.order_by("valid_from")


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
