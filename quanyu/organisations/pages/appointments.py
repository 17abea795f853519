"""Appointments: the list, what waits for a decision, a person's posts, every act (任职页面)."""

from collections.abc import Callable, Mapping
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quanyu.kernel import paging
from quanyu.kernel.access.http import actor_of, answer, answered, hidden_if_denied, sentence
from quanyu.kernel.access.narrowing import pick, said
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.errors import Refusal
from quanyu.kernel.tables import http as tables
from quanyu.organisations import actions
from quanyu.organisations.pages.appointed import held_said
from quanyu.organisations.pages.confirming import decider
from quanyu.organisations.pages.posts import day, filters, page_of
from quanyu.organisations.queries import holders, post_lists
from quanyu.organisations.rules.leaving import Leaving
from quanyu.organisations.rules.posts import STAND_WORDS, Stand, WrongAppointment
from quanyu.organisations.tables.posts import APPOINTMENTS

PAGE = "desk_appointments"


@APPOINTMENTS.narrowed_by
def narrowed(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return every appointment that the page of this address shows, in its order."""
    return post_lists.appointments_asked(asked, on=timezone.localdate(at), actor=actor)


@APPOINTMENTS.told_by
def told(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> list[tuple[str, str]]:
    """Return in words what the address asks for."""
    return said(_filters(asked, actor, at=at))


@require_GET
@hidden_if_denied
def appointments(request: HttpRequest) -> HttpResponse:
    """List who holds, held and is to hold which post, within reach."""
    if preferred := tables.begin(request, APPOINTMENTS):
        return preferred
    actor, at = actor_of(request), timezone.now()
    today = timezone.localdate(at)
    asked = APPOINTMENTS.asked(request.GET.dict())
    rows = post_lists.appointments_asked(asked, on=today, actor=actor)
    page = paging.page_of(rows, request.GET.get("after", ""))
    values = post_lists.appointment_values(page.rows, at=at)
    fields = _filters(asked, actor, at=at)
    context = {
        **tables.sheet(request, APPOINTMENTS, page, values, fields, at=at, links=_to_both),
        "section": "appointments",
        "sub": _("谁在哪里任什么职，从哪天到哪天；岗位带权限，任免即给即收"),
        "waiting": [_batch(one) for one in holders.waiting(actor=actor, at=at)],
        "leaving": [held_said(one, today) for one in holders.leaving_asked(actor=actor, at=at)],
        "roster_url": f"{reverse(PAGE)}?kind=street-parttime-member",
        "roster_below_url": f"{reverse(PAGE)}?kind=community-parttime-member",
    }
    return answer(request, "organisations/appointments.html", context)


def _to_both(row: Any) -> dict[str, str]:
    return {
        "name": reverse("desk_posts_of", args=[row.account_id]),
        "called": reverse("desk_post", args=[row.post_id]),
    }


@require_GET
@hidden_if_denied
def posts_of(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show what one person holds, held and is to hold, within reach."""
    actor, at = actor_of(request), timezone.now()
    held = holders.of_person(account_id, actor=actor, at=at)
    if not held:
        raise Http404
    today = timezone.localdate(at)
    context = {
        "section": "appointments",
        "name": held[0].name,
        "held": [held_said(one, today) for one in held],
        "serving": sum(one.stand == Stand.SERVING for one in held),
        "now": timezone.localtime(at),
    }
    return answer(request, "organisations/posts_of.html", context)


@require_POST
@hidden_if_denied
def act(request: HttpRequest, appointment_id: UUID, verb: str) -> HttpResponse:
    """Confirm, refuse, withdraw, end or keep one appointment, or name who stands in."""
    actor, at = actor_of(request), timezone.now()
    held = holders.one(appointment_id, actor=actor, at=at)
    facts: dict[str, Any] = {"appointment_id": appointment_id, "actor": actor, "at": at}
    given = request.POST
    reason = given.get("reason", "")[:200]
    acts: dict[str, tuple[Callable[[], object], str]] = {
        "confirm": (
            lambda: actions.confirm(reason=reason, **facts),
            _("已确认，岗位所带的权限按日期生效"),
        ),
        "refuse": (lambda: actions.refuse(reason=reason, **facts), _("已登记不同意")),
        "withdraw": (lambda: actions.withdraw(**facts), _("提名已撤回")),
        "end": (
            lambda: actions.end_appointment(
                reason=reason, end=day(given.get("end", ""), "end"), **facts
            ),
            _("已提出卸任，等待{who}确认").format(
                who=decider(held.place, without=(actor.id, held.account_id), at=at)
            )
            if held.ends == Leaving.ASK
            else _("已登记卸任，岗位所带的权限按日期收回"),
        ),
        "keep": (lambda: actions.keep_appointment(**facts), _("卸任请求已撤下，继续任职")),
        "stand_in": (
            lambda: actions.name_stand_in(
                account_id=_account(given.get("account", "")),
                until=_until(given.get("until", "")),
                reason=reason,
                **facts,
            ),
            _("代理已指定"),
        ),
    }
    if verb not in acts:
        raise Http404
    do, done = acts[verb]

    def acted() -> HttpResponse:
        do()
        messages.success(request, done)
        return HttpResponseRedirect(reverse("desk_post", args=[held.post_id]))

    return answered(request, acted, lambda no: page_of(request, held.post_id, no, at=at))


@require_POST
@hidden_if_denied
def batch_act(request: HttpRequest, batch: UUID, verb: str) -> HttpResponse:
    """Confirm, refuse or withdraw all that is open of a batch."""
    actor, at = actor_of(request), timezone.now()
    reason = request.POST.get("reason", "")[:200]
    facts: dict[str, Any] = {"batch": batch, "actor": actor, "at": at}
    acts: dict[str, tuple[Callable[[], object], str]] = {
        "confirm": (lambda: actions.confirm_batch(reason=reason, **facts), _("整批已确认")),
        "refuse": (lambda: actions.refuse_batch(reason=reason, **facts), _("整批已登记不同意")),
        "withdraw": (lambda: actions.withdraw_batch(**facts), _("整批已撤回")),
    }
    if verb not in acts:
        raise Http404
    do, done = acts[verb]
    try:
        with holders.of_batch(batch, actor=actor, at=at):
            do()
        messages.success(request, done)
    except Refusal as no:
        messages.error(request, sentence(no))
    return HttpResponseRedirect(reverse(PAGE))


def _filters(asked: Mapping[str, str], actor: Actor, *, at: datetime) -> list[dict[str, Any]]:
    stands = {str(one): _(words) for one, words in STAND_WORDS.items() if one != Stand.SERVING}
    stands["all"] = _("全部")
    state = pick("stand", _("状态"), stands, asked=asked, home=reverse(PAGE), empty=_("在任"))
    return [*filters(asked, actor, page=PAGE, at=at), state]


def _batch(one: holders.BatchEntry) -> dict[str, Any]:
    forms = {
        "confirm": (one.may_decide, _("确认")),
        "refuse": (one.may_decide, _("不同意")),
        "withdraw": (one.may_withdraw, _("撤回")),
    }
    return {
        "one": one,
        "list_url": f"{reverse(PAGE)}?stand=proposed",
        "post_url": reverse("desk_post", args=[one.first.post_id]),
        "acts": [
            {
                "verb": verb,
                "label": label,
                "url": reverse("desk_batch_act", args=[one.id, verb]),
                "needs_reason": verb == "refuse",
            }
            for verb, (may, label) in forms.items()
            if may
        ],
    }


def _account(username: str) -> UUID:
    return accounts.keys_meant([username])[username]


def _until(text: str) -> datetime:
    last = day(text, "until")
    if last is None:
        raise WrongAppointment(_("请填写代理到哪一天"), field="until", value="")
    return timezone.make_aware(datetime.combine(last, time.max))
