"""What is said of a matter that left our hands, at the desk and to its reporter (转出的话)."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from quanyu.kernel.codes import queries as codes
from quanyu.organisations import queries as organisations
from quanyu.regions import queries as regions

PLAIN = {
    "outside": _("转给系统外的单位在办，我们跟着"),
    "forced": _("没有办成，停办了"),
    "forwarded": _("不归本市管，已经移送"),
}
"""These states in a resident's words."""

TOLD = {
    "force_close": _("没有办成，停办了"),
    "force_with": _("一起办的事没有办成，停办了"),
    "overrule": _("上一级认为不该停办，重新办"),
    "overrule_with": _("一起办的事不该停办，重新办"),
    "appeal": _("您要求重办"),
    "hand_outside": _("转给系统外的单位办"),
    "take_answer": _("系统外的单位说办好了"),
    "take_back": _("收回来，重新安排谁办"),
    "send_back": _("没办好，重新安排谁办"),
    "forward": _("移送给管这件事的单位"),
    "forward_with": _("和一起办的事一道移送"),
    "come_back": _("对方没有收，我们接着办"),
    "hand_over": _("转给所在地的辖区"),
    "arrive": _("所在地的辖区收到了"),
    "relocate": _("区划调整，改由新的网格或社区负责"),
}
"""These acts in a resident's words."""

ASIDE = {
    "sample": _("抽中复查"),
    "audit": _("复查：妥当"),
    "fault": _("复查：不妥"),
    "arrive": _("转入本辖区"),
    "relocate": _("随区划调整转入"),
}
"""Lines of the story that move nothing."""

DONE = {
    "force_close": pgettext_lazy("done", "强制结案"),
    "force_with": pgettext_lazy("done", "随主件强制结案"),
    "overrule": pgettext_lazy("done", "撤销强制结案"),
    "overrule_with": pgettext_lazy("done", "随主件撤销强制结案"),
    "appeal": pgettext_lazy("done", "要求重办"),
    "hand_outside": pgettext_lazy("done", "转系统外单位"),
    "take_answer": pgettext_lazy("done", "外单位办结"),
    "take_back": pgettext_lazy("done", "收回重派"),
    "send_back": pgettext_lazy("done", "退回重派"),
    "forward": pgettext_lazy("done", "移送其他辖区"),
    "forward_with": pgettext_lazy("done", "随主件移送"),
    "come_back": pgettext_lazy("done", "移送被退回"),
    "hand_over": pgettext_lazy("done", "转本市其他辖区"),
}
"""The same when they are done."""

GROUNDS = ("reason_suspend", "reason_force", "reason_outside")
OPEN = {
    "force_close": ("ground", "reply"),
    "force_with": ("ground", "reply"),
    "appeal": ("reason",),
    "hand_outside": ("body", "ground", "promised_on"),
    "take_answer": ("answer",),
    "forward": ("body", "reply"),
    "forward_with": ("reply",),
    "hand_over": ("target",),
}
"""What of each act the reporter reads: never who said it, nor what the desk said among itself."""


def ground(code: str) -> str:
    """Return what a listed ground is called, whichever list it stands in."""
    found = (codes.known(listed, code) for listed in GROUNDS)
    entry = next((one for one in found if one is not None), None)
    return codes.label(entry) if entry else code


def of(facts: Mapping[str, Any]) -> list[str]:
    """Return what the desk reads of an act besides its plain sentences."""
    parts = []
    if facts.get("target"):
        parts.append(place(facts))
    if facts.get("promised_on"):
        parts.append(_promised(facts))
    if facts.get("answered_on"):
        day = _day(date.fromisoformat(facts["answered_on"]))
        parts.append(translate("{who}，{day}").format(who=facts.get("answered_by", ""), day=day))
    return parts


def open_to_all(verb: str, facts: Mapping[str, Any]) -> list[str]:
    """Return what the reporter reads of an act."""
    shown = {"body": _body, "ground": _ground, "promised_on": _promised, "target": place}
    names = [name for name in OPEN.get(verb, ()) if facts.get(name)]
    return [shown[name](facts) if name in shown else str(facts[name]) for name in names]


def place(facts: Mapping[str, Any]) -> str:
    """Return from where to where a matter went."""
    ends = [regions.label(facts[n]) for n in ("origin", "target") if facts.get(n)]
    return " → ".join(ends)


def _ground(facts: Mapping[str, Any]) -> str:
    return ground(str(facts["ground"]))


def _body(facts: Mapping[str, Any]) -> str:
    found = organisations.body(UUID(str(facts["body"])))
    if found is None:
        return ""
    phone = translate("电话 {phone}").format(phone=found.phone) if found.phone else ""
    return pgettext("between items", "、").join(part for part in (found.label, phone) if part)


def _promised(facts: Mapping[str, Any]) -> str:
    day = _day(date.fromisoformat(str(facts["promised_on"])))
    return translate("答应{day}前答复").format(day=day)


def _day(day: date) -> str:
    return date_format(day, pgettext("date format", "n月j日"))
