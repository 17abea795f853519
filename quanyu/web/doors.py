"""Who may open which page of the desk: the same list that makes the navigation (栏目)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from quanyu.kernel.access.http import actor_of
from quanyu.kernel.accounts.http import seat_of
from quanyu.web import pages
from quanyu.web.context import NONE, last_own, navigation, opens

View = Callable[..., HttpResponseBase]


def door(key: str, view: View) -> View:
    """Open a page to who holds one of its roles; to others of the staff it says 403."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not opens(key, actor_of(request).roles):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return opened


def front_door(key: str, view: View) -> View:
    """Open the first page after the sign-in; who has no part in it is led to what they have."""
    behind = door(key, view)

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        roles = actor_of(request).roles
        if opens(key, roles) or not seat_of(request).account:
            return behind(request, *args, **kwargs)
        doors = last_own(navigation(roles))["doors"]
        own = [one for one in doors if not opens(one["key"], NONE)]
        return HttpResponseRedirect((own or doors)[0]["url"])

    return opened


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400, or 413 when what was sent is too much."""
    if isinstance(exception, RequestDataTooBig | TooManyFilesSent):
        return pages.too_large(request)
    return pages.bad_request(request, exception)
