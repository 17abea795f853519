"""What leaves the rates: the list with its reasons, and the forms on a matter (剔除评审)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quanyu.events import actions, schemas
from quanyu.events.pages import shown
from quanyu.events.queries import closing, words
from quanyu.events.rules import fair
from quanyu.events.rules.fair import Decision
from quanyu.kernel.access.http import actor_of, answer, field, hidden_if_denied, option, parsed
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Denied, Refusal

LISTED = "reason_exclude"
VERBS = ("ask_exclusion", "exclude", "keep_counted", "count_again")


@require_GET
@hidden_if_denied
def listed(request: HttpRequest) -> HttpResponse:
    """List what waits for review and what is left out of the rates, each with its reason."""
    actor, at = actor_of(request), timezone.now()
    waiting = closing.exclusions(Decision.WAITING, actor=actor)
    out = closing.exclusions(Decision.EXCLUDED, actor=actor)
    context = {
        "section": "excluded",
        "waiting": [_row(one, one.asked_words, one.asked_at, actor=actor) for one in waiting],
        "out": [_row(one, one.decided_words, one.decided_at, actor=actor) for one in out],
        "now": timezone.localtime(at),
    }
    return answer(request, "events/excluded.html", context)


def _row(one: Any, said: str, when: datetime | None, *, actor: Actor) -> dict[str, Any]:
    return {
        "act": _act(one) if may_decide(one.event, one, actor=actor) else "",
        "title": one.event.title,
        "number": one.event.number,
        "url": reverse("desk_matter", args=[one.event.number]),
        "place": shown.spot(one.event),
        "state": shown.state(one.event.state),
        "reason": words.reason_words(LISTED, one.reason, at=one.asked_at),
        "said": said,
        "at": when,
    }


def _act(one: Any) -> str:
    return _("评审") if one.decision == Decision.WAITING else _("恢复计入")


def may_decide(event: Any, held: Any, *, actor: Actor) -> bool:
    """Answer whether this person may decide on what another one asked for."""
    may = bool(fair.REVIEWERS & actor.roles_on(event)) and fair.may_review(event, held, actor)
    return bool(may)


def done(event: Any, verb: str, given: Mapping[str, str], *, actor: Actor, at: datetime) -> None:
    """Do one act of a review.

    :raises Denied: if there is no such act
    """
    if verb not in VERBS:
        raise Denied
    body = parsed(schemas.VERBS[verb], given, labels=_labels())
    getattr(actions, verb)(event_id=event.pk, actor=actor, at=at, **body.dict())


def gone_on(request: HttpRequest, event: Any) -> HttpResponse:
    """Return the way back to the matter, with a word that it was done."""
    messages.success(request, _("已登记；剔除只影响指标，办理不变"))
    return HttpResponseRedirect(reverse("desk_matter", args=[event.number]))


def form(
    event: Any,
    acts: Collection[str],
    *,
    actor: Actor,
    at: datetime,
    given: Mapping[str, str],
    no: Refusal | None,
) -> dict[str, Any] | None:
    """Return what this person may say on leaving a matter out of the rates, or None.

    :param acts: what its story tells of; a request that it does not tell of is not asked for
    """
    roles = actor.roles_on(event)
    if not roles & (fair.REVIEWERS | fair.ASK_EXCLUSION):
        return None
    asked = "ask_exclusion" in acts
    decisions = (Decision.WAITING, Decision.EXCLUDED)
    held = closing.exclusion(event, *decisions, actor=actor) if asked else None
    if held is not None:
        is_out = held.decision == Decision.EXCLUDED
        verbs = ["count_again"] if is_out else ["exclude", "keep_counted"]
        may = may_decide(event, held, actor=actor)
        return _shown(event, held, verbs if may else [], given=given, no=no)
    if fair.ASK_EXCLUSION & roles and event.state not in {"void", "merged"}:
        return _shown(event, None, ["ask_exclusion"], given=given, no=no, at=at)
    return None


def _shown(
    event: Any,
    held: Any,
    verbs: list[str],
    *,
    given: Mapping[str, str],
    no: Refusal | None,
    at: datetime | None = None,
) -> dict[str, Any]:
    said = held.decided_words or held.asked_words if held else ""
    return {
        "title": _title(held),
        "reason": words.reason_words(LISTED, held.reason, at=held.asked_at) if held else "",
        "said": said,
        "is_open": bool(no is not None and given.get("exclusion")),
        "is_held": held is not None,
        "is_due": held is not None and held.decision == Decision.WAITING and bool(verbs),
        "form": _form(event, verbs, given, no, at=at) if verbs else None,
    }


def facts(shown_: Mapping[str, Any] | None) -> list[dict[str, str]]:
    """Return that somebody asked to leave the matter out of the rates, or that it is out."""
    if shown_ is None or not shown_["is_held"]:
        return []
    note = f"{shown_['reason']}{_('：')}{shown_['said']}"
    return [{"label": _("剔除"), "value": shown_["title"], "note": note}]


def _title(held: Any) -> str:
    if held is None:
        return _("申请剔除出指标")
    return _("已剔除出指标") if held.decision == Decision.EXCLUDED else _("有人申请剔除")


def _form(
    event: Any,
    verbs: Sequence[str],
    given: Mapping[str, str],
    no: Refusal | None,
    *,
    at: datetime | None,
) -> dict[str, Any]:
    """Return one form; of two answers to the same request each has a button of its own."""
    labels, mine = _labels(), given.get("exclusion", "") in verbs
    refused, held = no if mine else None, given if mine else {}
    more = {"rows": 2, "value": held.get("words", "")}
    fields = [field("words", labels["words"], "textarea", no=refused, **more)]
    if at is not None:
        options = [
            option(code, label) for code, label in codes.choices(LISTED, on=local(at).date())
        ]
        more = {"options": options, "value": held.get("ground", "")}
        fields.insert(0, field("ground", labels["ground"], "select", no=refused, **more))
    buttons = [
        {
            "url": reverse("desk_exclusion", args=[event.number, verb]),
            "verb": verb,
            "label": shown.verb_words(verb),
        }
        for verb in verbs
    ]
    return {"fields": fields, "buttons": buttons}


def _labels() -> dict[str, str]:
    return {"ground": _("剔除理由"), "words": _("为什么")}
