"""Which body comes first for a class at a place, and what a duty may be (权责规则)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _


class BodyKind(StrEnum):
    """What kind of body acts (机构类型)."""

    DEPARTMENT = "department"
    STREET_OFFICE = "street_office"
    STATIONED_TEAM = "stationed_team"
    COMMUNITY = "community"
    PROPERTY_FIRM = "property_firm"
    PROVIDER = "provider"
    OUTSIDE = "outside"


class Basis(StrEnum):
    """Why a body answers: the thing is its own, or the place is (属主、属地)."""

    OWNER = "owner"
    TERRITORY = "territory"


KIND_WORDS: Final = {
    BodyKind.DEPARTMENT: _("部门"),
    BodyKind.STREET_OFFICE: _("街道办事处"),
    BodyKind.STATIONED_TEAM: _("派驻队伍"),
    BodyKind.COMMUNITY: _("社区"),
    BodyKind.PROPERTY_FIRM: _("物业服务企业"),
    BodyKind.PROVIDER: _("公用服务单位"),
    BodyKind.OUTSIDE: _("系统外单位"),
}
BASIS_WORDS: Final = {Basis.OWNER: _("属主"), Basis.TERRITORY: _("属地")}

PART: Final = "P"
"""What a part's class begins with; every other class is an event's."""

CODE: Final = re.compile(r"[a-z][a-z0-9-]{1,39}")
OFFICE_PHONE: Final = re.compile(r"0\d{2,3}-\d{3,4}-?\d{4}(-\d{1,5})?|\d{5}")


class WrongBody(Invalid):
    """A body that cannot be founded as it was given."""


class WrongDuty(Invalid):
    """A duty that cannot be assigned as it was given."""


class NotKeeper(Refusal):
    """This role does not keep the duty list."""


class AlreadyThere(Refusal):
    """There is such a body or duty already."""


class WrongDay(Refusal):
    """A duty ends after it begins, and within its body's time."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A body that answers for a class at a place, and on what ground (责任单位)."""

    body_id: UUID
    code: str
    kind: str
    name: str
    name_en: str
    basis: str
    place_path: str
    class_prefix: str
    clause: str = ""
    """The clause it rests on, as text: 《文件》条; "" when none was given."""
    is_sample: bool = False
    """The clause is of a sample document."""
    note: str = ""
    reason: str = ""
    """One sentence, in the reader's language, saying why this body is named here."""


def is_part(class_code: str) -> bool:
    """Tell whether a class is a part's (部件) and not an event's (事件)."""
    return class_code.startswith(PART)


def prefixes(class_code: str) -> tuple[str, ...]:
    """Return every prefix under which a duty may cover a class, the widest first."""
    return tuple(class_code[:length] for length in range(len(class_code) + 1))


def order(holders: Iterable[Holder], *, class_code: str) -> list[Holder]:
    """Return who answers, the first first.

    A duty for some classes goes before one for all of them. Parts: first the owner, then the
    territory; events: first the territory, then the owner (domain.md 3.2). Then the most specific
    place, then the longest class.
    """
    first = Basis.OWNER if is_part(class_code) else Basis.TERRITORY
    ranked = sorted(
        holders,
        key=lambda holder: (
            not holder.class_prefix,
            holder.basis != first,
            -len(holder.place_path),
            -len(holder.class_prefix),
            holder.code,
        ),
    )
    return _once_each(ranked)


def _once_each(ranked: Sequence[Holder]) -> list[Holder]:
    best: dict[UUID, Holder] = {}
    for holder in ranked:
        best.setdefault(holder.body_id, holder)
    return list(best.values())


def choose(holders: Iterable[Holder], *, class_code: str) -> Holder | None:
    """Return the body that answers first, or None when nobody does."""
    return next(iter(order(holders, class_code=class_code)), None)


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


def check_basis(basis: str) -> None:
    """Refuse a ground that is neither the owner's nor the territory's.

    :raises WrongDuty: if so
    """
    if basis not in set(Basis):
        raise WrongDuty(
            _("责任来源须为属主或属地"),
            field="basis",
            value=basis,
            allowed=[b.value for b in Basis],
        )


def check_class(class_prefix: str, *, is_known: bool) -> None:
    """Refuse a class that no list holds; "" means all, "P" all parts.

    :raises WrongDuty: if so
    """
    if class_prefix not in {"", PART} and not is_known:
        raise WrongDuty(_("类别表中没有这个代码"), field="class_prefix", value=class_prefix)


def check_place(place: str, *, is_known: bool) -> None:
    """Refuse a place that the tree does not hold.

    :raises WrongDuty: if so
    """
    if not is_known:
        raise WrongDuty(_("区划中没有这个地点"), field="place", value=place)


def check_days(start: date, end: date) -> None:
    """Refuse an end that is not after the start.

    :raises WrongDay: if so
    """
    if end <= start:
        raise WrongDay(
            _("结束日期须晚于开始日期{start}"),
            field="end",
            value=end.isoformat(),
            start=start.isoformat(),
        )


def check_lasts(start: date, end: date | None) -> None:
    """Refuse a body that would end before it began.

    :raises WrongDay: if so
    """
    if end is not None and end <= start:
        raise WrongDay(
            _("撤销日期须晚于设立日期{start}"),
            field="end",
            value=end.isoformat(),
            start=start.isoformat(),
        )


def check_stands(founded: date, dissolved: date | None, day: date) -> None:
    """Refuse a duty of a body that does not stand on its first day.

    :raises WrongDay: if so
    """
    if day < founded or (dissolved is not None and day >= dissolved):
        raise WrongDay(_("该单位在这一天不存在"), field="start", value=day.isoformat())
