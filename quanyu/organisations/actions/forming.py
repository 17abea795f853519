"""A unit has a party organisation of its own, from a day on (组建党组织)."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations import rules
from quanyu.organisations.actions.keepers import check_keeper, lock_body
from quanyu.organisations.models import Body, Formation
from quanyu.organisations.rules.changing import Nothing, check_day
from quanyu.organisations.rules.covering import FORMED, UNITS, WrongCover


@transaction.atomic
def form_party(
    *,
    party_id: UUID,
    unit_id: UUID,
    day: date | None = None,
    because: str = "",
    actor: Actor,
    at: datetime,
) -> Formation:
    """Say in which unit a party organisation was formed, from a day on (登记组建).

    Whom it hangs under stays: that is the other axis.

    :raises WrongCover: if it is no such organisation, or the other no such unit
    :raises Nothing: if it is that unit's already
    :raises WrongDay: if the day is to come or would rewrite history
    :raises NotKeeper: if the actor has another part in the organisation's place
    :raises Denied: if there is no such body, or the actor has no part in one of the places
    """
    party, unit = lock_body(party_id), lock_body(unit_id)
    check_keeper(actor, party.region_path, party.kind)
    if not actor.roles_at(unit.region_path):
        raise Denied
    if party.kind not in FORMED or unit.kind not in UNITS:
        raise WrongCover(
            _("党委、党总支、党支部组建在驻区单位、企业、业主委员会或部门里"),
            field="unit",
            value=unit.kind,
            allowed=sorted(UNITS),
        )
    today = timezone.localdate(at)
    first = day or today
    for body in (party, unit):
        rules.check_standing(body.code, body.valid_to)
        rules.check_stands(body.valid_from, body.valid_to, first, field="day")
    held = Formation.objects.filter(party=party).order_by("-valid_from").first()
    check_day(first, today=today, since=_since(party, held))
    if held is not None and held.valid_to is None:
        if held.unit_id == unit.pk:
            raise Nothing(_("与现在登记的一样，没有变动"), field="unit")
        _end(held, first, today=today)
    row = Formation.objects.create(
        party=party, unit=unit, because=because.strip(), valid_from=first
    )
    facts = {"unit": unit.code, "from": first.isoformat()}
    record("body.form", party, actor=actor, at=at, facts=facts)
    return row


@transaction.atomic
def part_party(*, party_id: UUID, day: date | None = None, actor: Actor, at: datetime) -> Formation:
    """Let an organisation be no unit's own any more (解除组建).

    :raises WrongDay: if the day is to come or would rewrite history
    :raises NotKeeper: if the actor has another part in the organisation's place
    :raises Denied: if it is no unit's, or the actor has no part in its place
    """
    party = lock_body(party_id)
    check_keeper(actor, party.region_path, party.kind)
    held: Formation | None = Formation.objects.standing().filter(party=party).first()
    if held is None:
        raise Denied
    today = timezone.localdate(at)
    _end(held, day or today, today=today)
    facts = {"to": (day or today).isoformat()}
    record("body.part", party, actor=actor, at=at, facts=facts)
    return held


def leave_formations(
    goes: Body, day: date, *, stays: Body | None = None, actor: Actor, at: datetime
) -> None:
    """Let what ends be formed in no unit; the organisations of a unit go along with it.

    :raises WrongDay: if it was formed in its unit on that very day or later
    """
    rows = Formation.objects.standing().select_related("party")
    for row in rows.filter(party=goes):
        _leave(row, day, actor=actor, at=at)
    if stays is None:
        return
    for row in rows.filter(unit=goes):
        going = row
        if row.valid_from < day:
            _leave(row, day, actor=actor, at=at)
            going = Formation(party=row.party, because=row.because, valid_from=day)
        going.unit = stays
        going.save()
        facts = {"unit": stays.code, "from": going.valid_from.isoformat()}
        record("body.form", row.party, actor=actor, at=at, facts=facts)


def _leave(row: Formation, day: date, *, actor: Actor, at: datetime) -> None:
    rules.check_days(row.valid_from, day, field="day")
    row.valid_to = day
    row.save(update_fields=["valid_to"])
    record("body.part", row.party, actor=actor, at=at, facts={"to": day.isoformat()})


def _since(party: Body, held: Formation | None) -> date:
    if held is None:
        return party.valid_from
    return held.valid_to or held.valid_from


def _end(row: Formation, day: date, *, today: date) -> None:
    check_day(day, today=today, since=row.valid_from)
    rules.check_days(row.valid_from, day, field="day")
    row.valid_to = day
    row.save(update_fields=["valid_to"])
