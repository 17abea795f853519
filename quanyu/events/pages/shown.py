"""Values as the templates take them: states, rows, stories, pictures."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.signing import dumps
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from quanyu.events import queries
from quanyu.events.queries import clock, desk, joint_words, side_words, words
from quanyu.events.queries.sentences import run_on
from quanyu.events.queries.values import channel_words
from quanyu.events.queries.values import place_words as place
from quanyu.events.workflow import State
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.accounts.rules import ROLE_NAMES, roles_in_order
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.privacy.rules import REASONS
from quanyu.regions import queries as regions

PHOTO_SALT = "events.photo"
CALLED = ("whistle", "whistle_end", "card", "card_accept", "card_escalate", "card_withdraw")
RECOUNTED = frozenset({"recount", "recount_part"})
SIDE = frozenset({"look", *RECOUNTED, "say", "place", "supplement", "urge", "withdrawn", *CALLED})
SIDE |= {"hide_reporter"}
SIDE |= {"queue_call", "take_call", "leave_call", "miss_call", "end_call"}
SIDE |= {"ask_exclusion", "exclude", "keep_counted", "count_again"}
SIDE |= {"sample", "audit", "fault", "arrive", "relocate"}
LISTED = {"refuse": "reason_refuse", "void": "reason_void"}
SAID = (
    *("finding", "outcome", "evidence", "reason", "remark", "words", "comment"),
    *("question", "answer", "main"),
)
TAKEN_AT = {"start": "report", "verify": "verify", "handle": "handle", "settle": "handle"}
TAKEN_AT |= {"close": "check", "take_answer": "answer"}
ICONS = {
    "look": "eye",
    "recount": "calendar-due",
    "recount_part": "calendar-due",
    "say": "message",
    "place": "map-pin",
    "start": "message-report",
}
ICONS |= {"verify": "map-pin-check", "accept": "inbox", "file": "file-check", "dispatch": "send"}
ICONS |= {"handle": "tool", "check": "eye-check", "close": "circle-check", "rate": "message-check"}
ICONS |= {"hand_back": "arrow-back-up", "insist": "gavel", "rework": "refresh", "void": "circle-x"}
ICONS |= {"ask_extension": "clock-plus", "extend": "clock-check", "keep_due": "clock-x"}
ICONS |= {"ask_suspension": "player-pause", "suspend": "player-pause", "keep_on": "player-play"}
ICONS |= {"ask": "message-question", "answer": "message-reply", "go_on": "player-play"}
ICONS |= {"merge": "arrows-join", "unmerge": "arrows-split", "close_with": "circle-check"}
ICONS |= {"urge": "bell-ringing", "supplement": "message-plus", "redo": "arrow-back-up"}
ICONS |= {"withdraw": "circle-x", "withdrawn": "circle-x", "hide_reporter": "lock"}
ICONS |= {"queue_call": "phone", "take_call": "phone-outgoing", "leave_call": "phone-off"}
ICONS |= {"miss_call": "phone-x", "end_call": "phone-off", "ask_exclusion": "filter-question"}
ICONS |= {"exclude": "filter-off", "keep_counted": "filter", "count_again": "filter-plus"}
ICONS |= {"force_close": "hand-stop", "force_with": "hand-stop", "overrule": "arrow-back-up"}
ICONS |= {"overrule_with": "arrow-back-up"}
ICONS |= {"appeal": "refresh", "hand_outside": "building-arch", "take_answer": "mail-opened"}
ICONS |= {"take_back": "arrow-back-up", "send_back": "arrow-back-up", "forward": "mail-forward"}
ICONS |= {"come_back": "arrow-back-up", "hand_over": "map-pin", "arrive": "map-pin-check"}
ICONS |= {"relocate": "map-pin-check"}
ICONS |= {"sample": "dice", "audit": "eye-check", "fault": "alert-triangle"}
ICONS |= {"review": "calendar-due", "suspend_on": "player-pause", "resume": "player-play"}
ICONS |= {"whistle": "speakerphone", "whistle_end": "circle-check"}
ICONS |= dict.fromkeys(CALLED[2:], "alert-octagon")
ICONS |= {"join": "users-plus", "move_lead": "switch-horizontal", "convene": "users-group"}
ICONS |= {"reconvene": "calendar-due", "conclude": "gavel", "call_off": "circle-x"}
ICONS |= {"acknowledge_part": "signature", "answer_part": "tool", "insist_part": "gavel"}
ICONS |= {"hand_back_part": "arrow-back-up", "extend_part": "clock-plus"}
ICONS |= {"withdraw_part": "circle-x"}
ICONS |= {"acknowledge": "signature", "refuse": "arrow-bounce", "reopen": "refresh"}


def state(code: str) -> dict[str, str]:
    """Return a state by code and word."""
    return {"code": code, "label": str(State(code).label)}


def middle(path: str) -> dict[str, float]:
    """Return where a map for choosing a spot within a place opens."""
    west, south, east, north = regions.bounds(path)
    return {"lon": round((west + east) / 2, 5), "lat": round((south + north) / 2, 5), "zoom": 15}


def spot(event: Any) -> str:
    """Return where a matter is: its address, or the place."""
    return event.address or place(event.region_path)


def row(event: Any, *, at: datetime, bodies: Mapping[UUID, str]) -> dict[str, Any]:
    """Return one matter as lists show it."""
    return {
        "number": event.number,
        "title": event.title,
        "url": reverse("desk_matter", args=[event.number]),
        "place": place(event.region_path),
        "class_label": words.class_words(event.category, at=at),
        "state": state(event.state),
        "due": clock.due(event, at=at),
        "stands_until": event.stands_until,
        "stands_for": _("复核") if event.state == State.SUSPENDED else _("等答复到"),
        "body": bodies.get(event.body_id, ""),
        "channel": channel_words(event.channel),
        "urgent": event.is_urgent,
        "address": event.address,
        "reported": event.reported_at,
        "closed": event.closed_at,
        "reworked": event.reworked,
        "reopened": event.reopened,
        "text": event.text,
        "outcome": event.outcome,
        "lon": event.lon,
        "lat": event.lat,
    }


def verb_words(verb: str) -> str:
    """Return what an act is called on a button."""
    own = {
        "send_out": _("受理并派遣"),
        "start": _("上报"),
        "place": _("确定地点"),
        "say": _("写内部说明"),
    }
    return own.get(verb) or words.verb_words(verb)


# ------------------------------------------------------------------ pictures


def photo(file: Any, *, row_key: UUID | None = None) -> dict[str, Any]:
    """Return one picture; for the holder of a code its address bears a signed leave."""
    shown = {"url": "", "thumb": "", "alt": _photo_words(file.purpose), "state": file.state}
    if file.state != "ready":
        return shown
    token = dumps([str(file.pk), str(row_key)], salt=PHOTO_SALT) if row_key else ""
    for name, size in (("url", "full"), ("thumb", "thumb")):
        shown[name] = (
            reverse("follow_photo", args=[token, size])
            if token
            else reverse("desk_photo", args=[file.pk, size])
        )
    return shown


def _photo_words(purpose: str) -> str:
    names = {
        "report": _("上报时的照片"),
        "verify": _("现场核实的照片"),
        "handle": _("处置后的照片"),
        "check": _("核查的照片"),
        "answer": _("对方的答复"),
    }
    return names.get(purpose, _("照片"))


# ------------------------------------------------------------------ the story


def story(
    event: Any,
    steps: Sequence[Any],
    *,
    at: datetime,
    photos: Mapping[str, list[Any]],
    bodies: Mapping[UUID, str],
) -> list[dict[str, Any]]:
    """Return the story of a matter as the desk reads it, the newest first."""
    newest = {TAKEN_AT[s.verb]: s.pk for s in reversed(steps) if s.verb in TAKEN_AT}
    told, day = [], None
    for step in steps:
        line = _line(event, step, at=at, bodies=bodies)
        line["day"], day = _day(step.at, day)
        purpose = TAKEN_AT.get(step.verb, "")
        taken = photos.get(purpose, []) if newest.get(purpose) == step.pk else []
        line["photos"] = [photo(file) for file in taken]
        told.append(line)
    return told


def _line(event: Any, step: Any, *, at: datetime, bodies: Mapping[UUID, str]) -> dict[str, Any]:
    is_start = step.verb == "start"
    return {
        "at": step.at,
        "title": words.done_words(step.verb),
        "verb": step.verb,
        "by": _came(event, step) if is_start else words.by_words(step, at=at),
        "text": event.text if is_start else _said(step, at=at, bodies=bodies),
        "quote": is_start,
        "kind": _kind(step),
        "icon": ICONS.get(step.verb, ""),
    }


def _came(event: Any, step: Any) -> str:
    """Return how a matter came in, and from which other system."""
    channel = channel_words(event.channel)
    if "source_number" in step.facts:
        parts = [channel, step.actor_name if step.actor_kind == "system" else ""]
        return " · ".join(part for part in [*parts, step.facts["source_number"]] if part)
    return f"{channel} · {_imported(step.facts)}" if "imported" in step.facts else channel


def _imported(facts: Mapping[str, str]) -> str:
    source, number = facts["imported"], facts.get("number", "")
    return _("自 {source} 导入，原编号 {number}").format(source=source, number=number)


def _kind(step: Any) -> str:
    kinds = {"look": "look", "say": "talk", "place": "system"}
    kinds |= {"supplement": "talk", "urge": "talk", "withdrawn": "talk"}
    is_ours = step.actor_kind == "system" and not step.actor_name
    return "system" if is_ours else kinds.get(step.verb, "move")


def _day(moment: datetime, last: date | None) -> tuple[str, date]:
    day = local(moment).date()
    return ("" if day == last else clock.date_words(moment)), day


def _said(step: Any, *, at: datetime, bodies: Mapping[UUID, str]) -> str:
    """Return what was said with an act: listed things by name, words as they are."""
    facts, parts = step.facts, []
    if facts.get("class_code"):
        parts.append(words.class_words(facts["class_code"], at=at))
    if facts.get("body"):
        parts.append(bodies.get(UUID(facts["body"]), ""))
    if facts.get("legal_ground"):
        parts.append(words.reason_words("reason_hand_back", facts["legal_ground"], at=at))
    if step.verb == "place":
        parts.append(place(facts.get("to_place", "")))
    if step.verb in RECOUNTED:
        parts += _recounted(facts)
    parts += side_words.of(facts)
    parts += joint_words.of(facts, bodies)
    parts += [_reason(step.verb, name, facts[name], at=at) for name in SAID if facts.get(name)]
    parts += [_("答复：{words}").format(words=facts["reply"])] if facts.get("reply") else []
    parts += [_imported(facts)] if "imported" in facts else []
    return run_on(parts)


def _recounted(facts: Mapping[str, str]) -> list[str]:
    """Return which clock ended when, and when it ends now."""
    names = {"stage": _("环节期限"), "span": _("办理期限"), "until": _("停表至")}
    return [
        _("{clock}原为 {was}，现为 {now}").format(
            clock=name,
            was=_moment(datetime.fromisoformat(facts[f"{clock}_was"])),
            now=_moment(datetime.fromisoformat(facts[f"{clock}_now"])),
        )
        for clock, name in names.items()
        if f"{clock}_now" in facts
    ]


def _reason(verb: str, name: str, text: str, *, at: datetime) -> str:
    if name != "reason":
        return str(text)
    if verb == "look":
        return _("事由：{reason}").format(reason=_(REASONS.get(text, text)))
    listed = LISTED.get(verb)
    return words.reason_words(listed, text, at=at) if listed else text


def marked(text: str, said: Sequence[str]) -> list[dict[str, Any]]:
    """Return a text in parts, those marked that a suggestion rests on."""
    if not said:
        return [{"text": text, "is_marked": False}]
    found = re.split(f"({'|'.join(re.escape(word) for word in sorted(said, key=len)[::-1])})", text)
    return [{"text": part, "is_marked": n % 2 == 1} for n, part in enumerate(found) if part]


# ------------------------------------------------------------------ the way of a matter

WAY = ("start", "verify", "accept", "file", "dispatch", "acknowledge", "handle", "close", "rate")
STANDS: Mapping[str, str] = {
    "reported": "accept",
    "verifying": "verify",
    "verified": "accept",
    "accepted": "file",
    "filed": "dispatch",
    "dispatched": "acknowledge",
    "returned": "dispatch",
    "handling": "handle",
    "queried": "accept",
    "waiting": "handle",
    "outside": "dispatch",
    "suspended": "handle",
    "reviewing": "handle",
    "consulting": "dispatch",
    "handled": "close",
    "checking": "close",
    "closed": "rate",
}
"""The act of the main path that a matter waits for."""

STANDS_FOR = {"hand_outside": "dispatch", "take_answer": "handle"}
"""What bodies outside do in the place of an act of the main path."""


def stages(event: Any, steps: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the main path with what is done, what is on, and what is to come."""
    when = {STANDS_FOR.get(step.verb, step.verb): step.at for step in reversed(steps)}
    now = STANDS.get(event.state, "")
    if not now or _is_brought_in(event, steps):
        return _ended(event, steps)
    way = [v for v in WAY if v != "verify" or "verify" in when or now == "verify"]
    passed = way[: way.index(now)]
    way = [v for v in way if v in when or v not in passed]
    at_now = way.index(now)
    return [_stage(verb, n - at_now, when.get(verb), event) for n, verb in enumerate(way)]


