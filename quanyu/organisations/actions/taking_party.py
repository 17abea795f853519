"""Take in files of member counts and of meetings, each row by the rules of its verb (导入)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.columns import Key, Row
from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations.actions import meetings, party
from quanyu.organisations.actions.meetings import Plan
from quanyu.organisations.models import Body, Meeting, MemberCount
from quanyu.organisations.queries.meetings import meeting
from quanyu.organisations.rules import party as rules
from quanyu.organisations.rules import rhythm
from quanyu.organisations.rules.rhythm import Attendance
from quanyu.organisations.tables.meetings import MEETINGS, MEMBER_COUNTS


class NoSuchBody(Invalid):
    """No body has this code."""


@dataclass
class _Intake:
    """What both files have in common: the bodies by their codes, and who brings them."""

    actor: Actor
    at: datetime
    bodies: Mapping[str, Body]

    def body(self, row: Row) -> Body:
        """Return the body of a row, if the actor keeps it.

        :raises NoSuchBody: if there is none of that code
        """
        found = self.bodies.get(str(row["code"]))
        if found is None:
            raise NoSuchBody(_("没有这个代码的单位"), field="code", value=row["code"])
        party.check_leads(self.actor, found.life_path)
        return found

    def end(self) -> Iterable[tuple[Key, Exception]]:
        """Return nothing: no row depends on another."""
        return ()

    def finish(self) -> None:
        """Write nothing more: each row stands by itself."""


@MEMBER_COUNTS.taken_by
def take_counts(*, keys: Mapping[Key, int], actor: Actor, at: datetime) -> "Counts":
    """Return how a file of member counts is taken in (导入党员数)."""
    return Counts(actor, at, _bodies(keys))


@MEETINGS.taken_by
def take_meetings(*, keys: Mapping[Key, int], actor: Actor, at: datetime) -> "Meetings":
    """Return how a file of meetings is taken in (导入会议)."""
    return Meetings(actor, at, _bodies(keys))


def _bodies(keys: Mapping[Key, int]) -> dict[str, Body]:
    return {row.code: row for row in Body.objects.filter(code__in={key[0] for key in keys})}


class Counts(_Intake):
    """The intake of one file of member counts."""

    def held(self, keys: Sequence[Key], *, is_locked: bool) -> Mapping[Key, Row]:
        """Return the counts that began on these days already."""
        rows = MemberCount.objects.filter(body__code__in={key[0] for key in keys})
        rows = rows.select_for_update(of=("self",)) if is_locked else rows
        asked = set(keys)
        found: dict[Key, Row] = {}
        for row in rows.select_related("body"):
            key = (row.body.code, row.valid_from.isoformat())
            if key in asked:
                found[key] = _count_values(row)
        return found

    def check(self, row: Row, *, held: Row | None) -> None:
        """Refuse a row that keeping a count would refuse.

        :raises WrongCount: if its numbers cannot be
        """
        body = self.body(row)
        rules.check_count(**_numbers(row), kind=body.kind)
        last = MemberCount.objects.filter(body=body).order_by("-valid_from").first()
        if last is not None and row["start"] < last.valid_from:
            raise rules.WrongCount(
                _("已登记从 {begun} 起的人数，新的不能更早"),
                field="start",
                value=row["start"].isoformat(),
                begun=last.valid_from.isoformat(),
            )

    def write(self, new: Sequence[Row], changed: Sequence[Row]) -> None:
        """Keep each count from its day on."""
        for row in sorted([*new, *changed], key=lambda one: one["start"]):
            party.keep_count(
                body_id=self.body(row).pk,
                **_numbers(row),
                source=row.get("source") or "",
                start=row["start"],
                actor=self.actor,
                at=self.at,
            )


@dataclass
class Meetings(_Intake):
    """The intake of one file of meetings: planned, or held where the numbers are there."""

    _doubled: set[tuple[str, str, datetime]] = field(default_factory=set)
    """What stands there twice: no row can say which of the two it means."""

    def held(self, keys: Sequence[Key], *, is_locked: bool) -> Mapping[Key, Row]:
        """Return the meetings of these bodies and moments."""
        rows = Meeting.objects.visible_to(self.actor)
        rows = rows.filter(body__code__in={key[0] for key in keys}, called_off_at__isnull=True)
        rows = rows.select_for_update(of=("self",)) if is_locked else rows
        asked = set(keys)
        found: dict[Key, Row] = {}
        for row in rows.select_related("body"):
            told = _meeting_values(row)
            if (key := _meeting_key(told)) in asked:
                if key in found:
                    self._doubled.add((row.body.code, row.kind, row.starts_at))
                found[key] = told
        return found

    def check(self, row: Row, *, held: Row | None) -> None:
        """Refuse a row that planning or recording a meeting would refuse.

        :raises WrongMeeting: if its kind, texts or numbers cannot be
        """
        self.body(row)
        rhythm.check_kind(row["kind"])
        if (row["code"], row["kind"], row["start"]) in self._doubled:
            raise rhythm.WrongMeeting(
                _("这个组织在这个时间登记了不止一次同类会议，请先在会议页取消多余的"),
                field="start",
                value=timezone.localtime(row["start"]).isoformat(" ", "minutes"),
            )
        if held is not None and held["expected"] is not None:
            raise rhythm.MeetingOver(_("这次会议已经登记或取消"))
        if (came := _attendance(row)) is not None:
            rhythm.check_attendance(came)
            if row["start"] > self.at:
                raise rhythm.NotYet(_("会议还没有开始，不能登记"), field="start")

    def write(self, new: Sequence[Row], changed: Sequence[Row]) -> None:
        """Plan each meeting that is not there, and record each whose numbers are."""
        for row in new:
            made = meetings.plan(
                body_id=self.body(row).pk, wanted=_plan(row), actor=self.actor, at=self.at
            )
            self._record(made, row)
        for row in changed:
            there = Meeting.objects.visible_to(self.actor).get(
                body=self.body(row), kind=row["kind"], starts_at=row["start"], over_at=None
            )
            meetings.change(
                meeting_id=there.pk, wanted=_plan(row, there), actor=self.actor, at=self.at
            )
            self._record(there, row)

    def _record(self, made: Meeting, row: Row) -> None:
        came = _attendance(row)
        if came is not None:
            there = meeting(made.pk, actor=self.actor)
            meetings.record_meeting(
                meeting_id=there.pk, attendance=came, actor=self.actor, at=self.at
            )


def _numbers(row: Row) -> dict[str, Any]:
    return {
        "full": row["full"],
        "probationary": row.get("probationary") or 0,
        "units": row.get("units"),
    }


def _count_values(row: MemberCount) -> dict[str, Any]:
    return {
        "code": row.body.code,
        "full": row.full,
        "probationary": row.probationary,
        "units": row.units,
        "start": row.valid_from,
        "source": row.source,
    }


def _meeting_values(row: Meeting) -> dict[str, Any]:
    names = ("kind", "title", "place", "expected", "present", "observing")
    return {"code": row.body.code, "start": timezone.localtime(row.starts_at)} | {
        name: getattr(row, name) for name in names
    }


def _meeting_key(told: Row) -> Key:
    return (told["code"], told["kind"], str(told["start"]))


def _attendance(row: Row) -> Attendance | None:
    if row.get("expected") is None or row.get("present") is None:
        return None
    return Attendance(row["expected"], row["present"], row.get("observing") or 0)


def _plan(row: Row, there: Meeting | None = None) -> Plan:
    return Plan(
        kind=row["kind"],
        starts_at=row["start"],
        title=row.get("title") or "",
        place=row.get("place") or "",
        agenda=there.agenda if there else "",
        invited=there.invited if there else (),
    )
