"""What a matter is called and said, in the reader's language; nothing here writes."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from quanyu.events import queries
from quanyu.events.models import Event, EventStep
from quanyu.events.queries import closing, leaving_words, merging, side_words
from quanyu.events.rules.fair import RatedBy
from quanyu.events.workflow import EVENT, STANDING, State
from quanyu.events.workflow.joint import PART
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Denied
from quanyu.kernel.privacy.rules import mask_name
from quanyu.organisations import queries as organisations

PLAIN = {
    State.REPORTED: _("收到了，正在看"),
    State.VERIFYING: _("正派人去看"),
    State.VERIFIED: _("看过了，正在安排"),
    State.ACCEPTED: _("已答应办，正在安排"),
    State.FILED: _("已答应办，正在安排"),
    State.DISPATCHED: _("已交给承办单位"),
    State.RETURNED: _("正在重新确定谁来办"),
    State.HANDLING: _("正在办"),
    State.CONSULTING: _("几个单位正在一起商量怎么办"),
    State.SUSPENDED: _("现在还办不了，先等着"),
    State.REVIEWING: _("说好的日子到了，正在看能不能办"),
    State.QUERIED: _("想请您补充一点情况"),
    State.WAITING: _("想请您补充一点情况"),
    State.HANDLED: _("办完了，正在核对"),
    State.CHECKING: _("办完了，正在核对"),
    State.CLOSED: _("他们说办好了，请您看看"),
    State.RATED: _("办好了，谢谢您的评价"),
    State.SETTLED: _("当场就办好了"),
    State.REFUSED: _("这件事我们办不了"),
    State.VOID: _("这条记录已经取消"),
    State.MERGED: _("和别人反映的同一件事一起办"),
    **{State(state): said for state, said in leaving_words.PLAIN.items()},
}
"""States in a resident's words: no 工单, no 派遣."""

UNSOLVED = _("您说没解决，已经记下")
"""What is rated and was not solved, and is not done again."""

TOLD = {
    "start": _("您反映了这件事"),
    "request_verification": _("请网格员到现场看"),
    "verify": _("网格员到现场看过了"),
    "accept": _("答应办这件事"),
    "file": _("登记好了"),
    "refuse": _("这件事我们办不了"),
    "settle": _("网格员当场办好了"),
    "dispatch": _("交给承办单位"),
    "insist": _("仍由原来的单位办"),
    "join": _("请了别的单位一起办"),
    "move_lead": _("换了一个单位牵头办"),
    "convene": _("请几个单位一起商量怎么办"),
    "conclude": _("商量定了由谁办"),
    "acknowledge": _("承办单位开始办"),
    "hand_back": _("承办单位认为不归它办，正在确定"),
    "handle": _("承办单位说办好了"),
    "merge": _("和别人反映的同一件事一起办"),
    "unmerge": _("改为单独办"),
    "close_with": _("核对过，办好了"),
    "settle_with": _("网格员当场办好了"),
    "ask": _("想请您补充一点情况"),
    "answer": _("您补充了情况"),
    "go_on": _("不再等，接着办"),
    "extend": _("要多一点时间"),
    "suspend": _("现在还办不了，先等着"),
    "review": _("说好的日子到了，正在看能不能办"),
    "suspend_on": _("还要再等"),
    "resume": _("可以办了，接着办"),
    "check": _("另一位工作人员正在核对"),
    "close": _("核对过，办好了"),
    "rework": _("没办好，要求重新办"),
    "rate": _("您做了评价"),
    "reopen": _("您说没解决，重新办"),
    "void": _("这条记录取消了"),
    "place": _("确定了地点"),
    "supplement": _("您补充了情况"),
    "urge": _("您催过"),
    "withdraw": _("这件事撤回了"),
    "redo": _("答复没有通过，重新办"),
    "recount": _("放假安排有变，期限重新算过"),
    **leaving_words.TOLD,
}
"""What happened, in a resident's words. What is not here stays inside."""

BY_CALL = {
    "rate": _("回访电话里，您做了评价"),
    "reopen": _("回访电话里，您说没解决，重新办"),
    "appeal": _("回访电话里，您说没解决，重新办"),
}
"""The two answers, when somebody called and wrote them down."""

