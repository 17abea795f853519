"""What the page of one matter shows: facts, clock, contact, the acts offered (事项页面)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from quanyu.events import queries
from quanyu.events.pages import (
    alike,
    calling,
    campaigns,
    excluding,
    forms,
    joint_forms,
    leaving,
    panel,
    precedents,
    reminded,
    said,
    shown,
    together,
)
from quanyu.events.pages.asked import Desk
from quanyu.events.queries import (
    clock,
    closing,
    desk,
    merging,
    photos,
    side_words,
    standing,
    twins,
    values,
    words,
)
from quanyu.events.queries.forwarded import elsewhere
from quanyu.events.queries.version import Stale
from quanyu.events.rules import Channel
from quanyu.events.rules.forwarded import AGREED_WORDS
from quanyu.events.workflow import BEFORE_DISPATCH, STANDING
from quanyu.kernel.access.http import (
    actor_of,
    answer,
    option,
)
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.errors import Refusal
from quanyu.kernel.privacy.rules import mask_name
from quanyu.kernel.workflow.spec import Overtaken
from quanyu.regions import queries as regions


def matter_page(
    request: HttpRequest,
    number: str,
    *,
    at: datetime,
    verb: str = "",
    no: Refusal | None = None,
    contact: dict[str, Any] | None = None,
) -> HttpResponse:
    actor = actor_of(request)
    event, others = merging.counted(number, actor=actor)
    steps = queries.story(event, actor=actor)
    given = joint_forms.typed(request.POST) if no is not None else {}
    desk_ = Desk(event=event, actor=actor, at=at, given=given, verb=verb, no=no)
    parts, meetings = together.read(event, steps, actor=actor)
    named = together.bodies_in(steps, parts, meetings)
    bodies = desk.body_names([event], *desk.bodies_in(steps), *named)
    moves = forms.moves(desk_)
    own = together.moves(parts, bodies=bodies, actor=actor, at=at, given=given, verb=verb, no=no)
    moves = together.ranked([*moves, *own])
    body = bodies.get(event.body_id, "") if event.body_id else ""
    told = shown.story(event, steps, at=at, photos=photos.photos(event), bodies=bodies)
    acts = {step.verb for step in steps}
    exclusion = excluding.form(event, acts, actor=actor, at=at, given=given, no=no)
    context = {
        "section": "matters",
        "matter": facts_of(event, at=at),
        "stages": shown.stages(event, steps),
        "facts": [
            *_facts(event, body, others, actor=actor, at=at),
            *leaving.facts(event, acts, actor=actor, at=at),
            *excluding.facts(exclusion),
            *campaigns.facts(event, actor=actor),
            *calling.facts(event, acts, actor=actor, at=at),
            *_elsewhere(event, actor=actor, at=at),
        ],
        "reminded": reminded.block(event, actor=actor, at=at),
        "contact": contact or contact_of(event, actor=actor),
        "point": _point(event),
        "near": [_near(other, metres) for other, metres in desk.near(event, actor=actor)],
        "has_spot": any(move["spot"] for move in moves),
        "story": told,
        "story_counts": _story_counts(told),
        "joint": together.block(event, steps, parts, meetings, bodies=bodies, at=at),
        "clock": _clock(event, at=at),
        "moves": moves,
        "blocked": forms.blocked(event, actor=actor),
        "waiting": None
        if forms.is_meant(moves)
        else together.to_meet(meetings, at=at) or shown.awaited(event, body, actor=actor, at=at),
        "duplicates": [alike.shown(one) for one in twins.of_matter(event, actor=actor)],
        "note_url": reverse("desk_note", args=[number]) if _may_say(event, actor) else "",
        "said_form": said.form(event, actor=actor, given=given, no=no),
        "precedent": precedents.form(event, actor=actor, at=at, given=given, no=no),
        "back_url": reverse("desk"),
        **panel.laid_out(moves, ways=calling.ways(event, actor=actor), exclusion=exclusion),
        **_beside(event, actor),
        # With the act gone, what was typed for it has no form any more: it is shown beside.
        "conflict": _conflict(no, verb, event, typed=_typed(given, verb, moves)),
        "now": timezone.localtime(at),
    }
    if context["conflict"]:
        context["refusal"] = None
    response = answer(request, "events/matter.html", context, no)
    if no is not None and no.status == Stale.status:
        # On a page a changed row is a conflict; 412 answers If-Match, which a form has not.
        response.status_code = 409
    return response


def _elsewhere(event: Any, *, actor: Actor, at: datetime) -> list[Mapping[str, str]]:
    """Return what another system says of it; what no hotline sent, none knows."""
    if event.channel != Channel.HOTLINE:
        return []
    answers = elsewhere.ask(event_id=event.pk, actor=actor, at=at)
    return [fact for told in answers for fact in told]


def _may_say(event: Any, actor: Actor) -> bool:
    """Answer whether this person has a part in the matter itself, and not in one of its parts."""
    return bool(actor.roles_on(event) - {Role.RESIDENT})


def _beside(event: Any, actor: Actor) -> dict[str, str]:
    """Return the ways to the matters due before and after this one."""
    before, after = desk.beside(event, actor=actor)
    found = {"previous_url": before, "next_url": after}
    return {name: reverse("desk_matter", args=[n]) for name, n in found.items() if n}


def facts_of(event: Any, *, at: datetime) -> dict[str, Any]:
    return {
        "number": event.number,
        "title": event.title,
        "url": reverse("desk_matter", args=[event.number]),
        "version": event.version,
        "state": shown.state(event.state),
        "urgent": event.is_urgent,
        "text": event.text,
        "parts": shown.marked(event.text, _spoke(event)),
        "at": event.reported_at,
        "due": clock.due(event, at=at),
    }


def _spoke(event: Any) -> list[str]:
    """Return the words of the report that the suggested class rests on, while it is of use."""
    is_of_use = event.state in BEFORE_DISPATCH and event.category in {"", event.suggested}
    return list(event.suggested_words) if is_of_use else []


def _facts(
    event: Any, body: str, others: int, *, actor: Actor, at: datetime
) -> list[dict[str, str]]:
    places = " › ".join(regions.label(c.path) for c in regions.breadcrumb(event.region_path))
    told = clock.date_words(event.reported_at)
    found = [
        _fact(_("地点"), event.address or _("没有写地址")),
        _fact(
            _("网格") if desk.is_placed(event) else _("辖区"),
            places,
            note="" if desk.is_placed(event) else _("还没有落到社区，请先确定地点"),
        ),
        _fact(_("来源"), values.channel_words(event.channel), note=told),
        _fact(_("类别"), words.class_words(event.category, at=at) or _("还没有定")),
        _fact(_("处置单位"), body),
        _fact(_("处置结果"), event.outcome),
        _fact(_("答复"), event.reply),
        _fact(_("评价"), _rated(event), note=_rated_how(event)),
        _fact(_("再次反映自"), closing.before(event, actor=actor)),
        _fact(_("又反映过"), _between(closing.again(event, actor=actor))),
        _fact(_("答应可重办到"), _promised(event)),
        _fact(_("等待决定"), side_words.asked(event)),
        *_together(event, others, actor=actor),
        _fact(_("问反映人的话"), event.question, note=_until(event)),
        _fact(_("给反映人的承诺"), event.promise, note=_until(event)),
        _fact(_("延期"), _times(event.extended)),
        _fact(_("挂账"), _times(event.suspended), note=_stood(event, at=at)),
        _fact(_("催办"), _times(event.urged)),
        _fact(_("返工"), _times(event.reworked)),
        _fact(_("重办"), _times(event.reopened)),
    ]
    return [fact for fact in found if fact["value"]]


def _fact(label: str, value: str, *, note: str = "") -> dict[str, str]:
    return {"label": label, "value": value, "note": note}


def _times(count: int) -> str:
    return ngettext("{n} 次", "{n} 次", count).format(n=count) if count else ""


def _together(event: Any, count: int, *, actor: Actor) -> list[dict[str, str]]:
    """Return what a matter is handled together with."""
    also = ngettext("还有 {n} 件反映", "还有 {n} 件反映", count).format(n=count) if count else ""
    main = merging.number_of(event, actor=actor)
    url = reverse("desk_matter", args=[main]) if main else ""
    return [_fact(_("并入"), main) | {"url": url}, _fact(_("一起办的"), also)]


def _until(event: Any) -> str:
    if event.stands_until is None:
        return ""
    return _("停表到{day}").format(day=clock.date_words(event.stands_until))


def _stood(event: Any, *, at: datetime) -> str:
    count = standing.suspended_days(event, on=words.day(at))
    return ngettext("共 {n} 天", "共 {n} 天", count).format(n=count) if count else ""


def _between(items: Iterable[str]) -> str:
    return pgettext("between items", "、").join(items)


def _promised(event: Any) -> str:
    """Return until when a closed matter may be done again."""
    until = closing.reopen_until(event) if event.state in {"closed", "rated"} else None
    return "" if until is None else clock.date_words(until)


def _rated_how(event: Any) -> str:
    names = {"self": _("反映人自己评的"), "call": _("回访电话问到的")}
    return names.get(event.rated_by, "")


def _rated(event: Any) -> str:
    if event.solved is None:
        return ""
    solved = _("解决了") if event.solved else _("没解决")
    treated = {3: _("态度好"), 2: _("态度一般"), 1: _("态度不好")}.get(event.treated, "")
    return pgettext("between items", "、").join(part for part in (solved, treated) if part)


def contact_of(event: Any, *, actor: Actor) -> dict[str, Any] | None:
    """Return the reporter's contact, masked, as a page shows it."""
    found = queries.contact_of(event, actor=actor)
    if found is None:
        return None
    may_reveal = bool(queries.opens(found) & actor.roles_on(event))
    is_hidden = found.is_confidential and not may_reveal
    return {
        "name": "" if is_hidden else str(found.name or ""),
        "phone": "" if is_hidden else str(found.phone or ""),
        "is_confidential": found.is_confidential,
        "is_hidden": is_hidden,
        "agreed": _(AGREED_WORDS[found.agreed]) if found.agreed else "",
        "may_reveal": may_reveal,
        "url": reverse("desk_contact", args=[event.number]),
        "reasons": [option(code, _(label)) for code, label in queries.reveal_reasons()],
        "error": "",
    }


