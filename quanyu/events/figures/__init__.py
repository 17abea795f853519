"""What is reckoned from matters, as data: measures, metrics, the sets cities report by (指标口径).

The letters of the bulletins are A 上报, B 受理, C 立案, D 应结案, E 结案, F 按期结案, G 超期结案,
H 遗留超期未结, J 返工, K 延期, L 挂账 (domain.md section 3.7). Which rows each measure counts
stands in ``queries/figures.py``; a test holds the two together. No metric is about a person.
"""

from typing import Final

from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.figures.rules import Basis, Exclusion, Measure, Metric, Registry, Set, Unit

BASES: Final = {
    one.code: one
    for one in (
        Basis("reported", _("上报日期"), _("上报时间在本周期内")),
        Basis("acted", _("动作日期"), _("该动作在本周期内做过；同一件事做几次也只计一件")),
        Basis(
            "due",
            _("处置时限所在日期"),
            _("处置时限在本周期内，加上时限已在以前、到本周期开始时还没结案的"),
        ),
        Basis("closed", _("了结日期"), _("了结时间在本周期内；重办过的按最后一次")),
    )
}

EXCLUSIONS: Final = {
    one.code: one
    for one in (
        Exclusion("void", _("作废")),
        Exclusion("merged", _("并案")),
        Exclusion("out_of_scope", _("评审剔除")),
    )
}
LEFT_OUT: Final = tuple(EXCLUSIONS)

MEASURES: Final = {
    one.code: one
    for one in (
        Measure("reported", _("上报"), _("收到的全部反映，不论后来怎样"), "reported"),
        Measure(
            "answered",
            _("已答复"),
            _("本周期上报、现已结案、现场办结、不予受理、强制结案或移送的，都已写明结果或理由"),
            "reported",
        ),
        Measure("accepted", _("受理"), _("本周期内受理的"), "acted", "accept"),
        Measure("filed", _("立案"), _("本周期内立案的"), "acted", "file"),
        Measure("sent", _("派遣"), _("本周期内派给承办单位的"), "acted", "dispatch"),
        Measure("returned", _("退单"), _("本周期内承办单位退回过的"), "acted", "hand_back"),
        Measure("refused", _("不予受理"), _("本周期内答复不予受理的"), "acted", "refuse"),
        Measure(
            "settled", _("现场办结"), _("本周期内网格员当场办好的，不进入立案"), "acted", "settle"
        ),
        Measure(
            "rated", _("回访有效"), _("本周期内反映人作过评价的，含说没解决的"), "acted", "rate"
        ),
        Measure(
            "heard",
            _("其中回访电话"),
            _("回访有效中，最近一次评价由别人打回访电话问到的；其余由反映人自己评"),
            "acted",
            "rate",
        ),
        Measure("solved", _("反映人说解决了"), _("其中最近一次评价为已解决的"), "acted", "rate"),
        Measure("content", _("反映人满意"), _("其中最近一次对态度评价为“好”的"), "acted", "rate"),
        Measure(
            "due",
            _("应结案"),
            _("立案并派遣、处置时限在本周期内的，加上期超期遗留的；正在挂账、停表还有余时的不算"),
            "due",
        ),
        Measure("leftover", _("上期遗留"), _("应结案中，时限在本周期以前的"), "due"),
        Measure("done", _("结案"), _("应结案中，到周期末已结案的"), "due"),
        Measure(
            "on_time",
            _("按期结案"),
            _("结案中，处置停表时没有超过时限的；获准延期的按新时限"),
            "due",
        ),
        Measure("late", _("超期结案"), _("结案中，处置停表时已超过时限的"), "due"),
        Measure("left", _("遗留超期未结"), _("应结案中，到周期末还没结案、并已超过时限的"), "due"),
        Measure(
            "pending",
            _("时限内未结"),
            _("应结案中，还没结案、也没超过时限的，含已在时限内反馈、等核查的"),
            "due",
        ),
        Measure("fed_back", _("按期反馈"), _("应结案中，承办单位在时限内作了处置反馈的"), "due"),
        Measure("reworked", _("返工"), _("应结案中，核查没通过、返工过的"), "due"),
        Measure("extended", _("延期"), _("应结案中，获准延期过的"), "due", "extend"),
        Measure("suspended", _("挂账"), _("应结案中，挂账过的"), "due", "suspend"),
        Measure(
            "forced",
            _("强制结案"),
            _("应结案中，到周期末由指挥长强制结案的；没有解决，不算结案，也不算按期"),
            "due",
            "force_close",
        ),
        Measure(
            "outside",
            _("转外单位"),
            _("应结案中，转系统外单位办过的"),
            "due",
            "hand_outside",
        ),
        Measure("forwarded", _("移送"), _("本周期内移送其他辖区的"), "acted", "forward"),
        Measure("closed", _("办结"), _("本周期内结案或现场办结的"), "closed"),
        Measure("closed_in_time", _("在期限内办结"), _("办结中，没有超过处置时限的"), "closed"),
        Measure("checked", _("核查结案"), _("本周期内经核查结案的"), "closed"),
        Measure("passed", _("一次核查通过"), _("核查结案中，没有返工过的"), "closed"),
        Measure("again", _("重办过"), _("办结中，反映人说没解决、重办过的"), "closed"),
        Measure("rested", _("未再反映"), _("办结中，没有重办过的"), "closed"),
        Measure(
            "working",
            _("工作时间合计"),
            _("办结的事项，从上报到了结的工作时间，按全市工作日历和工作时间"),
            "closed",
            unit=Unit.DAYS,
        ),
        Measure(
            "natural",
            _("自然时间合计"),
            _("办结的事项，从上报到了结的自然时间"),
            "closed",
            unit=Unit.DAYS,
        ),
    )
}

