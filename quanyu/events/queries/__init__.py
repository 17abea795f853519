"""Reads: lists, one matter, its story, and what the reporter may see."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Max, Min, Q, QuerySet
from django.utils.translation import gettext

from quanyu.events.figures import PUBLISHED
from quanyu.events.models import Contact, Event, EventStep, Published
from quanyu.events.queries import counting, figures, joint_words, lists
from quanyu.events.queries import hanging as hanging
from quanyu.events.queries import located as located
from quanyu.events.queries import of_body as of_body
from quanyu.events.queries.columns import OPEN as OPEN
from quanyu.events.queries.columns import done_by as done_by
from quanyu.events.queries.lists import PAGE as PAGE
from quanyu.events.queries.lists import narrowed as narrowed
from quanyu.events.queries.lists import ordered as ordered
from quanyu.events.rules import REACHES_REPORTER, Channel, Filters, fair, leaving, side
from quanyu.events.rules.classing import Keyword
from quanyu.events.rules.forwarded import OPENS_CONFIDENTIAL
from quanyu.events.rules.joint import MOST as MOST_PARTS
from quanyu.events.rules.joint import PART as PART_STAGE
from quanyu.events.rules.joint import PARTS
from quanyu.events.rules.nearby import A_DAY, A_MINUTE, MOST_LOOKS
from quanyu.events.workflow import EVENT, State
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, Role, holder
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.audit import queries as audit
from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.calendar import rules as calendar_rules
from quanyu.kernel.calendar.rules import Limit, Unit
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Denied
from quanyu.kernel.figures.rules import Grain, Period, holding
from quanyu.kernel.privacy.rules import REASONS
from quanyu.kernel.workflow.clocks import recount
from quanyu.kernel.workflow.spec import Move

SOON = 0.4
"""A clock with less than this share of its limit left is soon due."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, how many there are in all, and where the next page begins."""

    rows: list[Event] = field(default_factory=list)
    next: str = ""
    count: int = 0
    is_exact: bool = True


def one(*, event_id: UUID, actor: Actor, lock: bool = False) -> Event:
    """Return one matter within reach, locked if it is about to change.

    :raises Denied: if there is none
    """
    return get(Event, event_id, actor=actor, lock=lock)


def held(keys: Iterable[UUID], *, actor: Actor) -> dict[UUID, Event]:
    """Return those of some matters within reach, locked in the one order that all acts keep.

    By key, before anything that hangs on them (decision 0024).
    """
    rows: QuerySet[Event] = Event.objects.visible_to(actor).filter(pk__in=set(keys))
    return {row.pk: row for row in rows.select_for_update(of=("self",)).order_by("pk")}


def by_number(number: str, *, actor: Actor) -> Event:
    """Return the matter of that number within reach.

    :raises Denied: if there is none
    """
    event = Event.objects.visible_to(actor).filter(number=number).first()
    if event is None:
        raise Denied
    return event


def story(event: Event, *, actor: Actor) -> list[EventStep]:
    """Return the acts of a matter, the newest first."""
    steps = EventStep.objects.visible_to(actor).filter(case_id=event.pk)
    return list(steps.order_by("-number"))


def offers(event: Event, *, actor: Actor) -> list[Move]:
    """Return the moves this person may make now."""
    return EVENT.offers(event, actor=actor)


def contact_of(event: Event, *, actor: Actor) -> Contact | None:
    """Return the sealed contact of a matter, if one was given."""
    return Contact.objects.visible_to(actor).select_related("event").filter(event=event).first()


def opens(contact: Contact) -> frozenset[Role]:
    """Return who may open a contact: of who asked for confidence, nobody on the spot."""
    return OPENS_CONFIDENTIAL if contact.is_confidential else REACHES_REPORTER


def contact_key(event: Event) -> UUID:
    """Return the key of a matter's contact.

    :raises Denied: if none was given
    """
    key: UUID | None = Contact.objects.filter(event=event).values_list("id", flat=True).first()
    if key is None:
        raise Denied
    return key


