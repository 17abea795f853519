"""The page behind a one-time link: somebody new chooses a password (一次性链接)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from quanyu.kernel.access.http import answer, answered, field, read_or_write
from quanyu.kernel.accounts import entry, rules
from quanyu.kernel.accounts.pages.forms import new_password_fields
from quanyu.kernel.errors import Invalid, Refusal


@sensitive_variables("token")
@sensitive_post_parameters("new", "again")
@never_cache
@read_or_write
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for a password; looking uses nothing up, since a messenger's preview looks too."""
    at, given = timezone.now(), request.POST
    try:
        link = entry.link_of(request, token, at=at)
    except (rules.WrongLink, rules.Locked) as no:
        return _page(request, None, no)

    def take_up() -> HttpResponse:
        if given.get("new") != given.get("again"):
            raise Invalid(_("两次输入的新密码不一致"), field="again")
        return entry.take_up(request, token, given.get("new", "")[:200], at=at)

    return answered(request, take_up, lambda no: _page(request, link, no))


def _page(request: HttpRequest, link: Any, no: Refusal | None) -> HttpResponse:
    context: dict[str, object] = {"fields": []}
    if link is not None and not isinstance(no, rules.WrongLink):
        username = field(
            "username",
            _("账号"),
            "text",
            value=link.account.username,
            autocomplete="username",
            readonly=True,
        )
        context = {
            "name": link.account.name,
            "ends_at": link.ends_at,
            "waits": link.waits,
            "fields": [] if link.waits else [username, *new_password_fields(no)],
        }
    response = answer(request, "accounts/welcome.html", context, no)
    # Of the address, which opens the account, nothing goes on to where the page leads.
    response["Referrer-Policy"] = "strict-origin"
    return response