OWN_WORDS = _("本平台的口径，启用前请按本市文件核对")
SAMPLE = _("示例口径：指标名取自公开通报，算法尚未与该市文件核对")


def _count(code: str, *, note: str = "") -> Metric:
    return Metric(code, MEASURES[code].name, code, unit=Unit.COUNT, excluded=LEFT_OUT, note=note)


def _rate(code: str, name: str, top: str, base: str, *, note: str = "") -> Metric:
    return Metric(code, name, top, base, excluded=LEFT_OUT, note=note)


def _absent(code: str, name: str, why: str, *, unit: Unit = Unit.PERCENT) -> Metric:
    return Metric(code, name, unit=unit, absent=why)


COUNTED: Final = (
    *("reported", "accepted", "filed", "sent", "returned", "refused", "settled"),
    *("due", "leftover", "done", "on_time", "late", "left", "pending"),
    *("reworked", "extended", "suspended", "rated", "heard", "closed", "again"),
    *("forced", "outside", "forwarded"),
)

METRICS: Final = (
    *(_count(code) for code in COUNTED),
    _rate(
        "done_rate",
        _("结案率"),
        "done",
        "due",
        note=_("结案÷应结案；没有时限内未结的时候，等于（应结案－遗留超期未结）÷应结案"),
    ),
    _rate("on_time_rate", _("按期结案率"), "on_time", "due", note=_("按期结案÷应结案")),
    _rate("rework_rate", _("返工率"), "reworked", "due", note=_("返工÷应结案")),
    _rate("extended_rate", _("延期率"), "extended", "due", note=_("延期÷应结案")),
    _rate("suspended_rate", _("挂账率"), "suspended", "due", note=_("挂账÷应结案")),
    _rate("forced_rate", _("强制结案率"), "forced", "due", note=_("强制结案÷应结案")),
    _rate("return_rate", _("退单率"), "returned", "sent", note=_("退单÷派遣，都按动作日期")),
    _rate("solved_rate", _("解决率"), "solved", "rated", note=_("回访“解决”÷回访有效")),
    _rate(
        "content_rate",
        _("满意率"),
        "content",
        "rated",
        note=_("态度评价只有三档，只把“好”计为满意，“一般”不计"),
    ),
    _rate("in_time_rate", _("在期限内办好"), "closed_in_time", "closed", note=OWN_WORDS),
    Metric(
        "working_days",
        _("平均办理时长"),
        "working",
        "closed",
        Unit.DAYS,
        excluded=LEFT_OUT,
        note=_("按工作日：工作时间合计÷办结件数÷一个工作日的工作时间"),
    ),
    Metric(
        "natural_days",
        _("平均办理天数"),
        "natural",
        "closed",
        Unit.DAYS,
        excluded=LEFT_OUT,
        note=_("按自然日，夜间和节假日都算在内"),
    ),
    # ---------------------------------------------------------------- Beijing
    _absent(
        "response_rate",
        _("响应率"),
        _("承办单位什么时候联系了反映人，现在没有单独记录，签收不等于联系，不拿来代替"),
    ),
    Metric(
        "three_rates",
        _("三率综合"),
        unit=Unit.SCORE,
        parts=("response_rate", "solved_rate", "content_rate"),
        note=_("三率按权重加权；权重是带日期的数据"),
    ),
    # ---------------------------------------------------------------- Hefei
    _rate("fed_back_rate", _("按期反馈率"), "fed_back", "due", note=SAMPLE),
    _rate("passed_rate", _("审核通过率"), "passed", "checked", note=SAMPLE),
    _rate("answered_rate", _("诉求答复率"), "answered", "reported", note=SAMPLE),
    _rate("ended_rate", _("办结率"), "done", "due", note=SAMPLE),
    _rate("rested_rate", _("息诉率"), "rested", "closed", note=SAMPLE),
    _absent(
        "named_rate",
        _("实名率"),
        _("反映人可以不留姓名；留了的姓名是封存的，不拿来统计"),
    ),
    _absent("line_rate", _("电话畅通率"), _("电话平台的接通情况不在本系统里，没有记录")),
)

SETS: Final = {
    one.code: one
    for one in (
        Set(
            "cases",
            _("案卷通用"),
            (
                *("reported", "due", "done_rate", "on_time_rate", "solved_rate"),
                *("accepted", "filed", "sent", "returned", "refused", "settled"),
                *("leftover", "done", "on_time", "late", "left", "pending"),
                *("reworked", "rework_rate", "extended", "extended_rate"),
                *("suspended", "suspended_rate", "return_rate"),
                *("forced", "forced_rate", "outside", "forwarded"),
                *("rated", "heard", "content_rate", "working_days", "natural_days"),
            ),
            _("城市管理案卷通报的口径：应结案为基数"),
        ),
        Set(
            "hefei",
            _("合肥 12345"),
            (
                *("fed_back_rate", "passed_rate", "answered_rate", "ended_rate", "rested_rate"),
                *("working_days", "natural_days", "named_rate", "line_rate"),
            ),
            SAMPLE,
        ),
        Set(
            "beijing",
            _("北京三率"),
            ("response_rate", "solved_rate", "content_rate", "three_rates"),
            _("示例口径：公式和权重未经该市文件核对"),
        ),
    )
}

EVENTS: Final = Registry("events", BASES, MEASURES, EXCLUSIONS, METRICS, SETS)

PUBLISHED: Final = ("reported", "closed", "closed_in_time", "again")
"""The measures of the residents' page."""