def _is_brought_in(event: Any, steps: Sequence[Any]) -> bool:
    """Answer whether another system closed it: of what lay between nothing is known here."""
    straight = any(step.verb == "close" and step.source == State.REPORTED for step in steps)
    return event.state == State.CLOSED and straight


def _stage(verb: str, side: int, when: datetime | None, event: Any) -> dict[str, Any]:
    kind = "now" if side == 0 else "done" if side < 0 else ""
    due = event.next_due_at if side == 0 else None
    note = ""
    if side < 0 and when:
        note = _moment(when)
    if due:
        note = _("{time} 前").format(time=_moment(due))
    return {"label": _stage_label(verb, is_done=side < 0), "note": note, "kind": kind}


def _stage_label(verb: str, *, is_done: bool) -> str:
    if is_done:
        done = {"handle": pgettext("done", "处置"), "close": pgettext("done", "核查结案")}
        return done.get(verb) or words.done_words(verb)
    short = {"handle": _("处置"), "close": _("核查结案")}
    return short.get(verb) or words.verb_words(verb)


def _ended(event: Any, steps: Sequence[Any]) -> list[dict[str, Any]]:
    moves = [step for step in reversed(steps) if step.verb not in SIDE]
    seen = list({step.verb: step for step in moves}.values())
    return [_stage(step.verb, -1, step.at, event) for step in seen]


