"""Say who answers for what from which day; load the sample bodies (权责清单)."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.codes import actions as codes
from quanyu.kernel.codes import queries as clauses
from quanyu.kernel.codes.actions.keeping import check_clause
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations import rules
from quanyu.organisations.actions.keepers import check_keeper, lock_body, lock_tree
from quanyu.organisations.actions.norms import load_norms
from quanyu.organisations.actions.post_kinds import load_kinds
from quanyu.organisations.actions.standing import found, settle_lives
from quanyu.organisations.models import Body, Duty
from quanyu.regions import queries as regions

DATA = Path(__file__).parents[1] / "data"
SAMPLE_DAY = date(2024, 1, 1)
"""From when the demo's bodies and duties hold: before its oldest matter."""


@transaction.atomic
def assign_duty(
    *,
    body_id: UUID,
    class_prefix: str,
    place: str,
    basis: str,
    start: date | None = None,
    clause_id: UUID | None = None,
    note: str = "",
    actor: Actor,
    at: datetime,
) -> Duty:
    """Let a body answer for a class, or for all within a major, at a place (指定责任单位).

    :raises WrongDuty: if class, place or ground are not known
    :raises WrongCode: if there is no such clause
    :raises AlreadyThere: if the body has this duty already
    :raises WrongDay: if the duty would begin outside the body's time, or before the last one ended
    :raises Denied: if the actor has no part in the place, or there is no such body
    """
    check_keeper(actor, place)
    day = start or timezone.localdate(at)
    rules.check_place(place, is_known=regions.is_known(place))
    rules.check_basis(basis)
    check_clause(clause_id)
    rules.check_class(class_prefix, is_known=_is_class(class_prefix, on=day))
    body = lock_body(body_id)
    rules.check_stands(body.valid_from, body.valid_to, day)
    held = Duty.objects.filter(body=body, class_prefix=class_prefix, place_path=place)
    _check_free(held, day)
    duty = Duty.objects.create(
        body=body,
        class_prefix=class_prefix,
        place_path=place,
        basis=basis,
        clause_id=clause_id,
        note=note,
        valid_from=day,
    )
    facts = {"body": body.code, "class": class_prefix, "place": place, "basis": basis}
    record("duty.assign", duty, actor=actor, at=at, facts=facts)
    return duty


@transaction.atomic
def end_duty(*, duty_id: UUID, end: date | None = None, actor: Actor, at: datetime) -> Duty:
    """Let a duty end; the list keeps who answered until then (解除责任).

    :raises WrongDay: if it would end before it began, or has ended
    :raises Denied: if there is none, or the actor has no part in its place
    """
    duty = Duty.objects.select_for_update().filter(pk=duty_id).first()
    if duty is None:
        raise Denied
    check_keeper(actor, duty.place_path)
    day = end or timezone.localdate(at)
    if duty.valid_to is not None:
        raise rules.WrongDay(_("这项责任已经结束"), field="end", value=day.isoformat())
    rules.check_days(duty.valid_from, day)
    duty.valid_to = day
    duty.save(update_fields=["valid_to"])
    record("duty.end", duty, actor=actor, at=at, facts={"valid_to": day.isoformat()})
    return duty


def _is_class(prefix: str, *, on: date) -> bool:
    return clauses.class_of(prefix, on=on) is not None


def _check_free(held: Any, day: date) -> None:
    last = held.order_by("-valid_from").first()
    if last is None:
        return
    if last.valid_to is None:
        raise rules.AlreadyThere(_("该单位已有这项责任"), field="class_prefix")
    if day < last.valid_to:
        raise rules.WrongDay(
            _("开始日期不能早于上一次结束的日期{end}"),
            field="start",
            value=day.isoformat(),
            end=last.valid_to.isoformat(),
        )


@transaction.atomic
def load_rules(*, actor: Actor, at: datetime) -> dict[str, int]:
    """Bring the numbers of the rules and the kinds of posts that ship, and no body (载入规定).

    Every city needs them. What it has, whatever it says there, is left alone; returns how many of
    each are new.

    :raises NotKeeper: if the actor does not keep the whole city
    """
    norms, kinds = load_norms(actor=actor, at=at), load_kinds(actor=actor, at=at)
    return {"norms": norms, "kinds": kinds}


# ------------------------------------------------------------------ the demo's bodies


@transaction.atomic
def load(*, actor: Actor, at: datetime) -> dict[str, int]:
    """Bring the sample bodies of Hefei and their duties; a second time brings nothing.

    Returns how many bodies and duties are new. Needs the tree of places and the code lists.

    :raises Denied: if the actor does not keep the whole city
    """
    check_keeper(actor, settings.QUANYU_CITY)
    lock_tree()
    load_rules(actor=actor, at=at)
    rests_on = _load_clauses(actor=actor, at=at)
    shipped: list[dict[str, Any]] = json.loads((DATA / "bodies.json").read_text("utf-8"))
    held = {body.code: body for body in Body.objects.all()}
    new = [_sample_body(one) for one in shipped if one["code"] not in held]
    held |= {body.code: body for body in new}
    for one in shipped:
        held[one["code"]].parent = held.get(one.get("parent", ""))
    found(new)
    settle_lives()
    had = set(Duty.objects.values_list("body_id", "class_prefix", "place_path"))
    duties = [
        duty
        for one in shipped
        for duty in _sample_duties(held[one["code"]], one, rests_on)
        if (duty.body_id, duty.class_prefix, duty.place_path) not in had
    ]
    Duty.objects.bulk_create(duties)
    done = {"bodies": len(new), "duties": len(duties)}
    if any(done.values()):
        record("duty.load", "organisations.duty", actor=actor, at=at, facts=done)
    return done


def _load_clauses(*, actor: Actor, at: datetime) -> dict[str, UUID]:
    shipped = json.loads((DATA / "document.json").read_text("utf-8"))
    held = {
        clause.number: clause.id
        for clause in clauses.clauses()
        if clause.document.title == shipped["title"]
    }
    if held:
        return held
    document = codes.add_document(
        title=shipped["title"],
        title_en=shipped["title_en"],
        source=shipped["source"],
        is_sample=True,
        actor=actor,
        at=at,
    )
    for number, summary in shipped["clauses"].items():
        held[number] = codes.add_clause(
            document_id=document.id, number=number, summary=summary, actor=actor, at=at
        ).id
    return held


def _sample_body(one: dict[str, Any]) -> Body:
    return Body(
        code=one["code"],
        kind=one["kind"],
        name=one["name"],
        name_en=one["name_en"],
        region_path=one["place"],
        phone=one["phone"],
        is_sample=True,
        valid_from=SAMPLE_DAY,
    )


def _sample_duties(body: Body, one: dict[str, Any], rests_on: dict[str, UUID]) -> list[Duty]:
    return [
        Duty(
            body=body,
            class_prefix=prefix,
            place_path=duty.get("place", one["place"]),
            basis=duty["basis"],
            clause_id=rests_on[duty["clause"]],
            note=duty.get("note", ""),
            valid_from=SAMPLE_DAY,
        )
        for duty in one["duties"]
        for prefix in duty["classes"]
    ]
