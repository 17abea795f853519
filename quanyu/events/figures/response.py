"""What is reckoned from whistle calls and supervision cards, as data (吹哨与督办的指标).

Which rows each measure counts stands in ``queries/response.py``. Both sides are looked at: whether
those called came in time, and whether the call was needed. No metric is about a person.
"""

from typing import Final

from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.figures.rules import Basis, Measure, Metric, Registry, Set, Unit

OURS = _("本平台的口径，启用前请按本市文件核对")

BASES: Final = {
    one.code: one
    for one in (
        Basis("called", _("吹哨日期"), _("吹哨时间在本周期内")),
        Basis("answer_due", _("报到时限所在日期"), _("报到时限在本周期内，并且已经到期或已经报到")),
        Basis(
            "card_due",
            _("首次答复期限所在日期"),
            _("首次答复期限在本周期内，并且已经到期或已经答复；退回重答不改它"),
        ),
    )
}

MEASURES: Final = {
    one.code: one
    for one in (
        Measure("calls", _("吹哨"), _("本周期内吹的哨"), "called"),
        Measure("judged", _("评判过的吹哨"), _("被叫单位或评审人评判过是否必要的"), "called"),
        Measure(
            "needless",
            _("认为不必的吹哨"),
            _("评判过的吹哨中，有被叫单位或评审人认为不必的"),
            "called",
        ),
        Measure(
            "repeats",
            _("重复吹哨"),
            _("同一地点、同一类型，在规定天数内前面已经吹过的"),
            "called",
        ),
        Measure("asked", _("应报到"), _("被叫单位的次数，一次叫几个单位就算几次"), "answer_due"),
        Measure("came", _("按时报到"), _("应报到中，在时限内报到的"), "answer_due"),
        Measure("cards", _("应答复的督办单"), _("不含期限前撤回或升级的"), "card_due"),
        Measure("answered", _("按时答复"), _("应答复的督办单中，首次答复没超期的"), "card_due"),
    )
}

METRICS: Final = (
    Metric("calls", MEASURES["calls"].name, "calls", unit=Unit.COUNT),
    Metric("came_rate", _("按时报到率"), "came", "asked", note=_("按时报到÷应报到；以单位计")),
    Metric(
        "needless_rate",
        _("不必吹哨的比例"),
        "needless",
        "judged",
        note=_("太高是哨吹得多了，太低也可能是没人敢评；只看评判过的"),
    ),
    Metric("repeat_rate", _("重复吹哨的比例"), "repeats", "calls", note=OURS),
    Metric("card_rate", _("督办按时答复率"), "answered", "cards", note=OURS),
)

SETS: Final = {
    "calls": Set("calls", _("吹哨报到"), ("calls", "came_rate", "needless_rate", "repeat_rate")),
    "cards": Set("cards", _("督办"), ("card_rate",)),
}

RESPONSE: Final = Registry("response", BASES, MEASURES, {}, METRICS, SETS)
