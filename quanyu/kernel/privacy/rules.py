"""What a personal field is, how it is written one way, and what of it anybody may see.

Masks follow common practice, since no national table binds: mobile 3+4, citizen id 3+4, surname
kept, address down to the road or estate, bank card last four, email first character.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from quanyu.kernel.errors import Invalid, Refusal, TooMany
from quanyu.kernel.errors import gettext_noop as _

HIDDEN = "***"
FADES_AFTER = timedelta(minutes=1)
"""How long a page shows a revealed value before it masks it again."""

BASES: Mapping[str, str] = MappingProxyType(
    {
        "consent": _("同意"),
        "contract": _("合同"),
        "duty": _("法定职责"),
        "emergency": _("突发公卫与紧急"),
        "news": _("新闻报道"),
        "public": _("已公开"),
        "law": _("其他法定情形"),
    }
)
"""The legal bases of 个人信息保护法, article 13."""

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "contact": _("联系当事人"),
        "verify": _("核实情况"),
        "visit": _("上门办理"),
        "reply": _("答复回访"),
        "correct": _("更正信息"),
        "emergency": _("紧急救助"),
        "lawful_request": _("依法调取"),
        "notice": _("发送通知"),
    }
)
"""Why a masked value may be looked at: a code, so that no audit record holds a personal value."""

_SURNAMES_OF_MORE_SIGNS = (
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 "
    "濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 "
    "公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 "
    "微生 梁丘 左丘 东门 西门 第五 贺兰 纳兰 完颜 耶律 叶赫 爱新觉罗"
)
_SURNAMES = frozenset(_SURNAMES_OF_MORE_SIGNS.split())
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"(010|02\d|0[3-9]\d{2})(\d{7,8})")
_CITIZEN_ID = re.compile(r"\d{17}[\dX]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_DETAIL = re.compile(
    r"\d|[一二三四五六七八九十零〇甲乙丙丁A-Za-z]+(?=号|栋|幢|座|单元|室|楼|层|户|组|排)"
)
_PLACE = re.compile(
    r".*(?:大道|路|街|巷|弄|胡同|小区|花园|家园|新村|山庄|公寓|广场|苑|园|庭|府|湾|城|里|村|社区|镇|乡|县|区|市|省)"
)


ENDS: Mapping[str, str] = MappingProxyType(
    {
        "empty": _("清空该字段"),
        "fade": _("内容改为“已到期清除”"),
        "code": _("改为无含义的编码"),
        "row": _("删除整行"),
        "file": _("删除文件，只留摘要"),
        "timer": _("由定时任务删除"),
    }
)
"""What becomes of a personal value when its end has come (到期处理)."""

FADED = "（已到期清除）"
"""What stands where a text stood. Data, not a sentence of a page: it is stored."""

CONCERNED: Mapping[str, str] = MappingProxyType(
    {"resident": _("居民"), "staff": _("工作人员"), "both": _("居民和工作人员")}
)
"""Whose data it is (信息主体)."""


@dataclass(frozen=True, slots=True)
class Personal:
    """Why one personal field is kept, and until when (个人信息字段登记).

    Its end comes ``days`` after the instant in the row's field ``since``, which may lead through
    foreign keys (``event__closed_at``); while that is empty, the value stays. What then happens
    to it says ``ends``.
    """

    basis: str
    purpose: str
    days: int
    since: str = ""
    kind: str = "text"
    of: str = "resident"
    """Whose: one of :data:`CONCERNED`."""
    ends: str = "empty"
    is_sensitive: bool = False
    """Sensitive under articles 28 to 32: health, finance, whereabouts, under 14, identity."""
    opened_by: Collection[str] = ()
    """The roles that may open the masked value."""
    timer: str = ""
    """The timer that deletes it, by its name in the queue, where ``ends`` is ``timer``."""
    title: str = ""
    """What it is called, where it is no field of the row: the picture of a file."""

    def __post_init__(self) -> None:
        if self.basis not in BASES:
            raise ValueError(f"no such legal basis: {self.basis!r}")
        if self.kind not in MASKS:
            raise ValueError(f"no mask for this kind: {self.kind!r}")
        if self.ends not in ENDS or self.of not in CONCERNED:
            raise ValueError(f"no such end or person: {self.ends!r} {self.of!r}")
        if not self.purpose or self.days < 0 or not (self.timer or self.since):
            raise ValueError("a personal field states its purpose and its end")
        if bool(self.timer) != (self.ends == "timer"):
            raise ValueError("a timer is named exactly where a timer erases")


class WrongCitizenId(Invalid):
    """This cannot be a citizen identity number (公民身份号码)."""


class WrongPhone(Invalid):
    """This cannot be a telephone number (电话号码)."""


class ReasonMissing(Invalid):
    """A masked value is opened for a stated reason only (查看理由)."""


class TooManyLooks(TooMany):
    """This account has opened its share of masked values in this hour (查看次数上限)."""


class NotYours(Refusal):
    """No role held here may open this value (无权查看)."""


class Unreadable(Refusal):
    """The sealed value fits neither its row nor any key (无法解密)."""


def plain(text: str) -> str:
    """Write full-width characters as ordinary ones, without spaces at the ends."""
    return unicodedata.normalize("NFKC", text).strip()


def normal_phone(text: str) -> str:
    """Write a telephone number as digits alone, without the country code of China.

    :raises WrongPhone: if no number remains
    """
    digits = re.sub(r"[\s\-()–—.]", "", plain(text))
    digits = re.sub(r"^(?:\+86|0086|86(?=1[3-9]\d{9}$))", "", digits)
    if not re.fullmatch(r"\+?\d{7,15}", digits):
        raise WrongPhone(_("电话号码应为 7 至 15 位数字"), field="phone")
    return digits


def is_mobile(text: str) -> bool:
    """Say whether this normal number is a mobile one of the mainland."""
    return _MOBILE.fullmatch(text) is not None


def normal_citizen_id(text: str) -> str:
    """Write a citizen id in its 18 characters: half-width, capital X, old 15 digits extended."""
    number = re.sub(r"[\s\-]", "", plain(text)).upper()
    if re.fullmatch(r"\d{15}", number):
        body = f"{number[:6]}19{number[6:]}"
        return body + check_character(body)
    return number


def check_character(body: str) -> str:
    """Return the eighteenth character of a citizen id, from the first 17 (GB 11643)."""
    return _CHECKS[sum(w * int(d) for w, d in zip(_WEIGHTS, body, strict=True)) % 11]


def birth_date(number: str) -> date | None:
    """Return the day of birth that a normal citizen id names, if there is such a day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def is_citizen_id(number: str) -> bool:
    """Say whether form, day of birth and check character agree. The county is not looked up."""
    return (
        _CITIZEN_ID.fullmatch(number) is not None
        and number.isascii()
        and birth_date(number) is not None
        and number[17] == check_character(number[:17])
    )


