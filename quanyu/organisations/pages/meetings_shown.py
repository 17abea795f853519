"""What the pages of meetings show of one: its plan, record, resolutions (会议页面内容)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from quanyu.kernel.access.http import field, option
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _noop
from quanyu.organisations.pages.party_section import meeting_state
from quanyu.organisations.queries import meetings as reads
from quanyu.organisations.queries.norms import deciding, norms, rule_of
from quanyu.organisations.queries.party_words import body_label, body_labels
from quanyu.organisations.rules.party import LIFE_KEEPERS
from quanyu.organisations.rules.rhythm import LONGEST, MEETING_WORDS, MeetingKind
from quanyu.organisations.rules.voting import is_carried
from quanyu.organisations.tables.meetings import MEETINGS
from quanyu.regions import queries as regions

SHOWN = 8


def row(one: Any, *, at: datetime) -> dict[str, Any]:
    """Return one meeting as the list shows it."""
    return {
        "url": reverse("desk_meeting", args=[one.pk]),
        "kind": _(MEETING_WORDS[MeetingKind(one.kind)]),
        "title": one.title,
        "body": body_label(one.body),
        "place": regions.label(one.region_path),
        "starts_at": one.starts_at,
        "expected": one.expected,
        "present": one.present,
        "state": meeting_state(one, at=at),
    }


@MEETINGS.read_by
def values(rows: Sequence[Any], *, at: datetime) -> list[dict[str, Any]]:
    """Return what each meeting holds by the columns of its list."""
    return [
        {
            "code": one.body.code,
            "body": body_label(one.body),
            "kind": _(MEETING_WORDS[MeetingKind(one.kind)]),
            "start": one.starts_at,
            "title": one.title,
            "place": one.place,
            "state": meeting_state(one, at=at)["label"],
            "expected": one.expected,
            "present": one.present,
            "observing": one.observing,
        }
        for one in rows
    ]


def facts(one: Any, *, at: datetime) -> dict[str, Any]:
    """Return what one meeting says of itself."""
    keys = [key for key in (one.planned_by, one.recorded_by) if key]
    people = accounts.account_names(keys)
    called = body_labels(one.invited)
    return row(one, at=at) | {
        "at_place": one.place,
        "agenda": one.agenda,
        "minutes": one.minutes,
        "observing": one.observing,
        "invited": [called[key] for key in one.invited if key in called and key != one.body_id],
        "planned_by": people.get(one.planned_by, ""),
        "planned_at": one.planned_at,
        "recorded_by": people.get(one.recorded_by, ""),
        "recorded_at": one.recorded_at,
        "called_off": one.called_off,
        "body_url": reverse("desk_party_body", args=[one.body_id]),
    }


def resolutions(
    meeting: Any, *, actor: Actor, at: datetime, no: Refusal | None, tried: str
) -> list[dict[str, Any]]:
    """Return what a meeting resolved, each with what the reader may do about it."""
    today = timezone.localdate(at)
    keeps = bool(actor.roles_at(meeting.region_path) & LIFE_KEEPERS)
    return [
        _resolution(one, meeting, today, keeps=keeps, actor=actor, no=no, tried=tried)
        for one in reads.resolutions_of(meeting, actor=actor)
    ]


def _resolution(
    one: Any,
    meeting: Any,
    today: date,
    *,
    keeps: bool,
    actor: Actor,
    no: Refusal | None,
    tried: str,
) -> dict[str, Any]:
    verbs = {"settle": (_("已完成"), keeps or one.body_id in actor.bodies)}
    verbs["withdraw"] = (_("撤销"), keeps)
    is_open = reads.standing_of(one) == "open"
    forms = [
        {
            "url": reverse("desk_resolution_act", args=[one.pk, verb]),
            "button": label,
            "prefix": f"{verb}{one.number}",
            "open": tried == f"{verb}-{one.pk}",
            "fields": Form(no if tried == f"{verb}-{one.pk}" else None, {}).words(_("说明")),
        }
        for verb, (label, may) in verbs.items()
        if may and is_open
    ]
    return {
        "number": one.number,
        "text": one.text,
        "body": body_label(one.body),
        "due": one.due_date,
        "state": resolution_state(one, today),
        "votes": _votes(one, meeting),
        "words": one.ended_words,
        "acts": forms,
    }


def resolution_state(one: Any, today: date) -> dict[str, str]:
    """Return how a resolution stands: its word, its tint and its mark."""
    stands = reads.standing_of(one)
    if stands == "open" and one.due_date < today:
        return {"label": _("过期未完成"), "tone": "late", "icon": "alert-triangle"}
    return {
        "open": {"label": _("进行中"), "tone": "move", "icon": "progress"},
        "done": {"label": _("已完成"), "tone": "done", "icon": "circle-check"},
        "withdrawn": {"label": _("已撤销"), "tone": "void", "icon": "circle-x"},
    }[stands]


def _votes(one: Any, meeting: Any) -> dict[str, Any] | None:
    """Return how it was voted on, and whether that is more than half of those who should attend."""
    if one.votes_for is None:
        return None
    found = deciding(norms(on=timezone.localdate(meeting.starts_at)))
    above = rule_of(*found).above if found else None
    carried = is_carried(one.votes_for, meeting.expected or 0, above=above) if above else None
    return {
        "in_favour": one.votes_for,
        "against": one.votes_against,
        "abstained": one.abstained,
        "is_carried": carried,
        "clause": found[1].clause if found else "",
    }


def open_resolutions(*, actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """Return the resolutions of which something is still to be done, the earliest day first."""
    today = timezone.localdate(at)
    found = reads.commitments(actor=actor, state="open")[:SHOWN]
    names = body_labels(one.body_id for one in found)
    opened = reads.readable({one.meeting_id for one in found}, actor=actor)
    return [
        {
            "text": one.text,
            "body": names.get(one.body_id, ""),
            "due": one.due_date,
            "is_late": one.due_date < today,
            "url": reverse("desk_meeting", args=[one.meeting_id])
            if one.meeting_id in opened
            else "",
            "acts": [] if one.meeting_id in opened else _settling(one, actor=actor),
        }
        for one in found
    ]


def _settling(one: reads.Commitment, *, actor: Actor) -> list[dict[str, Any]]:
    """Return the form of who carries out what a meeting decided that is not theirs to read."""
    if one.body_id not in actor.bodies:
        return []
    form = {
        "url": reverse("desk_resolution_act", args=[one.id, "settle"]),
        "button": _("已完成"),
        "prefix": f"settle{one.id}",
        "fields": Form(None, {}).words(_("说明")),
    }
    return [form]


# ------------------------------------------------------------------ forms


def labels() -> dict[str, str]:
    """Return what the fields of forms are called."""
    return {
        "body": _("哪个组织"),
        "kind": _("类型"),
        "starts_at": _("开始时间"),
        "place": _("地点"),
        "title": _("议题"),
        "agenda": _("议程"),
        "invited": _("还请哪些单位参加"),
        "expected": _("应到人数"),
        "present": _("实到人数"),
        "observing": _("列席人数"),
        "minutes": _("会议记录"),
        "text": _("决定做什么"),
        "due": _("什么时候完成"),
        "in_favour": _("赞成"),
        "against": _("反对"),
        "abstained": _("弃权"),
        "words": _("说明"),
    }


class Form:
    """The fields of forms about meetings, with what was typed and what was wrong."""

    def __init__(self, no: Refusal | None, given: Mapping[str, Any]) -> None:
        self._no, self._given = no, given

    def __call__(self, name: str, kind: str = "text", **more: Any) -> dict[str, Any]:
        """Return one field."""
        more = {"value": self._given.get(name, ""), "maxlength": LONGEST.get(name)} | more
        return field(name, labels()[name], kind, no=self._no, **more)

    def record(self) -> list[dict[str, Any]]:
        """Return what is asked of a meeting that was held: numbers and minutes."""
        return [
            self("expected", "number"),
            self("present", "number"),
            self("observing", "number", value=self._given.get("observing", 0)),
            self("minutes", "textarea", rows=8, required=False),
        ]

    def resolved(self, meeting: Any) -> list[dict[str, Any]]:
        """Return what is asked of a resolution; the votes only where there was a vote."""
        called = body_labels([meeting.body_id, *meeting.invited])
        bodies = [option(key, name) for key, name in called.items()]
        usual = self._given.get("body", str(meeting.body_id))
        votes = [self(name, "number", required=False) for name in ("in_favour", "against")]
        return [
            self("text", "textarea", rows=2),
            field(
                "body",
                _("由谁负责"),
                "select",
                no=self._no,
                value=usual,
                options=bodies,
                required=False,
            ),
            self("due", "date"),
            *votes,
            self("abstained", "number", required=False),
        ]

    def words(self, label: str) -> list[dict[str, Any]]:
        """Return the one field for a reason or a remark."""
        value = self._given.get("words", "")
        return [field("words", label, "textarea", no=self._no, value=value, rows=2, maxlength=500)]


def states() -> dict[str, str]:
    """Return the states by which the list is narrowed."""
    return {
        "planned": _("已安排"),
        "unrecorded": _("待登记"),
        "held": _("已登记"),
        "off": _("已取消"),
    }


def typed(moment: datetime) -> str:
    """Return a moment as a form holds it."""
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def odd_moment() -> Invalid:
    """Return the refusal of what is no moment."""
    return Invalid(_noop("时间有误"), field="starts_at")
