"""The way in by the city's identity provider, and the linking of it (统一身份认证)."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from quanyu.kernel.access.http import actor_of
from quanyu.kernel.accounts import actions, entry, oidc
from quanyu.kernel.accounts.http import seat_of
from quanyu.kernel.accounts.pages.forms import page
from quanyu.kernel.accounts.pages.security import LINKING
from quanyu.kernel.errors import Refusal

View = Callable[[HttpRequest, oidc.Outcome], HttpResponse]


def _where_it_is_on(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """Open a view with what the talk came to; without a provider there is no such page.

    Whatever is refused is told on a page of ours, and the way back is good for once.
    """

    @never_cache
    @require_GET
    @wraps(view)
    def opened(request: HttpRequest) -> HttpResponse:
        talk = oidc.outcome(request)
        if talk is None:
            raise Http404
        try:
            entry.check_talk(request, talk.failure, at=timezone.now())
            return view(request, talk)
        except Refusal as no:
            is_linking = talk.journey.goal == oidc.LINK
            context = {"code": no.parts.get("code", ""), "is_linking": is_linking}
            response = page(request, "accounts/not_vouched.html", context, no)
            oidc.forget(response)
            return response

    return opened


@_where_it_is_on
def start(request: HttpRequest, talk: oidc.Outcome) -> HttpResponse:
    """Send the browser to the provider: to sign in, or to link what one is signed in as."""
    account, until = seat_of(request).account, request.session.pop(LINKING, 0)
    is_linking = account is not None and timezone.now().timestamp() < until
    target = entry.safe(request, request.GET.get("next", ""))
    if account is not None and not is_linking:
        return HttpResponseRedirect(target)
    response = HttpResponseRedirect(talk.url)
    goal = {"goal": oidc.LINK, "account": str(account.pk)} if is_linking and account else {}
    oidc.remember(response, talk.journey.bound(target=target, **goal))
    return response


@_where_it_is_on
def back(request: HttpRequest, talk: oidc.Outcome) -> HttpResponse:
    """Take whom the provider vouches for in, or link them to who is signed in."""
    finish = _linked if talk.journey.goal == oidc.LINK else _signed_in
    response = finish(request, talk.journey, talk.subject)
    oidc.forget(response)
    return response


def _signed_in(request: HttpRequest, journey: oidc.Journey, subject: str) -> HttpResponse:
    at = timezone.now()
    return entry.sign_in_vouched(request, subject=subject, target=journey.target, at=at)


def _linked(request: HttpRequest, journey: oidc.Journey, subject: str) -> HttpResponse:
    account = seat_of(request).account
    if account is None or str(account.pk) != journey.account:
        return redirect("sign_in")
    actions.link_own(
        account=account,
        issuer=oidc.issuer(),
        subject=subject,
        actor=actor_of(request),
        at=timezone.now(),
    )
    messages.success(request, _("统一身份已绑定，以后可以用它登录"))
    return redirect("own_account")
