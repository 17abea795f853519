"""What every answer carries (安全响应头)."""

from collections.abc import Callable, Iterator

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext

from quanyu.web import api
from quanyu.web.ground import base_map


def policy(*base_map: str) -> str:
    """Return the content security policy; the servers of a base map are its one exception."""
    beyond = "".join(f" {origin}" for origin in base_map)
    parts = [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        f"img-src 'self' data: blob:{beyond}",
        "font-src 'self'",
        f"connect-src 'self'{beyond}",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
    return "; ".join(parts)


SENT = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self)",
    "X-Frame-Options": "DENY",
}


class Policy:
    """Send the content security policy: no inline script, no inline style, nothing from afar.

    Only a base map that the operator has set comes from another server.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        base = base_map()
        self.sent = {**SENT, "Content-Security-Policy": policy(*(base.origins if base else ()))}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the policy and keep private pages out of shared caches."""
        response = self.get_response(request)
        for name, value in self.sent.items():
            response.headers.setdefault(name, value)
        if request.path_info.startswith(("/desk", "/api/", "/follow")):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class Problems:
    """Answer every no under the API's address with a problem document, whoever says it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Say it in the caller's language, which may not have been looked at yet."""
        response = self.get_response(request)
        is_no = request.path_info.startswith("/api/") and response.status_code >= 400
        if not is_no or response.headers.get("Content-Type") == api.PROBLEM:
            return response
        with translation.override(translation.get_language_from_request(request)):
            return api.told(response)


FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Keepable:
    """Answer 400 to a form or an address with the one character that no text column takes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look before anything is asked of the database."""
        words = [request.path_info, *self._given(request)]
        if any("\x00" in word for word in words):
            raise BadRequest(gettext("含有无法保存的字符"))
        return self.get_response(request)

    def _given(self, request: HttpRequest) -> Iterator[str]:
        if "%00" in request.META.get("QUERY_STRING", ""):
            yield "\x00"
        if request.method == "POST" and request.content_type in FORMS:
            for _name, values in request.POST.lists():
                yield from (str(value) for value in values)