def _point(event: Any) -> dict[str, float] | None:
    return None if event.lon is None else {"lon": event.lon, "lat": event.lat}


def _near(event: Any, metres: int) -> dict[str, Any]:
    url = reverse("desk_matter", args=[event.number])
    point = {"lon": event.lon, "lat": event.lat}
    return {"title": event.title, "url": url, "metres": metres, **point}


def _story_counts(told: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    kinds = [line["kind"] for line in told]
    return {"all": len(kinds), "moves": kinds.count("move"), "looks": kinds.count("look")}


def _clock(event: Any, *, at: datetime) -> dict[str, Any] | None:
    if event.state not in queries.OPEN or event.state in STANDING:
        return None
    due = clock.due(event, at=at, clock="stage", is_long=True)
    total = clock.due(event, at=at, clock="span", is_long=True)
    kind = "stage" if due is not None else "span"
    first = due or total
    if first is None:
        return None
    explained = queries.explained(event, clock=kind, at=at)
    return {
        "due": first,
        "verb_words": "",
        "used": clock.used(event, clock=kind, at=at),
        "why": first.why,
        "total": total if due is not None else None,
        "total_why": total.why if total and due is not None else "",
        "days": clock.days(explained, at=at) if _is_long(explained) else [],
    }


def _is_long(explained: Any) -> bool:
    return explained is not None and explained.due - explained.since > timedelta(days=1)


def _typed(given: Mapping[str, str], verb: str, moves: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the words written for an act that is offered no more."""
    if any(move["verb"] == verb for move in moves):
        return []
    return [given[n] for n in forms.ASKS.get(verb, ()) if n in forms.WRITTEN and given.get(n)]


def _conflict(
    no: Refusal | None, verb: str, event: Any, *, typed: Sequence[str]
) -> dict[str, Any] | None:
    if not isinstance(no, Stale | Overtaken) or "verb" not in no.parts:
        return None
    name = str(no.parts.get("name", ""))
    return {
        "who": mask_name(name) if name else _("系统"),
        "did": words.done_words(str(no.parts["verb"])),
        "at": no.parts["at"],
        "typed": typed,
        "yours": _("您的“{act}”没有生效；您填的还在，看过再办").format(act=shown.verb_words(verb)),
        "url": reverse("desk_matter", args=[event.number]),
    }