ASIDE = {
    "place": _("落点"),
    "say": _("内部说明"),
    "photos": _("补充照片"),
    "look": _("查看反映人联系方式"),
    "recount": _("按日历重新计算期限"),
    "recount_part": _("按日历重新计算协办期限"),
    "import": _("按原系统更新"),
    "supplement": _("反映人补充情况"),
    "urge": _("反映人催办"),
    "hide_reporter": _("反映人要求保密"),
    "withdrawn": _("来源撤回，已派出"),
    "whistle": _("吹哨"),
    "whistle_end": _("收哨"),
    "card": _("督办"),
    "card_accept": _("认可督办答复"),
    "card_escalate": _("升级督办"),
    "card_withdraw": _("撤回督办"),
    "queue_call": _("进入回访队列"),
    "take_call": _("领取回访"),
    "leave_call": _("放回回访"),
    "miss_call": _("回访没打通"),
    "end_call": _("回访到期，不再打"),
    "ask_exclusion": _("申请剔除"),
    "exclude": _("同意剔除"),
    "keep_counted": _("不同意剔除"),
    "count_again": _("撤销剔除"),
    **{f"{verb}_part": _(PART.label(verb)) for verb in PART.verbs},
    **leaving_words.ASIDE,
}
"""Lines of the story that move nothing."""

DONE = {
    "start": pgettext_lazy("done", "上报"),
    "request_verification": pgettext_lazy("done", "请网格员核实"),
    "verify": pgettext_lazy("done", "核实"),
    "accept": pgettext_lazy("done", "受理"),
    "refuse": pgettext_lazy("done", "不予受理"),
    "settle": pgettext_lazy("done", "现场办结"),
    "file": pgettext_lazy("done", "立案"),
    "dispatch": pgettext_lazy("done", "派遣"),
    "insist": pgettext_lazy("done", "维持派遣"),
    "join": pgettext_lazy("done", "请单位协办"),
    "move_lead": pgettext_lazy("done", "换牵头单位"),
    "convene": pgettext_lazy("done", "召集会商"),
    "reconvene": pgettext_lazy("done", "会商改期"),
    "conclude": pgettext_lazy("done", "会商定案"),
    "call_off": pgettext_lazy("done", "取消会商"),
    "acknowledge_part": pgettext_lazy("done", "签收协办"),
    "answer_part": pgettext_lazy("done", "答复协办"),
    "hand_back_part": pgettext_lazy("done", "退回协办"),
    "insist_part": pgettext_lazy("done", "维持协办"),
    "extend_part": pgettext_lazy("done", "延长协办"),
    "withdraw_part": pgettext_lazy("done", "撤回协办"),
    "acknowledge": pgettext_lazy("done", "签收"),
    "hand_back": pgettext_lazy("done", "退回"),
    "handle": pgettext_lazy("done", "处置反馈"),
    "merge": pgettext_lazy("done", "并案"),
    "unmerge": pgettext_lazy("done", "撤销并案"),
    "close_with": pgettext_lazy("done", "随主件结案"),
    "settle_with": pgettext_lazy("done", "随主件办结"),
    "ask": pgettext_lazy("done", "补充询问"),
    "answer": pgettext_lazy("done", "反映人补充"),
    "go_on": pgettext_lazy("done", "不再等"),
    "ask_extension": pgettext_lazy("done", "申请延期"),
    "extend": pgettext_lazy("done", "同意延期"),
    "keep_due": pgettext_lazy("done", "不同意延期"),
    "ask_suspension": pgettext_lazy("done", "申请挂账"),
    "suspend": pgettext_lazy("done", "同意挂账"),
    "keep_on": pgettext_lazy("done", "不同意挂账"),
    "review": pgettext_lazy("done", "到期复核"),
    "suspend_on": pgettext_lazy("done", "继续挂账"),
    "resume": pgettext_lazy("done", "恢复办理"),
    "check": pgettext_lazy("done", "开始核查"),
    "close": pgettext_lazy("done", "结案"),
    "rework": pgettext_lazy("done", "返工"),
    "rate": pgettext_lazy("done", "评价"),
    "reopen": pgettext_lazy("done", "没解决，重办"),
    "void": pgettext_lazy("done", "作废"),
    "redo": pgettext_lazy("done", "来源退回重办"),
    "withdraw": pgettext_lazy("done", "来源撤回"),
    **leaving_words.DONE,
}
"""The acts when they are done: Chinese says both alike, English does not."""


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the story as the reporter may read it."""

    verb: str
    words: str
    at: datetime
    text: str = ""


@dataclass(frozen=True, slots=True)
class Followed:
    """A matter as its reporter may see it: no name and no contact in it."""

    event: Event
    state_words: str
    main_words: str
    """How the matter stands that this one is handled with."""
    handler: str
    due_at: datetime | None
    due_words: str
    story: list[Told]
    may_rate: bool
    may_reopen: bool
    may_correct: bool
    may_appeal: bool


def followed(holder: Actor, *, at: datetime) -> Followed:
    """Return what the holder of a code may see of the matter.

    :raises Denied: if the code holds no matter
    """
    if holder.row is None:
        raise Denied
    event = queries.one(event_id=holder.row, actor=holder)
    clock = "span" if event.due_at is not None else "stage"
    explained = queries.explained(event, clock=clock, at=at)
    is_open = event.state in queries.OPEN and not stands(event)
    main = merging.seen(event)
    due_at = (event.due_at or event.stage_due_at) if is_open else None
    until = closing.reopen_until(event)
    in_time = until is None or at <= until
    may_again = closing.is_reopenable(event, at=at)
    is_settled = event.state == State.SETTLED
    first = is_settled and event.solved is None
    is_unsolved = event.state == State.RATED and event.solved is False
    return Followed(
        event=event,
        state_words=str(UNSOLVED if is_unsolved else PLAIN[State(event.state)]),
        main_words=str(PLAIN[State(main.state)]) if main else "",
        handler=body_name(main.body_id if main else event.body_id),
        due_at=main.due_at if main else due_at,
        due_words=calendar.words(explained) if explained and is_open else "",
        story=told(queries.story(event, actor=holder)),
        may_rate=event.state == State.CLOSED or (is_settled and event.solved is None),
        may_reopen=event.state in {State.CLOSED, State.RATED, State.SETTLED} and may_again,
        may_correct=in_time and (event.state == State.RATED or is_settled) and not first,
        may_appeal=event.state == State.FORCED and may_again,
    )


def stands(event: Event) -> bool:
    """Answer whether a matter is waited for with its clock standing still."""
    return event.state in STANDING or event.stands_still()


def told(steps: list[EventStep]) -> list[Told]:
    """Return the lines that the reporter may read, the newest first."""
    return [
        Told(s.verb, str(_told(s)), s.at, side_words.open_to_all(s))
        for s in steps
        if s.verb in TOLD
    ]


def _told(step: EventStep) -> Promise | str:
    """Return what happened in a resident's words: what was said on the telephone is called so."""
    by_call = BY_CALL if step.facts.get("source") == RatedBy.CALL else {}
    return by_call.get(step.verb, TOLD[step.verb])


