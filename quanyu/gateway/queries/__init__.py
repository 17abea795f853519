"""Reads: other systems, what their codes mean, their orders and what they are told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from quanyu.events.queries import forwarded
from quanyu.gateway import rules
from quanyu.gateway.models import Answer, Batch, Match, Order, Source, Token
from quanyu.gateway.rules import Kind, Meaning
from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.audit import queries as audit
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.errors import Denied
from quanyu.kernel.paging import part
from quanyu.kernel.privacy.fields import ring
from quanyu.regions.queries import bound
from quanyu.regions.queries.bound import Bound, Tied

PAGE, COUNT_TO = 100, 10_000
LATELY = timedelta(days=90)
"""So far back codes are looked for that mean nothing yet."""

TOKEN = "gateway.token"


# ------------------------------------------------------------------ systems


def sources(*, is_open: bool = False) -> list[Source]:
    """Return the systems that were registered, or those that may still send."""
    rows = Source.objects.order_by("code")
    return list(rows.filter(closed_at=None) if is_open else rows)


def source_of(code: str) -> Source | None:
    """Return the system of that code, if it may still send."""
    return Source.objects.filter(code=code, closed_at=None).first()


@bound.bound.answered_by
def at_places(paths: Sequence[str], actor: Actor, at: datetime) -> tuple[Bound, ...]:
    """Return the systems that send for just these places: who keeps them says for which instead."""
    rows = Source.objects.filter(region_path__in=paths, closed_at=None).order_by("code")
    url = reverse("desk_sources")
    tied = [
        Tied(
            one.region_path,
            label(one),
            one.code,
            url if kept_by(one, actor, rules.OPENS_SOURCES) else "",
        )
        for one in rows
    ]
    return (Bound("sources", _("来源系统"), tuple(tied), stays=True),)


def label(source: Source) -> str:
    """Return what a system is called in the reader's language."""
    is_english = (get_language() or "").startswith("en")
    return source.name_en if is_english and source.name_en else source.name


def kept_by(source: Source, actor: Actor, roles: frozenset[Any]) -> bool:
    """Answer whether a person holds one of these roles over all of a system's place."""
    return bool(roles & actor.roles_at(source.region_path))


def tokens(source: Source) -> list[Token]:
    """Return the tokens of a system, the newest first; none of them can be read."""
    return list(Token.objects.filter(source=source).order_by("-made_at"))


def standing(token: Token, *, at: datetime) -> str:
    """Return how a token stands: waiting, open, over or revoked."""
    if token.revoked_at is not None:
        return "revoked"
    if token.ends_at <= at:
        return "over"
    return "open" if token.confirmed_at is not None else "waiting"


def source_by_token(secret: str, *, at: datetime) -> Source | None:
    """Return the system that a token lets in; None where it opens nothing."""
    found = Token.objects.filter(mark__in=ring().marks(secret, column=TOKEN), ends_at__gt=at)
    found = found.filter(confirmed_at__isnull=False, revoked_at=None, source__closed_at=None)
    token = found.select_related("source").first()
    return token.source if token else None


def actor_of(source: Source) -> Actor:
    """Return as whom another system acts: the system itself, in its own name, at its place."""
    return replace(system(source.region_path, job=f"gateway.{source.code}"), name=source.name)


def reaching_own(source: Source) -> Actor:
    """Return as whom another system acts on an order of its own, wherever its matter has gone.

    All that is asked for with it is named by the system's own numbers.
    """
    return replace(system(settings.QUANYU_CITY, job=f"gateway.{source.code}"), name=source.name)


def names_of(keys: Sequence[UUID | None]) -> Mapping[UUID, str]:
    """Return what some administrators are called."""
    return accounts.account_names([key for key in keys if key is not None])


# ------------------------------------------------------------------ what codes mean


def meanings(source: Source) -> list[Meaning]:
    """Return everything that was ever said of a system's codes."""
    rows = Match.objects.filter(source=source)
    values = rows.values_list("kind", "said", "code", "valid_from", "valid_to")
    return [Meaning(*row) for row in values]


