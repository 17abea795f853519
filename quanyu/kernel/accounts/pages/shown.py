"""What the pages of people and grants show."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from quanyu.kernel.access.http import actor_of, field
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.accounts import means, oidc, queries, rules, sessions
from quanyu.kernel.accounts.pages.forms import (
    acts,
    confirmation,
    grant_form,
    new_form,
    page,
)
from quanyu.kernel.accounts.pages.listed import listed
from quanyu.kernel.accounts.pages.words import grant_said, stand_in_said, wish_said
from quanyu.kernel.errors import Refusal


def people_page(
    request: HttpRequest,
    *,
    account_id: UUID | None = None,
    new: bool = False,
    link: str = "",
    no: Refusal | None = None,
) -> HttpResponse:
    """Show people, one of them in full, or the form of a new one."""
    at, actor = timezone.now(), actor_of(request)
    context: dict[str, object] = {
        "section": "people",
        **listed(request, current=account_id),
        "person": None,
        "link": _link(link) if link else None,
        "form": new_form(request, no) if new else None,
        "add_url": reverse("desk_person_new") if Role.SYS_ADMIN in actor.roles else "",
    }
    if account_id is not None:
        context["person"] = _person(request, account_id, no, at=at)
    return page(request, "accounts/people.html", context, no)


def _link(url: str) -> dict[str, object]:
    return field(
        "link",
        _("一次性链接"),
        "text",
        value=url,
        readonly=True,
        help=_(
            "只显示这一次，请当面或经可靠渠道交给本人；{hours} 小时内有效，只能用一次。"
            "不是新账号的，还须由安全管理员当面核对本人后才能打开"
        ).format(hours=settings.QUANYU_LINK_HOURS),
    )


def _person(
    request: HttpRequest, account_id: UUID, no: Refusal | None, *, at: datetime
) -> dict[str, object]:
    actor = actor_of(request)
    account = queries.account(account_id, actor=actor)
    held, counts = means.of(account), means.may_end_sessions(account_id, actor=actor, at=at)
    other, live = account.pk != actor.id, account.is_active
    ends = other and live and Role.SEC_ADMIN in actor.roles
    asks = other and live and Role.SYS_ADMIN in actor.roles
    grants = [
        grant_said(one)
        | {
            "end_url": reverse("desk_grant_end", args=[account.pk, one.id])
            if ends and one.state != "ended"
            else "",
            "end_fields": [field("reason", _("终止事由"), "text")],
        }
        for one in queries.history(account, at=at)
    ]
    stand = queries.stand_ins(account.pk, at=at)
    waiting = queries.waiting(account, at=at)
    return {
        "name": account.name,
        "is_demo": account.is_demo,
        "username": account.username,
        "since": account.created_at,
        "state": "active" if live else "ended",
        "signs_in": held.password,
        "second_factor": held.factor,
        "linked": held.linked,
        "open_sessions": len(sessions.opened(account, at=at)) if counts else 0,
        "invited": queries.is_invited(account, at=at),
        "waits": bool(waiting),
        "mine": not other,
        "grants": grants,
        "wishes": [wish_said(one) for one in queries.requests_for(account, actor=actor, at=at)],
        "stand_ins": [stand_in_said(one, may_end=ends) for one in stand],
        "form": grant_form(request, reverse("desk_grant", args=[account_id]), no) if asks else None,
        "sees_url": reverse("desk_person_sees", args=[account_id]),
        "acts": [
            *_confirmations(account, actor, waiting, at=at),
            *_acts(account, actor, no, linked=held.linked, at=at),
        ]
        if other and live
        else [],
    }


def _confirmations(
    account: Any, actor: Actor, waiting: list[queries.Waiting], *, at: datetime
) -> list[dict[str, object]]:
    """Return what a security administrator, who did not ask for it, may confirm."""
    if not queries.reaches(actor, {Role.SEC_ADMIN}, account.pk, at=at):
        return []
    return [confirmation(account.pk, one) for one in waiting if one.by_id != actor.id]


def _acts(
    account: Any, actor: Actor, no: Refusal | None, *, linked: bool, at: datetime
) -> list[dict[str, object]]:
    """Return what the actor may do with this account: all that it holds is in their reach."""
    account_id = account.pk
    resetters = queries.resetters(account_id, at=at)
    manages = queries.reaches(actor, {Role.SYS_ADMIN}, account_id, at=at)
    resets = queries.reaches(actor, resetters, account_id, at=at)
    # An administrator's link is made at the machine, by no other administrator.
    invites = manages and not rules.is_administrator(
        one.role for one in queries.held_from(account_id, at=at)
    )
    may = {
        "email": manages and not account.email,
        "link": invites,
        "sessions": means.may_end_sessions(account_id, actor=actor, at=at),
        "identity": invites and oidc.is_on() and not linked,
        "unlink": manages and linked,
        "factor": resets,
        "end": manages,
    }
    return [one for one in acts(account_id, no) if may[str(one["key"])]]
