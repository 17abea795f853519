"""One body goes into another, or ends; nothing that hangs on it is left behind (合并、撤销)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import pgettext

from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.keys import uuid7
from quanyu.organisations import rules
from quanyu.organisations.actions.following import follow_at_once
from quanyu.organisations.actions.forming import leave_formations
from quanyu.organisations.actions.joining import check_host_stays, leave_participations
from quanyu.organisations.actions.keepers import check_keeper, lock_body, lock_tree
from quanyu.organisations.actions.standing import as_now, end, since, stand
from quanyu.organisations.models import Body, Command, Cover, Duty, Succession
from quanyu.organisations.queries.hanging import Hanging, all_hanging
from quanyu.organisations.rules.changing import (
    Change,
    StillHanging,
    WrongMerge,
    check_day,
    check_ends,
    check_merge,
)
from quanyu.organisations.rules.fitting import check_superior

JOB = "organisations.hanging"


@transaction.atomic
def merge_body(
    *,
    body_id: UUID,
    into: UUID,
    name: str = "",
    name_en: str = "",
    kind: str = "",
    day: date | None = None,
    because: str = "",
    actor: Actor,
    at: datetime,
) -> Body:
    """Let a body go into another: what hangs under it, its grids and its duties go along (合并).

    Whatever does not follow by itself, such as open matters and posts in force, is refused and
    named: it is handed over first. The body that stays may get another name and kind by it.

    :raises WrongMerge: if these two cannot become one
    :raises StillHanging: if something would be left without an owner
    :raises WrongDay: if the day is to come or would rewrite the history of what goes along
    :raises NotKeeper: if the actor does not keep both
    :raises Denied: if there is no such body, or the actor has no part in one of the places
    """
    lock_tree()
    goes, stays = (lock_body(key) for key in (body_id, into))
    for body in (goes, stays):
        check_keeper(actor, body.region_path, body.kind)
        if body.valid_to is not None:
            raise WrongMerge(_("已撤销的单位不能合并"), field="into", value=body.code)
    check_merge({goes.pk: goes.kind, stays.pk: stays.kind}, stays.pk, goes.pk)
    today = timezone.localdate(at)
    first = day or today
    check_ends(first, today=today, since=since(goes))
    check_day(first, today=today, since=since(stays))
    _stay(goes, stays, name=name, name_en=name_en, kind=kind, day=first, because=because)
    moved = _below(goes, stays, day=first, today=today, because=because)
    moved += _covers(goes, stays, first) + _duties(goes, stays, first)
    _commands(goes, stays, first)
    leave_formations(goes, first, stays=stays, actor=actor, at=at)
    leave_participations(goes, first, stays=stays, actor=actor, at=at)
    _check_nothing_hangs(goes, actor, at=at)
    end(goes, day=first)
    Succession.objects.create(origin=goes, target=stays, because=because.strip(), on=first)
    follow_at_once(actor=actor, at=at)
    goes.refresh_from_db()
    facts = {"into": stays.code, "from": first.isoformat(), "moved": moved}
    record("body.merge", goes, actor=actor, at=at, facts=facts)
    stays.refresh_from_db()
    return stays


@transaction.atomic
def dissolve_body(
    *, body_id: UUID, day: date | None = None, because: str = "", actor: Actor, at: datetime
) -> Body:
    """Let a body end; the register keeps how it stood until then (撤销单位).

    :raises StillHanging: if something hangs on it and would be left without an owner
    :raises WrongDay: if it has ended, or the day is to come or would rewrite history
    :raises NotKeeper: if the actor has another part in the place
    :raises Denied: if there is no such body, or the actor has no part in its place
    """
    lock_tree()
    body = lock_body(body_id)
    check_keeper(actor, body.region_path, body.kind)
    rules.check_standing(body.code, body.valid_to)
    today = timezone.localdate(at)
    first = day or today
    check_ends(first, today=today, since=since(body))
    _check_nothing_hangs(body, actor, at=at)
    Command.objects.standing().filter(agency=body, valid_from__lt=first).update(valid_to=first)
    leave_formations(body, first, actor=actor, at=at)
    leave_participations(body, first, actor=actor, at=at)
    end(body, day=first)
    body.refresh_from_db()
    facts = {"valid_to": first.isoformat(), "because": because.strip()}
    record("body.dissolve", body, actor=actor, at=at, changed=["valid_to"], facts=facts)
    return body


def _check_nothing_hangs(body: Body, actor: Actor, *, at: datetime) -> None:
    """Refuse if anything hangs on the body; the sentence tells kinds and numbers."""
    found = hanging_on(body.pk, actor=actor, at=at)
    if found:
        raise still_hanging(body.code, found, field="day")


def hanging_on(body_id: UUID, *, actor: Actor, at: datetime) -> Sequence[Hanging]:
    """Return all that hangs on a body, whether the actor sees it or not."""
    worker = system(settings.QUANYU_CITY, job=JOB)
    set_scope(worker)
    try:
        return all_hanging(body_id, actor=worker, at=at)
    finally:
        set_scope(actor)


def still_hanging(code: str, found: Sequence[Hanging], *, field: str) -> StillHanging:
    """Return the refusal of a body on which these still hang."""
    told = pgettext("between items", "、").join(f"{one.label} {len(one.rows)}" for one in found)
    return StillHanging(
        _("还有未移交的内容：{told}；请先移交或解除"),
        field=field,
        value=code,
        allowed=[one.kind for one in found],
        told=told,
    )


def _stay(
    goes: Body, stays: Body, *, name: str, name_en: str, kind: str, day: date, because: str
) -> None:
    """Write how the one that stays stands from that day: its name, kind and superior."""
    kind = kind or stays.kind
    rules.check_body(code=stays.code, kind=kind, name=name or stays.name, phone=stays.phone)
    parent = goes.parent if stays.parent_id == goes.pk else stays.parent
    check_superior(kind, parent.kind if parent else "")
    check_host_stays(stays.pk, kind)
    now = as_now(stays, day=day, change=Change.MERGE, because=because.strip())
    stands = replace(
        now,
        kind=kind,
        name=name.strip() or stays.name,
        name_en=name_en.strip() or ("" if name.strip() else stays.name_en),
        parent_id=parent.pk if parent else None,
    )
    stand([stands])
    stays.refresh_from_db()


def _below(goes: Body, stays: Body, *, day: date, today: date, because: str) -> int:
    rows = list(
        Body.objects.select_for_update(of=("self",))
        .filter(parent=goes, valid_to=None)
        .exclude(pk=stays.pk)
        .order_by("pk")
    )
    for row in rows:
        check_superior(row.kind, stays.kind)
        check_day(day, today=today, since=since(row))
    now = [as_now(row, day=day, change=Change.MERGE, because=because.strip()) for row in rows]
    stand([replace(one, parent_id=stays.pk) for one in now])
    return len(rows)


def _covers(goes: Body, stays: Body, day: date) -> int:
    rows = list(Cover.objects.standing().select_for_update().filter(body=goes))
    _check_begun([row.valid_from for row in rows], day)
    fresh = [
        Cover(
            id=uuid7(),
            body=stays,
            tie=row.tie,
            region_path=row.region_path,
            building_id=row.building_id,
            valid_from=day,
        )
        for row in rows
        if row.valid_from < day
    ]
    Cover.objects.standing().filter(body=goes, valid_from__lt=day).update(valid_to=day)
    Cover.objects.standing().filter(body=goes).update(body=stays)
    Cover.objects.bulk_create(fresh)
    return len(rows)


def _duties(goes: Body, stays: Body, day: date) -> int:
    rows = list(Duty.objects.select_for_update().filter(body=goes, valid_to=None))
    _check_begun([row.valid_from for row in rows], day)
    held = set(
        Duty.objects.filter(body=stays, valid_to=None).values_list("class_prefix", "place_path")
    )
    for row in rows:
        if (row.class_prefix, row.place_path) not in held:
            kept = {f.attname: getattr(row, f.attname) for f in Duty._meta.concrete_fields}
            Duty(**kept | {"id": uuid7(), "body_id": stays.pk, "valid_from": day}).save(
                force_insert=True
            )
        # One that began that very day holds for it: rows of the list are never deleted.
        row.valid_to = max(day, row.valid_from + date.resolution)
        row.save(update_fields=["valid_to"])
    return len(rows)


def _commands(goes: Body, stays: Body, day: date) -> None:
    rows = Command.objects.standing().select_for_update()
    _check_begun([row.valid_from for row in rows.filter(commander=goes)], day)
    for row in rows.filter(commander=goes, valid_from__lt=day):
        row.valid_to = day
        row.save(update_fields=["valid_to"])
        Command.objects.create(agency=row.agency, commander=stays, valid_from=day)
    rows.filter(commander=goes).update(commander=stays)
    rows.filter(agency=goes, valid_from__lt=day).update(valid_to=day)


def _check_begun(begun: list[date], day: date) -> None:
    latest = max(begun, default=day)
    check_day(day, today=day, since=latest)