def matches_asked(asked: Mapping[str, str], *, on: date) -> QuerySet[Match]:
    """Return every meaning that the page of this address shows, in its order."""
    rows = Match.objects.select_related("source")
    if asked.get("standing") != "all":
        rows = rows.filter(Q(valid_to=None) | Q(valid_to__gte=on))
    for name in ("kind", "source"):
        if asked.get(name):
            rows = rows.filter(**{"source__code" if name == "source" else name: asked[name]})
    if asked.get("q"):
        said = asked["q"].strip()
        named = Q(said__startswith=said) | Q(said_name__contains=said) | Q(code__startswith=said)
        rows = rows.filter(named)
    return rows.order_by("source__code", "kind", "said", "-valid_from")


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A code that came and means nothing here yet (待对照)."""

    source: Source
    kind: str
    said: str
    name: str
    count: int
    first: datetime
    last: datetime


def unmatched(*, actor: Actor, at: datetime) -> list[Unmatched]:
    """Return the codes of late orders within reach that nobody has given a meaning for today."""
    known = {source.pk: source for source in sources(is_open=True)}
    found: list[Unmatched] = []
    for kind, column in COLUMNS.items():
        rows = Order.objects.visible_to(actor).filter(taken_at__gte=at - LATELY)
        rows = rows.filter(source__in=known).exclude(**{column: ""})
        grouped = rows.values("source_id", column).annotate(
            count=Count("id"), first=Min("taken_at"), last=Max("taken_at"), name=Max("class_name")
        )
        found += [_unmatched(known[row["source_id"]], kind, row[column], row) for row in grouped]
    today = local(at).date()
    said = {key: meanings(source) for key, source in known.items()}
    left = [
        one for one in found if not rules.meant(said[one.source.pk], one.kind, one.said, on=today)
    ]
    return sorted(left, key=lambda one: (-one.count, one.source.code, one.said))


COLUMNS = {Kind.CLASS: "class_said", Kind.BODY: "body_said", Kind.PRIORITY: "priority_said"}


def _unmatched(source: Source, kind: Kind, said: str, row: Mapping[str, Any]) -> Unmatched:
    name = row["name"] if kind is Kind.CLASS else ""
    return Unmatched(source, kind.value, said, name, row["count"], row["first"], row["last"])


# ------------------------------------------------------------------ orders


def order_of(source: Source, number: str, *, actor: Actor, lock: bool = False) -> Order | None:
    """Return one order of a system within reach, if it came."""
    rows = Order.objects.visible_to(actor).filter(source=source, number=number)
    rows = rows.select_related("event")
    return (rows.select_for_update(of=("self",)) if lock else rows).first()


def matter_of(order: Order) -> Any:
    """Return the matter of an order as it stands now."""
    order.event.refresh_from_db()
    return order.event


def said(order: Order) -> rules.Said:
    """Return what a system said last of an order; who called is not kept here."""
    return rules.Said(
        number=order.number,
        contents=order.contents,
        lon=order.lon,
        lat=order.lat,
        coordinates=order.coordinates,
        urged=order.urged,
        is_confidential=order.is_confidential,
    )


def orders_asked(asked: Mapping[str, str], *, actor: Actor) -> QuerySet[Order]:
    """Return every order that the page of this address shows, the newest first."""
    rows = Order.objects.visible_to(actor).select_related("event", "source")
    if asked.get("source"):
        rows = rows.filter(source__code=asked["source"])
    if asked.get("standing"):
        rows = rows.filter(STANDINGS.get(asked["standing"], Q()))
    if asked.get("q"):
        said = asked["q"].strip()
        named = Q(number__startswith=said) | Q(event__number=said)
        rows = rows.filter(named | Q(contents__contains=said))
    return rows.order_by("-id")


WATCHED, AT_ONCE = timedelta(days=60), 500
"""So long after its end an order is looked after: it may be reopened or sent back."""


def untold(*, actor: Actor) -> list[UUID]:
    """Return the matters whose story has gone on since their source was told last."""
    rows = Order.objects.visible_to(actor).filter(is_watched=True, event__version__gt=F("told"))
    return list(rows.order_by("id").values_list("event_id", flat=True)[:AT_ONCE])


IS_LATER = Q(event__due_at__gt=F("due_said"), event__closed_at=None)
STANDINGS = {
    "open": Q(event__closed_at=None),
    "later": IS_LATER,
    "unclassed": Q(event__category=""),
    "urged": Q(urged__gt=0),
    "withdrawn": Q(withdrawn_at__isnull=False),
    "returned": Q(returned__gt=0),
}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; ``after`` opens the next one."""

    rows: list[Any]
    after: str
    count: int

    @property
    def total(self) -> str:
        """Return how many there are, exactly to ten thousand."""
        return f"{self.count:,}" if self.count <= COUNT_TO else f"{COUNT_TO:,}+"


def page_of(rows: QuerySet[Any], after: str) -> Page:
    """Return one page of rows that stand newest first."""
    count = rows.order_by()[: COUNT_TO + 1].count()
    found = list(rows.filter(id__lt=_key(after))[: PAGE + 1] if after else rows[: PAGE + 1])
    more = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    return Page(found[:PAGE], more, count)


def match_page(asked: Mapping[str, str], *, on: date, after: str) -> Page:
    """Return one page of meanings, in the order of their codes."""
    rows = matches_asked(asked, on=on)
    found, more = part(rows, after)
    return Page(found, more, rows.order_by().count())


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


