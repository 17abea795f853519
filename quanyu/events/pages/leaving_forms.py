"""The forms of the acts by which a matter leaves our hands (转出的表单)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quanyu.events.queries import gone
from quanyu.kernel.access.http import option
from quanyu.kernel.calendar.rules import local
from quanyu.regions import queries as regions

LABELS: Mapping[str, Any] = {
    "letter": gettext_lazy("函的内容"),
    "promised_on": gettext_lazy("对方答应哪天前答复"),
    "answered_by": gettext_lazy("对方谁答复的"),
    "answered_on": gettext_lazy("哪天答复的"),
    "to_place": gettext_lazy("转到哪个辖区"),
}

ASKS: Mapping[str, Sequence[str]] = {
    "force_close": ["force_ground", "inside_reason", "reply"],
    "overrule": ["reason"],
    "hand_outside": ["outside_body", "outside_ground", "letter", "promised_on"],
    "take_answer": ["answered_by", "answered_on", "outside_answer", "photos"],
    "take_back": ["reason"],
    "send_back": ["reason"],
    "forward": ["outside_body", "inside_reason", "reply"],
    "come_back": ["reason"],
    "hand_over": ["to_place", "reason"],
}

WRITTEN = frozenset({"letter", "answer"})
ORDER = ("overrule", "take_back", "come_back", "send_back", "hand_outside", "hand_over", "forward")
LAST = ("force_close",)


def notes() -> dict[str, str]:
    """Return what one should know before each act."""
    return {
        "force_close": _(
            "只用于确实办不成的事。反映人会看到事由和答复，可以要求重办；系统按比例抽给上一级复查"
        ),
        "overrule": _("由派遣员重新派遣，时限接着走"),
        "hand_outside": _("我们仍是这件事的责任人，到答应的日子提醒；反映人看得到转给了谁"),
        "take_answer": _("对方办好了，转给核查员核查"),
        "take_back": _("对方没办或不办，收回来重新派遣；时限接着走"),
        "send_back": _("系统外单位没办好，退给派遣员重新派遣；时限接着走"),
        "forward": _("只用于不归本市管的事；反映人会看到移送到哪里、怎么联系"),
        "come_back": _("对方不收，从受理开始，重新计时"),
        "hand_over": _("同一个城市里换一个辖区办；原来的经过都在，对方马上看得到"),
    }


Field = Callable[..., dict[str, Any]]
Make = Callable[..., Any]


def fields(*, drawn: Field, text: Make, plain: Make, listed: Make) -> dict[str, Any]:
    """Return how each of the fields is drawn, by the makers of the form."""

    def asking(name: str, kind: str, more: Callable[[Any], dict[str, Any]]) -> Any:
        return lambda desk, verb, _holders: drawn(desk, verb, name, kind, **more(desk))

    def ground(listing: str, label: Any) -> Any:
        made = listed("ground", listing)
        return lambda desk, verb, holders: made(desk, verb, holders) | {"label": str(label)}

    return {
        "force_ground": ground("reason_force", gettext_lazy("强制结案事由")),
        "outside_ground": ground("reason_outside", gettext_lazy("转外事由")),
        "inside_reason": asking("reason", "textarea", _inside),
        "outside_body": asking("body", "select", _bodies),
        "outside_answer": asking("answer", "textarea", _answer),
        "letter": text("letter"),
        "promised_on": plain("promised_on", "date"),
        "answered_by": plain("answered_by", "text"),
        "answered_on": plain("answered_on", "date"),
        "to_place": asking("to_place", "select", _places),
    }


def _inside(desk: Any) -> dict[str, Any]:
    return {"rows": 2, "maxlength": 2_000, "help": _("只给工作人员看")}


def _answer(desk: Any) -> dict[str, Any]:
    return {"label": _("对方怎么答复的"), "rows": 3, "maxlength": 2_000}


def _bodies(desk: Any) -> dict[str, Any]:
    found = gone.outsiders(on=local(desk.at).date())
    options = [option(one.id, _named(one)) for one in found]
    return {"label": _("转给哪个单位"), "options": options}


def _named(one: Any) -> str:
    return (
        _("{name}（{phone}）").format(name=one.label, phone=one.phone) if one.phone else one.label
    )


def _places(desk: Any) -> dict[str, Any]:
    """Return the districts and streets of the city in which a matter does not lie."""
    city, here = str(settings.QUANYU_CITY), desk.event.region_path
    found = []
    for district in regions.below(city):
        streets = regions.below(district.path)
        rows = [(district.path, regions.label(district.path))]
        rows += [
            (s.path, f"{regions.label(district.path)} · {regions.label(s.path)}") for s in streets
        ]
        found += [option(path, name) for path, name in rows if not here.startswith(path)]
    return {"options": found}
