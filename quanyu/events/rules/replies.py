"""Whether an answer answers: by rules alone; hints, never a bar (答复核对)."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from quanyu.events.rules.likeness import plain
from quanyu.kernel.errors import gettext_noop as _

SHORTEST, LONGEST = 10, 600
SHORTEST_COPY = 12
"""Signs from which two answers alike are a copy and no chance."""

MOST_DEMANDS = 8
MOST_QUOTED = 24

SPLIT: Final = re.compile(
    r"[。！!；;\n]+|(?<=[？?])|(?=[（(]?\d{1,2}[)）、．.](?!\d))|(?=[①-⑳])|(?=[一二三四五六七八九十]、)"
)
NUMBERED: Final = re.compile(r"^[（(]?(?:\d{1,2}[)）、．.]|[①-⑳]|[一二三四五六七八九十]、)\s*")
ASKS: Final = re.compile(
    r"[？?]|(?<![申邀提])请|要求|请求|恳求|希望|盼|建议|望能|何时|什么时候|几时|多久|哪天|为什么|为何|怎么办|怎么回事"
    r"|谁来|能否|可否|是否|能不能|可不可以|吗"
)
ASKS_WHEN: Final = re.compile(r"何时|什么时候|几时|多久|哪天|几号|多长时间")
ASKS_WHY: Final = re.compile(r"为什么|为何|什么原因|怎么回事|凭什么")

DID: Final = re.compile(
    r"已|完成|更换|换好|维修|修复|修好|清理|清运|清扫|清除|恢复|拆除|劝离|劝导|整改|处罚|安装|加装|疏通|补种|扶正|搬离"
    r"|移走|联系|告知|答复|解释|说明|到场|到现场|核查|核实|查看|登记|列入|移交"
)
WHEN: Final = re.compile(
    r"\d{1,4}\s*[年月日号点时]|\d{1,2}[:：]\d{2}|[今昨明后][天日晨晚]|当[天日场晚]|[上下]午|凌晨|周[一二三四五六日天]"
    r"|本[周月]|下[周月]|[月年]底|[一二三四五六七八九十两\d]+\s*个?(?:工作日|小时|天|分钟|周|月)"
)
WHO: Final = re.compile(
    r"局|办公室|中心|街道|社区|公司|单位|大队|中队|支队|派出所|站|科室|班组|物业|网格员|人员|师傅|施工队|养护|环卫|城管"
    r"|执法|专人|我们|我办|交警|供电|水务"
)
BECAUSE: Final = re.compile(r"因|由于|原因|经查|导致|造成|缘于|所致")

BARE: Final = re.compile(r"[\W\d_]+")
MOBILE: Final = re.compile(r"(?<!\d)1[3-9]\d(?:[ \-]?\d{4}){2}(?!\d)")
IDENTITY: Final = re.compile(r"(?<!\d)\d{17}[\dXx](?!\w)")

FUNCTION: Final = re.compile(
    r"什么时候|为什么|怎么回事|怎么办|能不能|可不可以|多长时间|相关部门|有关部门|工作人员|有没有"
    r"|请问|请求|要求|希望|恳请|建议|何时|几时|多久|哪天|几号|为何|能否|可否|是否|尽快|及时|马上|立即|抓紧|帮忙|帮助"
    r"|我们|你们|他们|自己|这里|那里|这个|那个|一直|已经|可以|应该|问题|情况|现在|每天|经常|领导|政府|部门|单位|谢谢|感谢"
    r"|你好|您好|反映|投诉|举报|处理|解决|办理|安排|相关|有关|附近|门口|小区|路口|居民|市民|没有|没人|不能|还有|另外|同时"
    r"|因为|所以|但是|而且|如果|就是|还是|或者|以及|一下|起来|出来|下来|的话|时候|地方|东西|影响|严重|非常|特别|十分|已"
    r"|[的了吗呢吧啊呀在是有我你您他她它们和与及或请也都就还很太被把让给对向从到于为这那哪谁个一二三四五六七八九十两上下里中来去不没]"
)
CHINESE: Final = re.compile(r"[一-鿿]{2,}")


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing about an answer that somebody should look at, with the words it rests on (提示)."""

    code: str
    sentence: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer is held against (核对依据)."""

    report: str
    place: str = ""
    others: Sequence[str] = ()
    """Other answers, to see a copy by."""

    phrases: Collection[str] = ()
    """Empty phrases, as the city lists them."""


SENTENCES: Final = {
    "demand": _("没有回应：{words}"),
    "when": _("问了什么时候，答复里没有时间：{words}"),
    "why": _("问了为什么，答复里没有原因：{words}"),
    "no_action": _("没有写做了什么"),
    "no_time": _("没有写什么时候办的"),
    "no_who": _("没有写谁办的"),
    "empty": _("空话：{words}"),
    "copy": _("和另一件的答复几乎一样"),
    "echo": _("只是重复了反映的话"),
    "short": _("太短，反映人看不出怎么办的"),
    "long": _("太长，反映人不容易看完"),
    "personal": _("有手机号或身份证号，会给反映人看到：{words}"),
}
"""Why a hint is given, by its code."""


def hints(reply: str, said: Said) -> tuple[Hint, ...]:
    """Return what somebody should look at before this answer goes out; nothing typed, nothing."""
    text = reply.strip()
    if not text:
        return ()
    return (*_of_demands(text, said), *_of_form(text), *_of_others(text, said))


def demands(report: str) -> list[str]:
    """Return what a report asks for, one by one; the whole of it when it asks for nothing."""
    parts = [part.strip(" ，,、") for part in SPLIT.split(report)]
    told = [part for part in parts if len(plain(part)) > 1]
    asked = [part for part in told if ASKS.search(part) or NUMBERED.match(part)]
    named = [part for part in asked if terms(part)] or asked
    return (named or [report.strip()])[:MOST_DEMANDS]


def terms(text: str) -> frozenset[str]:
    """Return the pairs of signs that say what a text is about: its words without the small ones."""
    chunks = CHINESE.findall(FUNCTION.sub(" ", text))
    return frozenset(pair for chunk in chunks for pair in _pairs(chunk))


def skeleton(text: str) -> str:
    """Return what of an answer is the same in its copies: dates and numbers left out."""
    return BARE.sub("", text)


def _pairs(text: str) -> Iterator[str]:
    return (text[n : n + 2] for n in range(len(text) - 1))


# ------------------------------------------------------------------ one by one


def _of_demands(text: str, said: Said) -> Iterator[Hint]:
    asked = demands(said.report)
    about = [terms(one) for one in asked]
    place, told = terms(said.place), frozenset(_pairs(plain(text)))
    is_plain = not any(ASKS_WHEN.search(one) or ASKS_WHY.search(one) for one in asked)
    if is_plain and not told & (terms(said.report) - place):
        yield _hint("demand", SPLIT.split(said.report.strip())[0])
        return
    for number, one in enumerate(asked):
        others = frozenset().union(*(t for n, t in enumerate(about) if n != number))
        wanted = about[number] - place or about[number]
        if found := _missing(one, text, bool((wanted - others or wanted) & told)):
            yield _hint(found, one)


def _missing(asked: str, text: str, is_named: bool) -> str:
    """Return what an answer to one demand lacks: its time, its reason, any word of it, or nothing.

    Who asks when or why says of what elsewhere in the report; there the time or reason counts.
    """
    if ASKS_WHEN.search(asked):
        return "" if WHEN.search(text) else "when"
    if ASKS_WHY.search(asked):
        return "" if BECAUSE.search(text) else "why"
    return "" if is_named or not terms(asked) else "demand"


def _of_form(text: str) -> Iterator[Hint]:
    long = len(plain(text))
    checks = (
        ("short", long < SHORTEST),
        ("long", long > LONGEST),
        ("no_action", not DID.search(text)),
        ("no_time", not WHEN.search(text)),
        ("no_who", not WHO.search(text)),
    )
    yield from (Hint(code, SENTENCES[code]) for code, is_so in checks if is_so)
    if found := [*MOBILE.findall(text), *IDENTITY.findall(text)]:
        yield _hint("personal", "、".join(_masked(one) for one in found))


def _of_others(text: str, said: Said) -> Iterator[Hint]:
    if empty := [phrase for phrase in said.phrases if phrase and phrase in text]:
        yield _hint("empty", "、".join(empty))
    bare = skeleton(text)
    if len(bare) >= SHORTEST and bare in skeleton(said.report):
        yield Hint("echo", SENTENCES["echo"])
    if len(bare) >= SHORTEST_COPY and _is_among(bare, said.others):
        yield Hint("copy", SENTENCES["copy"])


def _is_among(bare: str, others: Sequence[str]) -> bool:
    return any(len(other) >= len(bare) and skeleton(other) == bare for other in others)


def _masked(number: str) -> str:
    return f"{number[:3]}…{number[-2:]}"


def _hint(code: str, words: str) -> Hint:
    quoted = words if len(words) <= MOST_QUOTED else f"{words[: MOST_QUOTED - 1]}…"
    return Hint(code, SENTENCES[code], quoted)
