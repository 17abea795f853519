"""What a body may be (单位规则)."""

import re
from typing import Final

from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations.rules.kinds import BodyKind

CODE: Final = re.compile(r"[a-z][a-z0-9-]{1,39}")
OFFICE_PHONE: Final = re.compile(r"0\d{2,3}-\d{3,4}-?\d{4}(-\d{1,5})?|\d{5}")


class WrongBody(Invalid):
    """A body that cannot be founded as it was given."""


def check_body(*, code: str, kind: str, name: str, phone: str) -> None:
    """Refuse a body without a name, of no known kind, or with a personal number.

    :raises WrongBody: if so
    """
    if not CODE.fullmatch(code):
        raise WrongBody(_("单位代码由小写字母、数字和横线组成"), field="code", value=code)
    if kind not in set(BodyKind):
        raise WrongBody(
            _("没有这种单位类型"), field="kind", value=kind, allowed=[k.value for k in BodyKind]
        )
    if not name.strip():
        raise WrongBody(_("请填写单位名称"), field="name", value=name)
    if phone and not OFFICE_PHONE.fullmatch(phone):
        # A mobile number belongs to a person; a body is called at its office.
        raise WrongBody(
            _("只登记办公电话, 不登记个人号码"),
            field="phone",
            value=phone,
            allowed=["0551-6000-0000"],
        )