def _moment(moment: datetime) -> str:
    here = local(moment)
    return f"{here:%m-%d %H:%M}"


# ------------------------------------------------------------------ the map

MOVING = frozenset({"dispatched", "handling"})
CHECKED = frozenset({"handled", "checking"})


def emphasised(event: Any, *, at: datetime) -> str:
    """Return the sign of a matter on the map: late, soon, or by what it waits for."""
    due = clock.due(event, at=at)
    if due is not None and due.level:
        return due.level
    if event.state in MOVING:
        return "move"
    if event.state in CHECKED:
        return "check"
    stands = words.stands(event) or event.state not in queries.OPEN
    return "hold" if stands else "wait"


def awaited(event: Any, body: str, *, actor: Actor, at: datetime) -> dict[str, str] | None:
    """Return whom a matter waits for and why its reader has no act here; None when it is over."""
    roles = desk.awaited(event)
    if not roles or event.state not in {*queries.OPEN, "closed"}:
        return None
    who = body if Role.HANDLER in roles and body else _roles(roles, at=at)
    mine = roles_in_order((actor.roles_on(event) & set(ROLE_NAMES)) - {Role.RESIDENT})
    sentence = _("轮到{who}办；您在这里没有可办的角色")
    if set(mine) & set(roles):
        sentence = _("轮到{who}办；您在这里是{mine}，为什么不能由您办，见下面")
    elif mine:
        sentence = _("轮到{who}办；您在这里是{mine}。可以补充说明，办好后会出现在经过里")
    return {"who": who, "sentence": sentence.format(who=who, mine=_roles(mine, at=at))}


def _roles(roles: Sequence[str], *, at: datetime) -> str:
    return pgettext("between items", "、").join(words.role_words(role, at=at) for role in roles)
