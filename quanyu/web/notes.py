"""What machines ask of a site before anything else: robots.txt and security.txt."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

GOOD_FOR = timedelta(days=180)
"""A note about whom to tell is read as stale after a year at most (RFC 9116, 2.5.5)."""

HIDDEN = ("/api/", "/desk/", "/follow", "/photo/", "/report/sent")
"""Pages of staff, and of who holds a follow code: nothing for a search engine."""


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Ask search engines to leave everything alone but the residents' open pages."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in HIDDEN)]
    return _plain(lines)


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Say whom to tell of a weakness (RFC 9116); without a contact there is no such page."""
    if not settings.QUANYU_SECURITY_CONTACT:
        raise Http404
    ends = (timezone.now() + GOOD_FOR).replace(microsecond=0)
    lines = [f"Contact: {one.strip()}" for one in settings.QUANYU_SECURITY_CONTACT.split(",")]
    lines += [f"Expires: {ends.isoformat()}", "Preferred-Languages: zh, en"]
    lines += [f"Canonical: {request.build_absolute_uri(reverse('security_txt'))}"]
    return _plain(lines)


def _plain(lines: list[str]) -> HttpResponse:
    text = "\n".join([*lines, ""])
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
