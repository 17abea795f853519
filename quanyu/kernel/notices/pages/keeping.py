"""Wordings with their preview, and what was sent (通知模板与发送情况)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quanyu.kernel.access.http import (
    actor_of,
    answer,
    answered,
    field,
    hidden_if_denied,
    meant,
    read_or_write,
)
from quanyu.kernel.access.rules import Role
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.accounts.rules import ROLE_NAMES
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.notices import actions, channels, queries, rules
from quanyu.kernel.notices.rules import CHANNEL_NAMES, GROUP_NAMES, STATE_NAMES, Channel

MONTH = timedelta(days=30)
NOBODY = UUID(int=0)
TEXTS = ("subject", "body", "subject_en", "body_en")


@require_GET
@hidden_if_denied
def wordings(request: HttpRequest) -> HttpResponse:
    """Lead to the first topic."""
    queries.check_keeper(actor_of(request))
    first = min(rules.topics)
    return HttpResponseRedirect(reverse("desk_wording", args=[first, "inapp"]))


@read_or_write
@hidden_if_denied
def wording(request: HttpRequest, topic: str, channel: str) -> HttpResponse:
    """Show one topic's wording by one way with its preview, and change or try it out."""
    actor, at = actor_of(request), timezone.now()
    queries.check_keeper(actor)
    if topic not in rules.topics or channel not in CHANNEL_NAMES:
        raise Http404

    def act() -> HttpResponse:
        if request.POST.get("test"):
            language = get_language() or "zh-hans"
            words = sample(topic, language, at=at)
            actions.try_out(
                topic=topic, channel=channel, language=language, words=words, actor=actor, at=at
            )
            messages.success(request, _("已发到您登记的邮箱"))
        else:
            _worded(request.POST, topic, channel, actor, at=at)
            messages.success(request, _("已登记，从写明的日子起生效；以前的留着"))
        return HttpResponseRedirect(reverse("desk_wording", args=[topic, channel]))

    return answered(request, act, lambda no: _page(request, topic, channel, no, at=at))


@require_GET
@hidden_if_denied
def deliveries(request: HttpRequest) -> HttpResponse:
    """Show how many went by which way, and what somebody must look at; no address and no name."""
    actor, at = actor_of(request), timezone.now()
    counts = queries.tally(actor=actor, since=at - MONTH)
    rows, after = queries.troubled(actor=actor, after=request.GET.get("after", ""))
    url = reverse("desk_deliveries")
    context = {
        "section": "deliveries",
        "states": [gettext(words) for words in STATE_NAMES.values()],
        "ways": [_way(way, counts) for way in Channel],
        "rows": [_delivery(row) for row in rows],
        "next_url": f"{url}?after={after}" if after else "",
        "now": timezone.localtime(at),
    }
    return answer(request, "notices/deliveries.html", context)


@require_POST
@hidden_if_denied
def delivery(request: HttpRequest, delivery_id: UUID, verb: str) -> HttpResponse:
    """Send once more, or let it be."""
    verbs = {"resend": actions.resend, "let_be": actions.let_be}
    if verb not in verbs:
        raise Http404
    verbs[verb](delivery_id=delivery_id, actor=actor_of(request), at=timezone.now())
    messages.success(request, _("已办好"))
    return HttpResponseRedirect(reverse("desk_deliveries"))


def sample(topic: str, language: str, *, at: datetime) -> dict[str, str]:
    """Return words that fill a topic's wording for the preview: each says what it stands for."""
    with override(language):
        known = _sample_words()
    given = {word: known.get(word, f"[{word}]") for word in rules.topics[topic].words}
    moments = {word: at.isoformat() for word in given if word.endswith("_at")}
    days = {word: local(at).date().isoformat() for word in given if word.endswith("_on")}
    return queries.words_in(given | moments | days, language)


# ------------------------------------------------------------------ inside


def _sample_words() -> dict[str, str]:
    return {
        "number": "260921-7KX2M9QD",
        "matter": gettext("窨井盖破损"),
        "place": gettext("三里庵街道"),
        "body": gettext("街道市政养护队"),
        "name": gettext("王小兰"),
        "role": gettext(ROLE_NAMES[Role.OPERATOR]),
        "quarter": "2026Q4",
    }


def _worded(
    given: Mapping[str, str], topic: str, channel: str, actor: Any, *, at: datetime
) -> None:
    text = given.get("start", "")
    no = Invalid(_("请填写生效日期"), field="start", value=text)
    actions.word(
        topic=topic,
        channel=channel,
        start=meant(date.fromisoformat, text, otherwise=no),
        provider_code=given.get("provider_code", "")[:80],
        actor=actor,
        at=at,
        **{name: given.get(name, "") for name in TEXTS},
    )