def check_citizen_id(text: str) -> str:
    """Return the normal form of a citizen id.

    :raises WrongCitizenId: if form, day of birth or check character is wrong
    """
    number = normal_citizen_id(text)
    if not is_citizen_id(number):
        raise WrongCitizenId(_("身份证号码有误，请核对"), field="citizen_id_no")
    return number


def check_reason(reason: str) -> None:
    """Refuse to open a value without one of the listed reasons.

    :raises ReasonMissing: if the reason is empty or not on the list
    """
    if reason not in REASONS:
        sentence = _("请选择查看理由") if reason else _("查看个人信息必须说明理由")
        raise ReasonMissing(sentence, field="reason", allowed=tuple(REASONS))


def mask(kind: str, text: str) -> str:
    """Return what anybody who sees the row may see of this value."""
    return MASKS[kind](plain(text))


def normal(kind: str, text: str) -> str:
    """Return the one form in which values of this kind are compared."""
    return _NORMAL.get(kind, plain)(text)


def mask_phone(text: str) -> str:
    """Mask a mobile number 3+4, a landline down to area code and the last four."""
    digits = re.sub(r"[\s\-()–—.]", "", text)
    digits = re.sub(r"^(?:\+86|0086|86(?=1[3-9]\d{9}$))", "", digits)
    if _MOBILE.fullmatch(digits):
        return f"{digits[:3]}****{digits[-4:]}"
    if landline := _LANDLINE.fullmatch(digits):
        area, number = landline.groups()
        return f"{area}-{'*' * (len(number) - 4)}{number[-4:]}"
    return _last_four(digits)


def mask_citizen_id(text: str) -> str:
    """Mask a citizen id 3+4. 6+4 would tell the place and the year of birth."""
    number = re.sub(r"[\s\-]", "", text).upper()
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}" if len(number) >= 15 else HIDDEN


def mask_name(text: str) -> str:
    """Keep the surname; of a name in letters the first letter of each word."""
    if text == FADED:
        return text
    if text[:1].isascii():
        return " ".join(f"{word[0]}{HIDDEN}" for word in text.split()) or HIDDEN
    kept = next((n for n in (4, 2) if len(text) > n and text[:n] in _SURNAMES), 1)
    return text[:kept] + "*" * (len(text) - kept) if len(text) > 1 else "*"


def mask_address(text: str) -> str:
    """Keep an address down to its road or estate; hide number, building, unit and room."""
    detail = _DETAIL.search(text)
    place = _PLACE.match(text[: detail.start()] if detail else text)
    return f"{place[0] if place else ''}****"


def mask_card(text: str) -> str:
    """Keep the last four digits of a bank card."""
    return _last_four(re.sub(r"[\s\-]", "", text))


def mask_email(text: str) -> str:
    """Keep the first character and the host of an email address."""
    name, at, host = text.rpartition("@")
    return f"{name[0]}{HIDDEN}@{host}" if name and at else HIDDEN


def _last_four(digits: str) -> str:
    return "*" * (len(digits) - 4) + digits[-4:] if len(digits) >= 7 else HIDDEN


def _hidden(text: str) -> str:
    return HIDDEN


def _loose_phone(text: str) -> str:
    try:
        return normal_phone(text)
    except WrongPhone:
        return plain(text)


MASKS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "phone": mask_phone,
        "citizen_id": mask_citizen_id,
        "name": mask_name,
        "address": mask_address,
        "card": mask_card,
        "email": mask_email,
        "text": _hidden,
    }
)
_NORMAL: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "phone": _loose_phone,
        "citizen_id": normal_citizen_id,
        "card": lambda text: re.sub(r"[\s\-]", "", plain(text)),
        "email": lambda text: plain(text).lower(),
        "name": lambda text: re.sub(r"\s", "", plain(text)).casefold(),
    }
)

SAMPLES: Mapping[str, str] = MappingProxyType(
    {
        "phone": "13800138000",
        "citizen_id": "34019919900307001X",
        "name": "张三",
        "address": "合肥市蜀山区长江西路1号",
        "card": "6222020000000000",
        "email": "zhang@example.cn",
    }
)
"""Nobody's: what a mask looks like is shown by masking one of these."""
