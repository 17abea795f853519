"""The figures for Prometheus, for who runs the machine and nobody else (监控指标)."""

from hmac import compare_digest
from ipaddress import ip_address

from django.conf import settings
from django.db import DatabaseError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from quanyu.kernel.operations import queries
from quanyu.kernel.operations.gauges import Gauges
from quanyu.kernel.operations.queries import Overview
from quanyu.web import counted

PROXIED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the figures; to who may not read them there is no such page."""
    if not _may_read(request):
        raise Http404
    own = CollectorRegistry()
    own.register(Gauges(_seen()))
    text = generate_latest(counted.registry()) + generate_latest(own)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _seen() -> Overview | None:
    """Return how everything stands, or nothing when the database does not answer."""
    try:
        with transaction.atomic():
            return queries.look(timezone.now())
    except DatabaseError:
        return None


def _may_read(request: HttpRequest) -> bool:
    """Answer whether the token is right; without one set, whether it comes from this machine."""
    if settings.QUANYU_METRICS_TOKEN:
        given = request.headers.get("Authorization", "").encode()
        right = compare_digest(given, f"Bearer {settings.QUANYU_METRICS_TOKEN}".encode())
        return right or _is_of_this_machine(request)
    return _is_of_this_machine(request)


def _is_of_this_machine(request: HttpRequest) -> bool:
    """Answer whether a program of this machine asks, and no proxy on behalf of the world."""
    behind_a_proxy = settings.QUANYU_HTTPS or settings.QUANYU_TRUSTED_PROXY
    header = "HTTP_" + settings.QUANYU_PROXY_HEADER.upper().replace("-", "_")
    if behind_a_proxy or any(name in request.META for name in (*PROXIED, header)):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
