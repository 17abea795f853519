"""What of its life as an organisation hangs on a body that is to end (撤并前须了结的)."""

from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from quanyu.kernel.access.rules import Actor
from quanyu.organisations.models import Election, Meeting, PartyMember, Resolution
from quanyu.organisations.queries.hanging import Hanging, Held, hanging
from quanyu.organisations.queries.meetings import OPEN
from quanyu.organisations.rules.rhythm import MEETING_WORDS, MeetingKind


@hanging.answered_by
def of_life(body_id: UUID, actor: Actor, at: datetime) -> tuple[Hanging, ...]:
    """Return meetings to be held, resolutions to be carried out, elections, and the roll."""
    meetings = Meeting.objects.visible_to(actor).filter(body=body_id, over_at=None)
    elections = Election.objects.visible_to(actor).filter(body_id=body_id, ended_at=None)
    resolved = Resolution.objects.visible_to(actor).filter(OPEN, body=body_id)
    members = PartyMember.objects.visible_to(actor).filter(body=body_id, left_at=None).count()
    roll = Held(_("{n} 人").format(n=members), "", reverse("desk_party_body", args=[body_id]))
    found = (
        Hanging("meetings", _("没有登记的会议"), tuple(_meeting(one) for one in meetings)),
        Hanging("elections", _("没有了结的选举"), tuple(_election(one) for one in elections)),
        Hanging("resolutions", _("没有完成的决议"), tuple(_resolution(one) for one in resolved)),
        Hanging("members", _("党员名册"), (roll,) if members else ()),
    )
    return tuple(one for one in found if one.rows)


def _meeting(one: Meeting) -> Held:
    day = _day(timezone.localtime(one.starts_at))
    url = reverse("desk_meeting", args=[one.pk])
    return Held(_(MEETING_WORDS[MeetingKind(one.kind)]), day, url)


def _election(one: Election) -> Held:
    return Held(_("换届选举"), _day(one.meeting_date), reverse("desk_election", args=[one.pk]))


def _resolution(one: Resolution) -> Held:
    url = reverse("desk_meeting", args=[one.meeting_id])
    return Held(one.text, _day(one.due_date), url)


def _day(day: object) -> str:
    return date_format(day, pgettext("date format", "Y年n月j日"))  # type: ignore[arg-type]
