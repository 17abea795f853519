"""The acts of the three administrators: people and their grants."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from quanyu.kernel.access.http import actor_of, answered, read_or_write
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import actions, oidc, queries, rules
from quanyu.kernel.accounts.pages.sent import reason, wanted
from quanyu.kernel.accounts.pages.shown import people_page
from quanyu.kernel.accounts.tables import PEOPLE
from quanyu.kernel.columns import framed
from quanyu.kernel.errors import Denied, Refusal

View = Callable[..., HttpResponse]


def _for_administrators(view: View) -> View:
    """Open the page to the three administrators; who is out of their reach is not there."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not rules.is_administrator(actor_of(request).roles):
            raise PermissionDenied
        try:
            return view(request, *args, **kwargs)
        except Denied as denied:
            raise Http404 from denied

    return opened


def _about_somebody(done: object) -> Callable[[Callable[..., object]], View]:
    """Make an act about somebody the answer to a POST, which ends on their page.

    :param done: the sentence that says it is done
    """

    def made(act: Callable[..., object]) -> View:
        @require_POST
        @_for_administrators
        @wraps(act)
        def view(request: HttpRequest, account_id: UUID, **more: Any) -> HttpResponse:
            def acted() -> HttpResponse:
                act(request, account_id, actor=actor_of(request), at=timezone.now(), **more)
                messages.success(request, str(done))
                return redirect("desk_person", account_id)

            def page(no: Refusal | None) -> HttpResponse:
                return people_page(request, account_id=account_id, no=no)

            return answered(request, acted, page)

        return view

    return made


@require_GET
@_for_administrators
def people(request: HttpRequest) -> HttpResponse:
    """List people and what they hold; the address holds filters, order and columns."""
    return framed().begin(request, PEOPLE) or people_page(request)


@require_GET
@_for_administrators
def person(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show one person, every grant of theirs, and what I may do about it."""
    return people_page(request, account_id=account_id)


@read_or_write
@_for_administrators
def person_new(request: HttpRequest) -> HttpResponse:
    """Make an account, and show the link that opens it; nobody but its holder has its password."""
    given, actor, at = request.POST, actor_of(request), timezone.now()

    def make() -> HttpResponse:
        made = actions.create_account(
            username=given.get("username", ""),
            name=given.get("name", "")[:40],
            email=given.get("email", "")[:300],
            password=None,
            actor=actor,
            at=at,
        )
        messages.success(request, _("账号已建立"))
        if given.get("signs_in") != "link":
            return redirect("desk_person", made.pk)
        return _linked(request, made.pk, actions.invite(account=made, actor=actor, at=at))

    return answered(request, make, lambda no: people_page(request, new=True, no=no))


@require_POST
@_for_administrators
def link(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Make a link with which somebody sets a new password."""
    actor = actor_of(request)

    def make() -> HttpResponse:
        account = queries.account(account_id, actor=actor)
        token = actions.invite(account=account, actor=actor, at=timezone.now())
        return _linked(request, account_id, token)

    return answered(request, make, lambda no: people_page(request, account_id=account_id, no=no))


@_about_somebody(gettext_lazy("申请已提交，等待安全管理员审批"))
def give(request: HttpRequest, account_id: UUID, *, actor: Actor, at: datetime) -> None:
    """Ask that somebody be given a role."""
    actions.ask_grant(
        account=queries.account(account_id, actor=actor),
        **wanted(request, at=at),
        actor=actor,
        at=at,
    )


@_about_somebody(gettext_lazy("授权已终止，下一次操作起失效"))
def take(
    request: HttpRequest, account_id: UUID, *, grant_id: UUID, actor: Actor, at: datetime
) -> None:
    """Take a role away."""
    actions.end_grant(grant_id=grant_id, reason=reason(request), actor=actor, at=at)


@_about_somebody(gettext_lazy("账号已停用，全部授权已终止"))
def end(request: HttpRequest, account_id: UUID, *, actor: Actor, at: datetime) -> None:
    """Close an account."""
    account = queries.account(account_id, actor=actor)
    actions.end_account(account=account, reason=reason(request), actor=actor, at=at)


@_about_somebody(gettext_lazy("邮箱已保存"))
def email(request: HttpRequest, account_id: UUID, *, actor: Actor, at: datetime) -> None:
    """Say to which address somebody's notices go."""
    account = queries.account(account_id, actor=actor)
    actions.set_email(
        account=account, email=request.POST.get("email", "")[:300], actor=actor, at=at
    )


@_about_somebody(gettext_lazy("动态验证码已解绑，下次登录须重新绑定"))
def no_second_factor(request: HttpRequest, account_id: UUID, *, actor: Actor, at: datetime) -> None:
    """Take away the second factor of somebody whose device is lost."""
    actions.reset_totp(account=queries.account(account_id, actor=actor), actor=actor, at=at)


@_about_somebody(gettext_lazy("已确认，本人现在可以使用"))
def confirm(
    request: HttpRequest, account_id: UUID, *, way_id: UUID, actor: Actor, at: datetime
) -> None:
    """Say that I have met the person for whom a link or an identity waits."""
    account = queries.account(account_id, actor=actor)
    actions.confirm_way_in(account=account, way_id=way_id, actor=actor, at=at)


@_about_somebody(gettext_lazy("统一身份已绑定；已有授权或用过的账号，须由安全管理员核对后生效"))
def link_person(request: HttpRequest, account_id: UUID, *, actor: Actor, at: datetime) -> None:
    """Link the identity whose code somebody was shown, or whose subject is known."""
    account, code = queries.account(account_id, actor=actor), request.POST.get("code", "").strip()
    if code:
        actions.link_by_code(account=account, code=code[:20], actor=actor, at=at)
        return
    subject = request.POST.get("subject", "")[:256]
    actions.link_subject(account=account, issuer=oidc.issuer(), subject=subject, actor=actor, at=at)


@_about_somebody(gettext_lazy("统一身份已解除，用它打开的登录都已退出"))
def unlink_person(request: HttpRequest, account_id: UUID, *, actor: Actor, at: datetime) -> None:
    """Take the identity from somebody's account."""
    actions.unlink(account=queries.account(account_id, actor=actor), actor=actor, at=at)


@_about_somebody(gettext_lazy("全部登录已退出"))
def end_sessions(request: HttpRequest, account_id: UUID, *, actor: Actor, at: datetime) -> None:
    """End everything that somebody has open."""
    actions.end_sessions(account=queries.account(account_id, actor=actor), actor=actor, at=at)


def _linked(request: HttpRequest, account_id: UUID, token: str) -> HttpResponse:
    """Show a new link in the answer itself, once: it is kept nowhere, so no page can show it."""
    url = request.build_absolute_uri(reverse("welcome", args=[token]))
    return people_page(request, account_id=account_id, link=url)
