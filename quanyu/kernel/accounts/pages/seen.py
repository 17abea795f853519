"""What somebody sees: told to an administrator, shown to a leader, never acted upon (此人视角)."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quanyu.kernel.access.http import actor_of, hidden_if_denied
from quanyu.kernel.accounts import queries, seen
from quanyu.kernel.accounts.pages.forms import page
from quanyu.kernel.accounts.pages.words import grant_said


@require_GET
@hidden_if_denied
def sees(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Tell an administrator which pages, places and acts somebody has; no row of a matter."""
    at, actor = timezone.now(), actor_of(request)
    account = queries.account(account_id, actor=actor)
    roles = {grant.role for grant in queries.grants_of(account, at=at)}
    context = {
        "section": "people",
        "name": account.name,
        "username": account.username,
        "is_active": account.is_active,
        "account_id": account.pk,
        "held": [grant_said(one) for one in queries.why(account.pk, at=at)],
        "doors": queries.doors(roles),
    }
    return page(request, "accounts/sees.html", context)


@require_POST
@hidden_if_denied
def see_as(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """See for a while what a colleague whom I lead sees; nothing can be changed meanwhile."""
    seen.begin(request, account_id, actor=actor_of(request), at=timezone.now())
    return redirect(settings.LOGIN_REDIRECT_URL)


@require_POST
def see_as_oneself(request: HttpRequest) -> HttpResponse:
    """Be oneself again."""
    seen.end(request, actor=actor_of(request), at=timezone.now())
    messages.success(request, _("已恢复本人视角"))
    return redirect("desk_grants")
