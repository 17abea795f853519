"""The forms of these pages, and what every page of them is given."""

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from quanyu.kernel.access.http import actor_of, answer, field, option
from quanyu.kernel.access.rules import BODY_ROLES
from quanyu.kernel.accounts import entry, queries, rules
from quanyu.kernel.accounts.pages.finding import body_field, place_field
from quanyu.kernel.errors import Refusal


def page(
    request: HttpRequest, template: str, context: Mapping[str, object], no: Refusal | None = None
) -> HttpResponse:
    """Return a page that knows where to go afterwards; with a refusal it says why not."""
    target = request.POST.get("next", request.GET.get("next", ""))
    return answer(request, template, {**context, "next": target}, no)


def onward(request: HttpRequest) -> HttpResponse:
    """Lead to where the form says one wanted to go, if that is a page of ours."""
    return HttpResponseRedirect(entry.safe(request, request.POST.get("next", "")))


def code_field(no: Refusal | None) -> dict[str, object]:
    """Return the field of the second factor's code."""
    return field(
        "code", _("动态验证码"), "text", no=no, autocomplete="one-time-code", inputmode="numeric"
    )


def new_password_fields(no: Refusal | None) -> list[dict[str, object]]:
    """Return the fields in which somebody chooses a password."""
    return [
        field(
            "password",
            _("新密码"),
            "password",
            no=no,
            autocomplete="new-password",
            help=_("至少 10 位，包含大写字母、小写字母、数字、符号中的三种，不与用户名相近"),
        )
        | {"name": "new"},
        field("again", _("再输一次新密码"), "password", no=no, autocomplete="new-password"),
    ]


def grant_form(request: HttpRequest, url: str, no: Refusal | None) -> dict[str, object]:
    """Return the form that asks for a role."""
    given = request.POST
    fields = [
        field(
            "role",
            _("角色"),
            "select",
            no=no,
            value=given.get("role", ""),
            options=role_options(),
        ),
        place_field(given, no, near=actor_of(request).places),
        body_field(given, no),
        field(
            "granted_from",
            pgettext("first day", "起"),
            "date",
            no=no,
            value=given.get("granted_from", ""),
            required=False,
            help=_("不填为立即生效"),
        ),
        field(
            "granted_to",
            pgettext("last day", "止"),
            "date",
            no=no,
            value=given.get("granted_to", ""),
            required=False,
            help=_("当日终了失效；不填为最长期限"),
        ),
        field("reason", _("申请事由"), "text", no=no, value=given.get("reason", "")),
    ]
    return {
        "url": url,
        "button": _("提交申请"),
        "fields": fields,
    }


def email_field(value: str, no: Refusal | None) -> dict[str, object]:
    """Return the field of the address to which notices go."""
    return field(
        "email",
        _("邮箱"),
        "email",
        no=no,
        value=value,
        required=False,
        autocomplete="email",
        help=_("只用来收通知；怎么通知由本人在“通知方式”里选"),
    )


def acts(account_id: UUID, no: Refusal | None) -> list[dict[str, object]]:
    """Return what administrators may do with somebody's account."""
    key = [account_id]
    return [
        {
            "key": "email",
            "label": _("登记邮箱"),
            "url": reverse("desk_person_email", args=key),
            "fields": [email_field("", no)],
            "note": _("登记后只有本人看得到，也只能由本人更换"),
        },
        {
            "key": "link",
            "label": _("发一次性链接"),
            "url": reverse("desk_person_link", args=key),
            "fields": [],
            "note": _("本人凭链接自设密码，只能用一次；用过之后原密码作废，统一身份须重新绑定"),
        },
        {
            "key": "sessions",
            "label": _("退出全部登录"),
            "url": reverse("desk_person_sessions", args=key),
            "fields": [],
            "note": _("手机遗失或密码被人知道时使用；本人须重新登录"),
        },
        {
            "key": "identity",
            "label": _("绑定统一身份"),
            "url": reverse("desk_person_identity", args=key),
            "fields": [
                field(
                    "code",
                    _("绑定码"),
                    "text",
                    no=no,
                    required=False,
                    help=_("本人用统一身份登录时页面上显示的，请当面核对"),
                ),
                field(
                    "subject",
                    _("或标识（sub）"),
                    "text",
                    no=no,
                    required=False,
                    help=_("由统一身份认证的管理方提供"),
                ),
            ],
            "note": _("绑定后此人可用全市统一的账号登录"),
        },
        {
            "key": "unlink",
            "label": _("解除统一身份"),
            "url": reverse("desk_person_unlink", args=key),
            "fields": [],
            "note": _("用统一身份打开的登录随即退出"),
        },
        {
            "key": "factor",
            "label": _("解绑动态验证码"),
            "url": reverse("desk_person_factor", args=key),
            "fields": [],
            "note": _("仅在设备遗失时使用；下次登录须重新绑定"),
        },
        {
            "key": "end",
            "label": _("停用账号"),
            "url": reverse("desk_person_end", args=key),
            "fields": [field("reason", _("停用事由"), "text", no=no)],
            "note": _("全部授权同时终止，不可恢复"),
            "danger": True,
        },
    ]


def confirmation(account_id: UUID, one: queries.Waiting) -> dict[str, object]:
    """Return the act with which a second administrator lets a way in count."""
    said = (
        _("{by}发出的一次性链接在等待核对。请与本人当面（不经转达）核对，本人打开链接后再确认")
        if one.is_link
        else _("{by}绑定的统一身份在等待核对。请与本人当面（不经转达）核对后再确认")
    )
    return {
        "key": f"confirm-{one.id}",
        "label": _("确认：已当面核对本人"),
        "url": reverse("desk_person_confirm", args=[account_id, one.id]),
        "fields": [],
        "note": said.format(by=one.by),
    }


def new_form(request: HttpRequest, no: Refusal | None) -> dict[str, object]:
    """Return the form of a new account."""
    given = request.POST
    fields = [
        field("username", _("用户名"), "text", no=no, value=given.get("username", "")),
        field("name", _("姓名"), "text", no=no, value=given.get("name", "")),
        email_field(given.get("email", ""), no),
        field(
            "signs_in",
            _("登录"),
            "radio",
            no=no,
            value=given.get("signs_in", "link"),
            options=[
                option("link", _("发一次性链接"), _("本人凭链接自设密码")),
                option("no", _("不登录"), _("该账号只任职")),
            ],
        ),
    ]
    return {
        "url": reverse("desk_person_new"),
        "title": _("新建账号"),
        "button": _("建立"),
        "cancel_url": reverse("desk_people"),
        "fields": fields,
    }


def role_options() -> list[dict[str, object]]:
    """Return the roles to choose from."""
    return [
        {"value": role, "label": _(name), "note": _("机构内") if role in BODY_ROLES else ""}
        for role, name in rules.ROLE_NAMES.items()
    ]


def role_words(roles: set[str]) -> str:
    """Return what roles are called, in their order."""
    return pgettext("between items", "、").join(
        _(rules.ROLE_NAMES[role]) for role in rules.roles_in_order(roles)
    )