def verb_words(verb: str) -> str:
    """Return what an act is called at the desk."""
    return str(ASIDE.get(verb) or translate(EVENT.label(verb)))


def done_words(verb: str) -> str:
    """Return what an act is called once it is done."""
    return str(DONE.get(verb) or verb_words(verb))


def figure_words(name: str) -> str:
    """Return what a measure or metric is called: of an act that it was done, not to do it."""
    done = pgettext("done", name)
    return done if done != name else translate(name)


def class_words(code: str, *, at: datetime) -> str:
    """Return a class as the desk writes it: code and name, a part marked as one."""
    if not code:
        return ""
    entry = codes.known("part_class" if code.startswith("P") else "event_class", code, on=day(at))
    name = codes.label(entry) if entry else ""
    if code.startswith("P"):
        return f"{translate('部件')} {code[1:]} {name}".strip()
    return f"{code} {name}".strip()


def reason_words(listed: str, code: str, *, at: datetime) -> str:
    """Return a listed reason by name; words that are no code stay as they are."""
    entry = codes.known(listed, code, on=day(at))
    return codes.label(entry) if entry else code


def body_name(body: UUID | None) -> str:
    """Return what a body is called, or nothing."""
    return organisations.body_names([body]).get(body, "") if body else ""


def role_words(role: str, *, at: datetime) -> str:
    """Return what a role is called."""
    if role == Role.SYSTEM:
        return translate("系统")
    entry = codes.known("role", role, on=day(at))
    return codes.label(entry) if entry else role


def by_words(step: EventStep, *, at: datetime) -> str:
    """Return who acted, as the story shows it: role and masked name."""
    if step.actor_kind == "system":
        return step.actor_name or translate("系统")
    if step.role == Role.RESIDENT:
        return translate("反映人")
    name = mask_name(step.actor_name) if step.actor_name else ""
    return f"{role_words(step.role, at=at)} {name}".strip()


def day(at: datetime) -> date:
    """Return the date on the clock of the city."""
    return local(at).date()