def _page(
    request: HttpRequest, topic: str, channel: str, no: Refusal | None, *, at: datetime
) -> HttpResponse:
    declared, today = rules.topics[topic], local(at).date()
    held = queries.wordings(on=today)
    own = held.get((topic, channel))
    kept = queries.history(topic, channel)
    names = accounts.account_names([row.made_by for row in kept if row.made_by])
    context = {
        "section": "wordings",
        "topics": [_topic(one, topic, channel, held) for one in rules.topics.values()],
        "topic": gettext(declared.label),
        "words": [f"{{{word}}}" for word in declared.words],
        "channels": [
            {
                "name": gettext(words),
                "url": reverse("desk_wording", args=[topic, way]),
                "current": way == channel,
            }
            for way, words in CHANNEL_NAMES.items()
        ],
        "is_shipped": own is None,
        "previews": [
            _preview(topic, channel, language, held, at=at) for language in ("zh-hans", "en")
        ],
        "history": [
            {
                "from": row.valid_from,
                "at": row.made_at,
                "by": names.get(row.made_by or NOBODY, ""),
            }
            for row in kept
        ],
        "form": _form(request, topic, channel, own, no, today=today),
        "may_test": channel == Channel.MAIL and channel in channels.open_ways(),
        "now": timezone.localtime(at),
    }
    return answer(request, "notices/wordings.html", context, no)


def _topic(one: rules.Topic, current: str, channel: str, held: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "label": gettext(one.label),
        "group": gettext(GROUP_NAMES[one.group]),
        "url": reverse("desk_wording", args=[one.key, channel]),
        "current": one.key == current,
        "own": sum((one.key, way) in held for way in CHANNEL_NAMES),
    }


def _preview(
    topic: str, channel: str, language: str, held: Mapping[Any, Any], *, at: datetime
) -> dict[str, str]:
    words = sample(topic, language, at=at)
    said = queries.worded(topic, channel, words, language=language, held=held)
    return {
        "lang": "en" if language == "en" else "zh-Hans",
        "subject": "" if channel == Channel.SMS else said.subject,
        "body": said.body,
    }


def _form(
    request: HttpRequest,
    topic: str,
    channel: str,
    own: Any,
    no: Refusal | None,
    *,
    today: date,
) -> dict[str, Any]:
    typed = request.POST if request.method == "POST" else {}
    held = {name: getattr(own, name, "") for name in (*TEXTS, "provider_code")}
    if own is None:
        held |= _shipped(topic, channel)
    value = {name: typed.get(name, text) for name, text in held.items()}
    has_subject = channel in {"inapp", Channel.MAIL}
    subjects = [
        field("subject", _("标题"), no=no, value=value["subject"], maxlength=120),
        field("subject_en", _("英文标题"), no=no, value=value["subject_en"], maxlength=120),
    ]
    code = field(
        "provider_code",
        _("服务商批准的模板编号"),
        no=no,
        value=value["provider_code"],
        required=False,
    )
    start = typed.get("start", today.isoformat())
    return {
        "title": _("换一种说法"),
        "url": reverse("desk_wording", args=[topic, channel]),
        "fields": [
            *(subjects[:1] if has_subject else []),
            field("body", _("正文"), "textarea", no=no, value=value["body"], rows=4),
            *(subjects[1:] if has_subject else []),
            field("body_en", _("英文正文"), "textarea", no=no, value=value["body_en"], rows=4),
            *([code] if channel == Channel.SMS else []),
            field("start", _("自哪天起"), "date", no=no, value=start),
        ],
    }


def _shipped(topic: str, channel: str) -> dict[str, str]:
    words = {word: f"{{{word}}}" for word in rules.topics[topic].words}
    chinese, english = (
        queries.worded(topic, channel, words, language=language, held={})
        for language in ("zh-hans", "en")
    )
    return {
        "subject": chinese.subject,
        "body": chinese.body,
        "subject_en": english.subject,
        "body_en": english.body,
    }


def _way(way: Channel, counts: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    is_on = way == Channel.PHONE or way in channels.open_ways()
    return {
        "name": gettext(CHANNEL_NAMES[way]),
        "is_on": is_on,
        "counts": [counts.get((way, state), 0) for state in STATE_NAMES],
    }


def _delivery(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "way": gettext(CHANNEL_NAMES[row.channel]),
        "state": row.state,
        "state_words": gettext(STATE_NAMES[row.state]),
        "fault": row.fault,
        "tries": row.tries,
        "at": row.changed_at,
        "resend_url": reverse("desk_delivery", args=[row.pk, "resend"]),
        "let_be_url": reverse("desk_delivery", args=[row.pk, "let_be"]),
    }