def reveal_reasons() -> list[tuple[str, str]]:
    """Return the reasons for which a contact may be looked at."""
    return list(REASONS.items())


def page(
    filters: Filters, *, actor: Actor, at: datetime, after: str = "", size: int = PAGE
) -> Page:
    """Return one page by keyset, with a count that is exact or says more than ten thousand.

    :param after: what the page before gave as ``next``
    """
    asked = lists.Asked.of(filters, actor=actor, at=at)
    rows, following = lists.page(filters, asked=asked, after=after, size=size)
    found = counting.total(filters, asked=asked)
    return Page(rows, following, found.number, found.is_exact)


def counts(*, actor: Actor, at: datetime) -> dict[str, int]:
    """Return how many matters within reach stand in each state, and how many are late."""
    return counting.standing(actor=actor, at=at)


def is_late(event: Event, *, at: datetime) -> bool:
    """Answer whether a running clock of an open matter has run out."""
    return event.next_due_at is not None and event.next_due_at < at


def moved(*, since: date, actor: Actor) -> list[Event]:
    """Return the open matters whose end is another by the calendar as it is now.

    :param since: the first date that has changed; what ends before it cannot have moved
    """
    first = datetime.combine(since, time.min, tzinfo=calendar_rules.ZONE)
    rows = Event.objects.visible_to(actor).filter(next_due_at__isnull=False)
    rows = rows.filter(Q(due_at__gte=first) | Q(stage_due_at__gte=first))
    return [event for event in rows.iterator(chunk_size=1_000) if recount(event)]


def explained(event: Event, *, clock: str, at: datetime) -> calendar_rules.Explanation | None:
    """Return how a clock of this matter was reckoned, day by day."""
    stage = clock == "stage"
    since = event.state_since if stage else event.span_since
    amount = event.stage_amount if stage else event.span_amount
    unit = event.stage_unit if stage else event.span_unit
    due = event.stage_due_at if stage else event.due_at
    if since is None or amount is None or due is None:
        return None
    return calendar_rules.explain(
        Limit(amount, Unit(unit)),
        since=since,
        due=due,
        calendar=calendar.calendar(at),
        hours=calendar.hours(
            place=event.region_path, body=event.body_id, on=calendar_rules.local(since).date()
        ),
    )


def row_of_code(indexes: Sequence[bytes]) -> Actor:
    """Return the holder of the follow code with one of these indexes: reach over that one matter.

    :raises Denied: if no matter has it
    """
    with connection.cursor() as cursor:
        for index in indexes:
            cursor.execute("SELECT event_by_code(%s)", [index])
            if (key := cursor.fetchone()[0]) is not None:
                return holder(key)
    raise Denied


def keywords(*, on: date) -> tuple[Keyword, ...]:
    """Return the words that speak for a class: its name, and the words its code row lists."""
    found: list[Keyword] = []
    for listed in ("event_class", "part_class"):
        for entry in codes.codes(listed, on=on):
            if len(entry.code.lstrip("P")) < 4:
                continue
            words = {entry.name, *entry.attributes.get("keywords", [])}
            found += [Keyword(word, entry.code, len(word)) for word in sorted(words)]
    return tuple(found)


def most_reopens(event: Event) -> int:
    """Return how often a matter may be done again: as promised at closing, else by the codes."""
    return event.most(side.REOPENS) if event.most_reopens is None else event.most_reopens


