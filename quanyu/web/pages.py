"""The shell's own pages: theme, language and print as cookies, and every page that says no."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from quanyu.kernel.accounts.http import seat_of
from quanyu.web.asked import reference
from quanyu.web.context import PRINT_COOKIE, PRINTS, THEME_COOKIE, THEMES, face, look

FRAMED = frozenset({403, 404, 405, 429})
"""Said inside the whole frame of the desk; the others may come where nothing can be asked."""

YEAR = 365 * 24 * 3600
Words = Promise | str


@dataclass(frozen=True, slots=True)
class Trouble:
    """One way of saying no: what happened, what was kept, what to do next."""

    icon: str
    title: Words
    what: Words
    kept: Words
    then: Words


TROUBLES = {
    400: Trouble(
        "file-alert",
        _("没看懂这次请求"),
        _("发来的内容不完整或格式不对，系统没有处理。"),
        _("什么也没有改动。"),
        _("请返回上一页，检查后再发一次。"),
    ),
    403: Trouble(
        "lock",
        _("您的身份不能打开这一页"),
        _("这一页归别的岗位使用。"),
        _("什么也没有改动。"),
        _("如果工作需要，请找管理员授权。"),
    ),
    404: Trouble(
        "map-question",
        _("没有找到这一页"),
        _("地址不对，或者不在您能看的范围内。"),
        _("什么也没有改动。"),
        _("请检查地址，或者从首页重新进入。"),
    ),
    405: Trouble(
        "file-alert",
        _("不能这样打开"),
        _("这个地址只接受页面上的操作。"),
        _("什么也没有改动。"),
        _("请从页面上的按钮进入。"),
    ),
    413: Trouble(
        "photo-x",
        _("照片太大，没有收下"),
        _("一次发来的照片超过了上限。"),
        _("您写的字还在上一页。"),
        _("请返回，少选几张，或换小一点的照片再发。"),
    ),
    429: Trouble(
        "hourglass",
        _("发得太快了，请等一等"),
        _("同一个网络在短时间内发得太多。"),
        _("刚才这一次没有收下；以前的都在。"),
        _("请等一会儿再试；着急的话请打电话。"),
    ),
    500: Trouble(
        "plug-connected-x",
        _("刚才没有办成"),
        _("不是您的问题，是系统出了故障，故障已经记下。"),
        _("刚才这一步没有存上，此前已存的都在。"),
        _("请返回再试一次；还不行，请告诉我们故障编号。"),
    ),
    503: Trouble(
        "tools",
        _("系统正在维护"),
        _("系统暂时不能使用，正在恢复。"),
        _("已经存上的都在。"),
        _("请过几分钟再来；着急的话请打电话。"),
    ),
}

STALE_FORM = Trouble(
    "refresh",
    _("页面放得太久了"),
    _("为了安全，这一页的凭证已经过期，刚才的提交没有执行。"),
    _("什么也没有改动。"),
    _("请返回上一页，刷新后再提交一次。"),
)


def refused(request: HttpRequest, status: int, **values: Any) -> HttpResponse:
    """Return the page that says no, in the face of the site that was asked.

    ``values`` may hold ``trouble``, ``sentence`` (instead of what usually happened) and
    ``seconds`` (how long to wait).
    """
    values = {"trouble": TROUBLES[status], "status": status} | values
    values["reference"] = reference() if status >= 500 else ""
    side = _side(request)
    if side == "desk" and status in FRAMED and _is_seated(request):
        page = render_to_string("web/error_desk.html", face(request) | values, request)
    else:
        values |= look(request) | {"request": None, "bare": True}
        page = render_to_string(f"web/error_{side}.html", values)
    response = HttpResponse(page, status=status)
    if values.get("seconds"):
        response["Retry-After"] = str(values["seconds"])
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400, with the sentence of a refusal of ours."""
    ours = {"sentence": str(exception)} if type(exception) is BadRequest else {}
    return refused(request, 400, **ours)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403: a page that no role of this person opens."""
    return refused(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403: a form without a valid token, most often from a page left open."""
    return refused(request, 403, trouble=STALE_FORM)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404: missing, or out of reach; the page does not tell which."""
    return refused(request, 404)


def too_large(request: HttpRequest) -> HttpResponse:
    """Answer 413."""
    return refused(request, 413)


def too_many(request: HttpRequest, *, seconds: int, sentence: str = "") -> HttpResponse:
    """Answer 429 and say when it is fine again."""
    return refused(request, 429, seconds=seconds, sentence=sentence)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500; asks nothing of the database, which may be the fault."""
    return refused(request, 500)


def unavailable(request: HttpRequest, *, seconds: int = 60) -> HttpResponse:
    """Answer 503."""
    return refused(request, 503, seconds=seconds)


# ------------------------------------------------------------------ how one likes the page


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep light or dark for this browser."""
    return _keep(request, THEME_COOKIE, _among(request.POST.get("theme"), THEMES))


@require_POST
def set_print(request: HttpRequest) -> HttpResponse:
    """Keep normal or large print for this browser (适老化)."""
    return _keep(request, PRINT_COOKIE, _among(request.POST.get("print"), PRINTS))


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keep the language of the pages for this browser."""
    known = tuple(code for code, _name in settings.LANGUAGES)
    language = _among(request.POST.get("language"), known)
    return _keep(request, settings.LANGUAGE_COOKIE_NAME, language)


def _keep(request: HttpRequest, name: str, value: str) -> HttpResponse:
    response = HttpResponseRedirect(_back(request))
    secure = request.is_secure()
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", httponly=True, secure=secure)
    return response


def _among(value: str | None, known: tuple[str, ...]) -> str:
    return value if value in known else known[0]


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    hosts = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(target, hosts, require_https=request.is_secure())
    return target if safe else reverse("home")


def _side(request: HttpRequest) -> str:
    return "desk" if request.path_info.startswith("/desk") else "public"


def _is_seated(request: HttpRequest) -> bool:
    """Answer whether it is known who sits there, and the database can still be asked."""
    return seat_of(request).account is not None and not connection.needs_rollback