# ------------------------------------------------------------------ answers


def answers_asked(asked: Mapping[str, str], *, actor: Actor) -> QuerySet[Answer]:
    """Return every answer that the page of this address shows, the last one first."""
    rows = Answer.objects.visible_to(actor).select_related("order", "event", "source", "batch")
    names = {"source": "source__code", "batch": "batch__number", "kind": "kind"}
    for name, column in names.items():
        value = asked.get(name, "")
        if value and (name != "batch" or value.isdecimal()):
            rows = rows.filter(**{column: value})
    if asked.get("standing"):
        rows = rows.filter(ANSWERED.get(asked["standing"], Q()))
    if asked.get("q"):
        said = asked["q"].strip()
        rows = rows.filter(Q(order__number__startswith=said) | Q(event__number=said))
    return rows.order_by("seq") if asked.get("batch") else rows.order_by("-id")


WAITING = Q(batch=None, acknowledged_at=None, sent_back_at=None)
ANSWERED = {
    "waiting": WAITING,
    "given": Q(batch__isnull=False) | Q(acknowledged_at__isnull=False),
    "sent_back": Q(sent_back_at__isnull=False),
}


def answers_since(source: Source, after: int, size: int, *, actor: Actor) -> list[Answer]:
    """Return what a system was not told yet, in order."""
    rows = Answer.objects.visible_to(actor).filter(source=source, seq__gt=after)
    return list(rows.select_related("order", "event").order_by("seq")[:size])


def answer_of(source: Source, seq: int, *, actor: Actor, lock: bool = False) -> Answer:
    """Return one answer to a system.

    :raises Denied: if it has none of that number within reach
    """
    rows = Answer.objects.visible_to(actor).filter(source=source, seq=seq)
    rows = rows.select_related("order", "event")
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise Denied
    return found


def waiting(source: Source, *, actor: Actor) -> QuerySet[Answer]:
    """Return what a system is still to be told by file."""
    return Answer.objects.visible_to(actor).filter(WAITING, source=source).order_by("seq")


def batches(source: Source) -> list[Batch]:
    """Return the last files of answers that were handed over."""
    return list(Batch.objects.filter(source=source).order_by("-number")[:10])


# ------------------------------------------------------------------ asked by others


@forwarded.elsewhere.answered_by
def facts(*, event_id: UUID, actor: Actor, at: datetime) -> Sequence[Mapping[str, str]]:
    """Return what the system that sent a matter says of it, for its page."""
    order = (
        Order.objects.visible_to(actor)
        .select_related("source", "event")
        .filter(event_id=event_id)
        .first()
    )
    if order is None:
        return ()
    url = f"{reverse('desk_orders')}?q={order.number}" if rules.READS & actor.roles else ""
    name = label(order.source)
    found = [{"label": _("来源工单"), "value": order.number, "url": url, "note": name}]
    if order.due_said:
        found.append(_due(order))
    if order.body_code:
        found.append(_fact(_("热线建议的承办单位"), order.body_code))
    if order.class_said and not order.class_code:
        said = " ".join([order.class_said, order.class_name]).strip()
        found.append(_fact(_("对方类别"), said, note=_("还没有对照")))
    if order.returned:
        count = order.returned
        found.append(_fact(_("来源退回"), ngettext("{n} 次", "{n} 次", count).format(n=count)))
    return found


def _due(order: Order) -> dict[str, str]:
    due = order.due_said
    is_later = rules.is_later(order.event.due_at, due) and order.event.closed_at is None
    note = _("早于我方期限，请提前办或申请延期") if is_later else ""
    value = local(due).strftime("%Y-%m-%d %H:%M") if due else ""
    return _fact(_("热线要求答复"), value, note=note)


def _fact(label: str, value: str, *, note: str = "") -> dict[str, str]:
    return {"label": label, "value": value, "url": "", "note": note}


@audit.topic_names.answered_by
def topic_names() -> dict[str, str]:
    """Return what the log calls the acts of this package."""
    return {
        "gateway.register": _("登记来源系统"),
        "gateway.close": _("停用来源系统"),
        "gateway.issue": _("生成接口令牌"),
        "gateway.confirm": _("核准接口令牌"),
        "gateway.revoke": _("吊销接口令牌"),
        "gateway.match": _("设定代码对照"),
        "gateway.take": _("收下热线工单"),
        "gateway.change": _("更新热线工单"),
        "gateway.answer": _("生成对外答复"),
        "gateway.acknowledge": _("对方签收答复"),
        "gateway.send_back": _("对方退回答复"),
        "gateway.give": _("生成答复批次"),
    }