@codes.stage_names.answered_by
def stage_names(workflow: str) -> dict[str, str]:
    """Return what the states and the span are called that a limit can bear on."""
    if workflow != EVENT.name:
        return {}
    names = {state.value: str(state.label) for state in State if state in EVENT.limits}
    names |= {side.EXTENSION: gettext("延期，每次最多"), side.SUSPENSION: gettext("挂账，最长到")}
    names |= {PART_STAGE: gettext("协办一部分，没有另说时")}
    names |= {side.ANSWER: gettext("等反映人补充，最长")}
    names |= {side.EXTENSIONS: gettext("延期，最多"), side.QUESTIONS: gettext("问反映人，最多")}
    names |= {leaving.SHARE: gettext("强制结案抽查比例"), leaving.MOVES: gettext("转辖区，最多")}
    names |= {leaving.FEW: gettext("强制结案全部抽查，不多于")}
    names |= {side.REOPENS: gettext("反映人说没解决重办，最多")}
    names |= {fair.REOPEN: gettext("结案后可以重办"), fair.CALL_WAIT: gettext("结案后等多久再回访")}
    names |= {fair.CALL_AGAIN: gettext("回访没打通，隔多久再打")}
    names |= {fair.CALL_UNTIL: gettext("回访电话打到何时为止")}
    names |= {
        fair.CALL_FROM: gettext("回访电话几点以后打"),
        fair.CALL_TO: gettext("回访电话几点以前打"),
    }
    names |= {fair.CALLS: gettext("一次回访最多打几次"), fair.CALL_SHARE: gettext("回访比例")}
    names |= {PARTS: gettext("同时请几个单位协办，最多")}
    names |= {A_MINUTE: gettext("同一地址每分钟看附近反映，最多")}
    names |= {A_DAY: gettext("同一地址每天看附近反映，最多")}
    names |= {fair.SETTLED_SHARE: gettext("现场办结的回访比例")}
    names |= {fair.CALL_REST_DAYS: gettext("休息日打不打回访电话，0 不打，1 打")}
    return names | ({EVENT.span.name: gettext(EVENT.span.label)} if EVENT.span else {})


@codes.counted_stages.answered_by
def counted_stages(workflow: str) -> dict[str, str]:
    """Return which limits on a matter are counts, each with its unit."""
    if workflow != EVENT.name:
        return {}
    shares = dict.fromkeys((f"{fair.CALL_SHARE}_{one.value}" for one in Channel), "percent")
    counted = {stage: unit for stage, (unit, _most) in fair.COUNTED.items()}
    times = dict.fromkeys((*side.MOST, *MOST_PARTS, *MOST_LOOKS), "times")
    return times | leaving.UNITS | shares | counted


@audit.topic_names.answered_by
def topic_names() -> dict[str, str]:
    """Return what the acts on a matter are called in the log."""
    names = {f"{EVENT.name}.{verb}": gettext(EVENT.label(verb)) for verb in EVENT.verbs}
    names |= {f"{EVENT.name}.start": gettext("上报"), f"{EVENT.name}.overdue": gettext("逾期")}
    names |= {f"{EVENT.name}.escalate": gettext("逐级提醒")}
    names |= {f"{EVENT.name}.place": gettext("落点"), f"{EVENT.name}.say": gettext("内部说明")}
    names |= {f"{EVENT.name}.count": gettext("申请精确计数")}
    names |= {f"{EVENT.name}.draw": gettext("抽取强制结案复查")}
    names |= {
        f"{EVENT.name}.sample": gettext("抽中复查"),
        f"{EVENT.name}.arrive": gettext("转入本辖区"),
        f"{EVENT.name}.relocate": gettext("随区划调整转入"),
    }
    names |= {
        f"{EVENT.name}.audit": gettext("复查：妥当"),
        f"{EVENT.name}.fault": gettext("复查：不妥"),
    }
    names |= {f"{EVENT.name}.look": gettext("查看反映人联系方式")}
    names |= {f"{EVENT.name}.queue_call": gettext("进入回访队列")}
    names |= {f"{EVENT.name}.take_call": gettext("领取回访")}
    names |= {f"{EVENT.name}.leave_call": gettext("放回回访")}
    names |= {f"{EVENT.name}.miss_call": gettext("回访没打通")}
    names |= {f"{EVENT.name}.end_call": gettext("回访到期")}
    names |= {f"{EVENT.name}.ask_exclusion": gettext("申请剔除")}
    names |= {f"{EVENT.name}.exclude": gettext("同意剔除")}
    names |= {f"{EVENT.name}.keep_counted": gettext("不同意剔除")}
    names |= {f"{EVENT.name}.count_again": gettext("撤销剔除")}
    names |= {f"{EVENT.name}.recount": gettext("按日历重新计算期限")}
    names |= {f"{EVENT.name}.import": gettext("导入历史事项")}
    names |= {f"{EVENT.name}.import_run": gettext("一次历史事项导入")}
    names |= joint_words.topics()
    names |= {"hot.find": gettext("热点计算")}
    names |= {"hot.set_aside": gettext("搁置热点")}
    names |= {"classes.train": gettext("训练分类模型"), "classes.use": gettext("改用分类模型")}
    names |= {"classes.release": gettext("恢复自动更换分类模型")}
    names |= {"precedent.register": gettext("登记判例")}
    names |= {"precedent.revoke": gettext("撤销判例")}
    names |= {"campaign.open": gettext("开专项")}
    names |= {"campaign.attach": gettext("纳入专项")}
    names |= {"campaign.detach": gettext("移出专项")}
    names |= {"campaign.note": gettext("专项记事")}
    names |= {"campaign.close": gettext("专项办结")}
    return names | {f"{EVENT.name}.publish": gettext("公布数字")}


