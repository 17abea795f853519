"""A street commands an agency that a department owns, from a day on (区属街管街用)."""

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
from quanyu.organisations.models import Command
from quanyu.organisations.rules import BodyKind
from quanyu.organisations.rules.changing import Nothing, check_day
from quanyu.organisations.rules.fitting import WrongSuperior

COMMANDERS = frozenset({BodyKind.STREET_OFFICE, BodyKind.PARTY_WORK_COMMITTEE})


@transaction.atomic
def command_agency(
    *,
    agency_id: UUID,
    commander_id: UUID,
    day: date | None = None,
    because: str = "",
    actor: Actor,
    at: datetime,
) -> Command:
    """Let a street command a stationed agency from a day on; the owner stays (确定指挥关系).

    :raises WrongSuperior: if it is no stationed agency, or the other no street
    :raises Nothing: if that street commands it already
    :raises WrongDay: if the day is to come or would rewrite history
    :raises NotKeeper: if the actor has another part in the agency's place
    :raises Denied: if there is no such body, or the actor has no part in the place
    """
    agency = lock_body(agency_id)
    check_keeper(actor, agency.region_path, agency.kind)
    commander = lock_body(commander_id)
    if agency.kind != BodyKind.STATIONED_AGENCY or commander.kind not in COMMANDERS:
        raise WrongSuperior(
            _("街道办事处或街道党工委指挥派驻机构"),
            field="commander",
            value=commander.kind,
            allowed=sorted(COMMANDERS),
        )
    today = timezone.localdate(at)
    first = day or today
    for body in (agency, commander):
        rules.check_standing(body.code, body.valid_to)
        rules.check_stands(body.valid_from, body.valid_to, first, field="day")
    held = Command.objects.filter(agency=agency).order_by("-valid_from").first()
    if held is not None and held.valid_to is None:
        if held.commander_id == commander.pk:
            raise Nothing(_("与现在登记的一样，没有变动"), field="commander")
        _end(held, first, today=today)
    elif held is not None and held.valid_to is not None:
        check_day(first, today=today, since=held.valid_to)
    else:
        check_day(first, today=today, since=agency.valid_from)
    row = Command.objects.create(
        agency=agency, commander=commander, because=because.strip(), valid_from=first
    )
    facts = {"commander": commander.code, "from": first.isoformat()}
    record("body.command", agency, actor=actor, at=at, facts=facts)
    return row


@transaction.atomic
def release_agency(
    *, agency_id: UUID, day: date | None = None, actor: Actor, at: datetime
) -> Command:
    """Let the command of an agency end (解除指挥关系).

    :raises WrongDay: if the day is to come or would rewrite history
    :raises NotKeeper: if the actor has another part in the agency's place
    :raises Denied: if nobody commands it, or the actor has no part in the place
    """
    agency = lock_body(agency_id)
    check_keeper(actor, agency.region_path, agency.kind)
    held: Command | None = Command.objects.standing().filter(agency=agency).first()
    if held is None:
        raise Denied
    today = timezone.localdate(at)
    _end(held, day or today, today=today)
    facts = {"to": (day or today).isoformat()}
    record("body.release", agency, actor=actor, at=at, facts=facts)
    return held


def _end(row: Command, day: date, *, today: date) -> None:
    check_day(day, today=today, since=row.valid_from)
    rules.check_days(row.valid_from, day, field="day")
    row.valid_to = day
    row.save(update_fields=["valid_to"])
