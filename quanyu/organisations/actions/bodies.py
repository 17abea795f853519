"""Found a body and change how it stands, from a day on (设立、更名、改变隶属)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations import rules
from quanyu.organisations.actions.following import follow_at_once
from quanyu.organisations.actions.founding import (
    NewBody,
    check_credit_is_free,
    found_bodies,
)
from quanyu.organisations.actions.joining import check_host_stays
from quanyu.organisations.actions.keepers import check_above, check_keeper, lock_body, lock_tree
from quanyu.organisations.actions.posts import check_seated
from quanyu.organisations.actions.standing import Stand, as_now, since, stand
from quanyu.organisations.models import Body
from quanyu.organisations.rules.changing import Change, Nothing, check_day, returns
from quanyu.organisations.rules.credit import check_credit
from quanyu.organisations.rules.fitting import WrongSuperior, check_superior
from quanyu.regions import queries as regions


@transaction.atomic
def found_body(
    *,
    code: str,
    kind: str,
    name: str,
    name_en: str = "",
    place: str,
    parent: UUID | None = None,
    phone: str = "",
    uscc: str = "",
    uscc_because: str = "",
    start: date | None = None,
    because: str = "",
    actor: Actor,
    at: datetime,
) -> Body:
    """Enter a body that acts in a place, by the steps of :func:`found_bodies` (设立单位).

    :raises WrongBody: if it has no name, no known kind, or a personal number
    :raises WrongSuperior: if it can never hang under that one
    :raises WrongCredit: if its unified social credit code is none
    :raises AlreadyThere: if another body has the code
    :raises NotKeeper: if the actor has another part in the place
    :raises Denied: if the actor has no part in the place, or there is no such superior
    """
    new = NewBody(
        code=code,
        kind=kind,
        name=name,
        name_en=name_en,
        place=place,
        parent=parent,
        phone=phone,
        uscc=uscc,
        uscc_because=uscc_because,
        start=start,
    )
    return found_bodies(bodies=[new], because=because, actor=actor, at=at)[0]


@transaction.atomic
def rename_body(
    *,
    body_id: UUID,
    name: str,
    name_en: str = "",
    kind: str = "",
    day: date | None = None,
    because: str = "",
    actor: Actor,
    at: datetime,
) -> Body:
    """Give a body another name from a day on, or make it another kind (更名、改设).

    :param kind: "" for as it is; a branch may become a joint branch, and the other way round
    :raises WrongBody: if the name is empty or the kind unknown
    :raises WrongSuperior: if the kind cannot hang where it hangs
    :raises WrongJoining: if it has members that another kind cannot have
    :raises Nothing: if it is called so already
    :raises WrongDay: if the day is to come or would rewrite history
    :raises NotKeeper: if the actor has another part in the place
    :raises Denied: if there is no such body, or the actor has no part in its place
    """
    lock_tree()
    body = _standing(body_id, actor)
    kind = kind or body.kind
    check_keeper(actor, body.region_path, kind)
    rules.check_body(code=body.code, kind=kind, name=name, phone=body.phone)
    check_superior(kind, body.parent.kind if body.parent else "")
    check_host_stays(body.pk, kind)
    for below in Body.objects.filter(parent=body, valid_to=None):
        check_superior(below.kind, kind)
    new = {"name": name.strip(), "name_en": name_en.strip(), "kind": kind}
    return _change(body, Change.RENAME, new, day=day, because=because, actor=actor, at=at)


@transaction.atomic
def resubordinate_body(
    *,
    body_id: UUID,
    parent: UUID | None,
    day: date | None = None,
    because: str = "",
    actor: Actor,
    at: datetime,
) -> Body:
    """Hang a body under another one from a day on; its place stays (改变隶属).

    Who keeps its place alone neither takes it from another's superior nor hangs it there.

    :raises WrongSuperior: if it can never hang there, or would hang on itself
    :raises Nothing: if it hangs there already
    :raises WrongDay: if the day is to come or would rewrite history
    :raises NotKeeper: if the actor has another part in the place
    :raises Denied: if there is no such body, or the actor does not keep it and both superiors
    """
    lock_tree()
    body = _standing(body_id, actor)
    above = lock_body(parent) if parent else None
    for superior in (above, body.parent):
        if superior is not None:
            check_above(actor, superior)
    check_superior(body.kind, above.kind if above else "")
    _check_above_stands(above, day or timezone.localdate(at))
    superiors = dict(Body.objects.values_list("pk", "parent"))
    if returns(body.pk, parent, superiors):
        raise WrongSuperior(_("上级单位绕回了自己"), field="parent", value=str(parent))
    row = _change(
        body,
        Change.RESUBORDINATE,
        {"parent_id": parent},
        day=day,
        because=because,
        actor=actor,
        at=at,
    )
    follow_at_once(actor=actor, at=at)
    return row


@transaction.atomic
def reseat_body(
    *,
    body_id: UUID,
    place: str,
    day: date | None = None,
    because: str = "",
    actor: Actor,
    at: datetime,
) -> Body:
    """Let a body stand in another place from a day on; its superior stays (迁移).

    :raises WrongDuty: if there is no such place
    :raises Nothing: if it stands there already
    :raises StillHanging: if its posts would stand elsewhere
    :raises WrongDay: if the day is to come or would rewrite history
    :raises NotKeeper: if the actor has another part in one of the places
    :raises Denied: if there is no such body, or the actor has no part in one of the places
    """
    body = _standing(body_id, actor)
    check_keeper(actor, place, body.kind)
    rules.check_place(place, is_known=regions.is_known(place))
    if place != body.region_path:
        check_seated(body.pk, body.code, place, on=timezone.localdate(at))
    new = {"region_path": place}
    row = _change(body, Change.RELOCATE, new, day=day, because=because, actor=actor, at=at)
    follow_at_once(actor=actor, at=at)
    return row


@transaction.atomic
def correct_body(
    *,
    body_id: UUID,
    phone: str,
    uscc: str = "",
    uscc_because: str = "",
    actor: Actor,
    at: datetime,
) -> Body:
    """Put right what has no history: the office's telephone and the credit code (更正信息).

    :raises WrongBody: if the telephone is a person's
    :raises WrongCredit: if the unified social credit code is none
    :raises AlreadyThere: if another body has it
    :raises NotKeeper: if the actor has another part in the place
    :raises Denied: if there is no such body, or the actor has no part in its place
    """
    body = _standing(body_id, actor)
    rules.check_body(code=body.code, kind=body.kind, name=body.name, phone=phone)
    check_credit(uscc, verified=uscc_because)
    if uscc != body.uscc:
        check_credit_is_free(uscc)
    given = {"phone": phone, "uscc": uscc, "uscc_because": uscc_because.strip()}
    changed = [name for name, value in given.items() if getattr(body, name) != value]
    for name, value in given.items():
        setattr(body, name, value)
    body.save(update_fields=list(given))
    record("body.correct", body, actor=actor, at=at, changed=changed, facts=given)
    return body


def _standing(body_id: UUID, actor: Actor) -> Body:
    body = lock_body(body_id)
    check_keeper(actor, body.region_path, body.kind)
    rules.check_standing(body.code, body.valid_to)
    return body


def _change(
    body: Body,
    change: Change,
    new: Mapping[str, object],
    *,
    day: date | None,
    because: str,
    actor: Actor,
    at: datetime,
) -> Body:
    changed = [name for name, value in new.items() if getattr(body, name) != value]
    if not changed:
        raise Nothing(_("与现在登记的一样，没有变动"), field=next(iter(new)))
    today = timezone.localdate(at)
    first = day or today
    check_day(first, today=today, since=since(body))
    now = as_now(body, day=first, change=change, because=because.strip())
    stands: Stand = replace(now, **new)  # type: ignore[arg-type]
    stand([stands])
    body.refresh_from_db()
    facts = {name: str(new[name] or "") for name in changed} | {"from": first.isoformat()}
    record(f"body.{change.value}", body, actor=actor, at=at, changed=changed, facts=facts)
    return body


def _check_above_stands(above: Body | None, day: date) -> None:
    if above is not None:
        rules.check_stands(above.valid_from, above.valid_to, day)