@accounts.acts_of.answered_by
def acts_of(roles: Collection[str]) -> list[str]:
    """Return which acts on a matter these roles open."""
    held = set(roles)
    opens = [] if held.isdisjoint(EVENT.opened_by) else [gettext("上报")]
    return opens + [gettext(move.label) for move in EVENT.moves if not held.isdisjoint(move.by)]


def majors(*, on: date) -> list[str]:
    """Return the majors of both class lists, by which a list is narrowed."""
    listed = [*codes.codes("event_class", on=on), *codes.codes("part_class", on=on)]
    return [entry.code for entry in listed if len(entry.code.lstrip("P")) == 2]


def exact_count(filters: Filters, *, actor: Actor, at: datetime) -> int | None:
    """Return how many matters the filters keep, every row counted; None where it takes too long."""
    return counting.exact(lists.Asked.of(filters, actor=actor, at=at))


@dataclass(frozen=True, slots=True)
class Month:
    """What was reported and done in one month (月度情况)."""

    reported: int
    closed: int
    on_time: int
    reopened: int


def month(*, of: Period, actor: Actor, at: datetime) -> Month:
    """Return the figures of the residents' page: the same measures as on the desk."""
    scope = figures.Scope(settings.QUANYU_CITY)
    bases = ("reported", "closed")
    found = figures.tallies(scope, of, by="channel", actor=actor, at=at, bases=bases)
    said = figures.whole(found).counts
    return Month(*(int(said[code] or 0) for code in PUBLISHED))


MONTH = "month"
"""The key of the published figures of the last full month."""


def last_month(at: datetime) -> Period:
    """Return the last full month, on the clock of the city."""
    return holding(calendar_rules.local(at).date(), Grain.MONTH).before()


def published(key: str) -> dict[str, Any]:
    """Return published figures, or nothing; everybody may read them."""
    return Published.objects.filter(key=key).values_list("value", flat=True).first() or {}


def span_of_time(*, actor: Actor) -> tuple[datetime | None, datetime | None]:
    """Return when the first and the last matter within reach came in."""
    rows = Event.objects.visible_to(actor)
    ends = rows.aggregate(first=Min("reported_at"), last=Max("reported_at"))
    return ends["first"], ends["last"]


def names_of(steps: Sequence[Any]) -> set[UUID]:
    """Return the accounts that acted in some steps."""
    return {step.actor_id for step in steps if step.actor_id}
