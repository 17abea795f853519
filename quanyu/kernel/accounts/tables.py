"""What the list of people holds, on the page and in a file (人员列表)."""

from typing import Final

from quanyu.kernel.access.rules import ADMINISTRATORS, Role
from quanyu.kernel.columns import Column, Kind, Table
from quanyu.kernel.errors import gettext_noop as _

PEOPLE: Final = Table(
    name="people",
    title=_("人员"),
    page="desk_people",
    columns=(
        Column(
            "username",
            _("用户名"),
            is_fixed=True,
            sort="username",
            is_key=True,
            is_taken=True,
            is_required=True,
            longest=60,
            help=_("字母、数字、汉字或 . - _，2 至 60 个；按它认出同一个人"),
            example="li.na",
            width=20,
        ),
        Column(
            "name",
            _("姓名"),
            is_fixed=True,
            sort="name",
            is_taken=True,
            is_required=True,
            is_masked=True,
            longest=40,
            example=_("李娜"),
            width=14,
        ),
        Column("roles", _("岗位"), width=28),
        Column("place", _("范围"), Kind.PLACE, width=28),
        Column("state", _("状态"), width=10),
        Column("means", _("登录方式"), is_shown=False, width=20),
        Column(
            "email",
            _("邮箱"),
            is_shown=False,
            is_taken=True,
            is_kept=True,
            is_masked=True,
            longest=254,
            help=_("只用来收通知；可以不填。已有邮箱的只能由本人更换"),
            example="li.na@example.gov.cn",
            width=28,
        ),
        Column("since", _("建立日期"), Kind.DATE, is_shown=False, sort="since", width=14),
    ),
    parameters=("q", "role", "place", "state", "means", "sort"),
    opened_by=ADMINISTRATORS,
    kept_by=frozenset({Role.SYS_ADMIN}),
)
"""Names of staff at their work. The address of notices goes out masked; no secret is in any row."""
