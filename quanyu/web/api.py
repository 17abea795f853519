"""The one JSON API; every no is a problem document (RFC 9457)."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import django_auth

from quanyu.events.api import public
from quanyu.events.api import router as events
from quanyu.events.api.calling import calls, cards
from quanyu.gateway.api import router as exchange
from quanyu.kernel.access.http import sentence
from quanyu.kernel.errors import Denied, Refusal, TooMany
from quanyu.organisations.api.bodies import covers, duties
from quanyu.organisations.api.bodies import router as bodies
from quanyu.organisations.api.elections import router as elections
from quanyu.organisations.api.meetings import router as meetings
from quanyu.organisations.api.party import router as party
from quanyu.organisations.api.posts import appointments
from quanyu.organisations.api.posts import router as posts
from quanyu.regions.api import router as places
from quanyu.regions.api.planning import router as plans
from quanyu.regions.api.reorganising import router as reorganisations
from quanyu.web import messages

api_logger = logging.getLogger("quanyu.api")

TITLES = {
    400: _("请求无法读懂"),
    401: _("请先登录"),
    403: _("没有这个权限"),
    404: _("没有找到"),
    405: _("这里不接受这种请求"),
    409: _("现在不能这样做"),
    412: _("内容已经变化"),
    413: _("发送的内容太大"),
    422: _("填写的内容有误"),
    429: _("太频繁了"),
    500: _("系统出了故障"),
    503: _("系统正在维护"),
}
PROBLEM = "application/problem+json"
KEPT = ("Allow", "Retry-After")
EXCHANGE = "/api/v1/exchange/"
NOT_FOUND = _("没有这一项，或者不在您的范围内")

api = NinjaAPI(
    title="Quanyu 全域",
    version="1",
    auth=django_auth,
    openapi_url="/openapi.json",
    docs_url=None,
)
api.add_router("/public", public)
api.add_router("/events", events)
api.add_router("/exchange", exchange)
api.add_router("/bodies", bodies)
api.add_router("/covers", covers)
api.add_router("/duties", duties)
api.add_router("/posts", posts)
api.add_router("/appointments", appointments)
api.add_router("/party", party)
api.add_router("/meetings", meetings)
api.add_router("/elections", elections)
api.add_router("/places", places)
api.add_router("/plans", plans)
api.add_router("/reorganisations", reorganisations)
api.add_router("/whistles", calls)
api.add_router("/cards", cards)


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer a refusal with its sentence and what to mend."""
    headers = _challenge(request) if refusal.status == 401 else {}
    if isinstance(refusal, TooMany):
        headers["Retry-After"] = str(refusal.retry_after)
    return problem(
        refusal.status,
        sentence(refusal),
        headers=headers,
        field=refusal.field,
        value=refusal.value,
        allowed=refusal.allowed,
        **{name: _plain(value) for name, value in refusal.parts.items()},
    )


@api.exception_handler(Denied)
def denied(request: HttpRequest, fault: Denied) -> HttpResponse:
    """Answer alike for what is missing and what is out of reach."""
    return problem(404, gettext(NOT_FOUND))


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, fault: ValidationError) -> HttpResponse:
    """Name every field that is not as it must be."""
    errors = [_error(found) for found in fault.errors]
    first: Mapping[str, Any] = errors[0] if errors else {}
    words = _("“{field}”填写有误：{message}") if first.get("field") else _("内容有误：{message}")
    detail = gettext(words).format(field=first.get("field"), message=first.get("message", ""))
    return problem(422, detail, field=first.get("field", ""), errors=errors)


@api.exception_handler(AuthenticationError)
def unknown(request: HttpRequest, fault: AuthenticationError) -> HttpResponse:
    """Ask for a sign-in."""
    return problem(401, gettext("请先登录，再做这一步"), headers=_challenge(request))


def _challenge(request: HttpRequest) -> dict[str, str]:
    """Return how another system makes itself known (RFC 6750); people sign in on a page."""
    is_system = request.path.startswith(EXCHANGE)
    return {"WWW-Authenticate": 'Bearer realm="quanyu"'} if is_system else {}


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, fault: HttpError) -> HttpResponse:
    """Answer what the framework refuses."""
    is_body = fault.status_code == 400
    return problem(
        fault.status_code, gettext("发来的内容须是 UTF-8 的 JSON") if is_body else str(fault)
    )


@api.exception_handler(RequestDataTooBig)
def too_big(request: HttpRequest, fault: RequestDataTooBig) -> HttpResponse:
    """Say that the body is larger than the city takes."""
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 2**20
    return problem(413, gettext("发送的内容超过 {most} MB").format(most=most))


@api.exception_handler(Exception)
def broken(request: HttpRequest, fault: Exception) -> HttpResponse:
    """Say that the fault is ours; the log has the rest."""
    api_logger.error("a request to the API failed", exc_info=fault)
    return problem(500, gettext("系统出了故障，您的这次操作没有写入，请稍后再试"))


def problem(
    status: int, detail: str, *, headers: Mapping[str, str] | None = None, **members: object
) -> HttpResponse:
    """Return a problem document."""
    body = {
        "type": "about:blank",
        "title": gettext(TITLES.get(status, TITLES[400])),
        "status": status,
        "detail": detail,
    }
    body |= {name: value for name, value in members.items() if value not in ("", None, [])}
    return JsonResponse(
        body,
        status=status,
        content_type=PROBLEM,
        headers=dict(headers or {}),
        json_dumps_params={"ensure_ascii": False},
    )


def told(response: HttpResponse) -> HttpResponse:
    """Return as a problem document what was refused before, or beside, the API itself."""
    status = response.status_code
    methods = response.headers.get("Allow", "")
    words = {404: NOT_FOUND, 405: _("这个地址只接受 {methods}")}.get(status, TITLES.get(status))
    return problem(
        status,
        gettext(words or TITLES[400]).format(methods=methods),
        headers={name: response[name] for name in KEPT if name in response},
    )


def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process lives."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:
        api_logger.exception("not ready")
        return JsonResponse({"status": "unavailable"}, status=503)
    return JsonResponse({"status": "ready"})


def _error(found: Mapping[str, Any]) -> dict[str, Any]:
    where = [str(part) for part in found.get("loc", ()) if part not in {"body", "query", "header"}]
    kept = where[1:] if len(where) > 1 and where[0] == "filters" else where
    return {"field": ".".join(kept), "message": messages.said(found), "kind": found.get("type", "")}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
