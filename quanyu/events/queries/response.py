"""Which calls and cards each measure counts: the figure and the list behind it ask the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value

from quanyu.events.figures.response import MEASURES, RESPONSE
from quanyu.events.models import Event, SupervisionCard, WhistleCall, WhistlePart
from quanyu.events.queries.figures import Window, window
from quanyu.events.rules import whistle as rules
from quanyu.events.workflow.cards import CardState
from quanyu.events.workflow.whistle import CALL
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.calendar.rules import Limit, Unit, local
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.figures.rules import Figure, Period, Reckoning
from quanyu.kernel.figures.rules import figures as reckoned

STREET = "^(?:[^/]+/){4}"
"""The way down to the street of a place."""

MOST_BEHIND = 200
OVER = [CardState.WITHDRAWN, CardState.ESCALATED]


@dataclass(slots=True)
class Street:
    """What one street whistled in a period, beside what was reported there; no person in it."""

    path: str
    kinds: dict[str, int] = field(default_factory=dict)
    matters: int = 0

    @property
    def calls(self) -> int:
        """Return how many calls those are."""
        return sum(self.kinds.values())


def counted(code: str, period: Period, *, actor: Actor, at: datetime) -> "QuerySet[Any]":
    """Return the rows of one measure in one period: calls, parts of calls, or cards.

    :raises Invalid: if there is no such measure
    """
    if code not in MEASURES:
        raise Invalid(_("没有这个计数项"), field="figure", value=code, allowed=sorted(MEASURES))
    given = window(period, at=at)
    rows = {"called": _calls, "answer_due": _parts, "card_due": _cards}[MEASURES[code].basis]
    return rows(code, given, actor=actor)


def figures(name: str, period: Period, *, actor: Actor, at: datetime) -> list[Figure]:
    """Return the figures of a set for one period."""
    chosen = RESPONSE.chosen(name, on=period.since)
    codes_ = {code for metric in chosen for code in metric.measures}
    counts = {code: counted(code, period, actor=actor, at=at).count() for code in sorted(codes_)}
    return reckoned(chosen, counts, registry=RESPONSE, given=Reckoning())


def streets(period: Period, *, actor: Actor, at: datetime) -> list[Street]:
    """Return the calls of each street within reach by kind, beside the matters reported there.

    In the order of the streets' codes; a street without calls is left out.
    """
    given = window(period, at=at)
    found: dict[str, Street] = {}
    rows = _called(given, actor=actor).order_by().annotate(street=_street())
    for path, kind, count in rows.values_list("street", "kind").annotate(n=Count("pk")):
        found.setdefault(path, Street(path)).kinds[kind] = count
    matters = Event.objects.visible_to(actor)
    matters = matters.filter(reported_at__gte=given.since, reported_at__lt=given.until)
    by_street = matters.order_by().annotate(street=_street()).values_list("street")
    for path, count in by_street.annotate(n=Count("pk")):
        if path in found:
            found[path].matters = count
    return [found[path] for path in sorted(found)]


def repeat_span(at: datetime) -> timedelta:
    """Return how soon a call of the same kind at the same place counts as a repeat."""
    row = codes.limit(workflow=CALL.name, stage=rules.REPEAT, on=local(at).date())
    limit = Limit(row.amount, Unit(row.unit)) if row else rules.FALLBACK[rules.REPEAT]
    return rules.as_timedelta(limit)


# ------------------------------------------------------------------ which rows


def _called(given: Window, *, actor: Actor) -> "QuerySet[WhistleCall]":
    rows: QuerySet[WhistleCall] = WhistleCall.objects.visible_to(actor)
    rows = rows.filter(called_at__gte=given.since, called_at__lt=given.until)
    return rows.order_by("-called_at", "-id")


def _calls(code: str, given: Window, *, actor: Actor) -> "QuerySet[WhistleCall]":
    said = WhistlePart.objects.visible_to(actor).filter(call=OuterRef("pk"))
    judged = Q(is_needed__isnull=False) | Q(Exists(said.filter(is_needed__isnull=False)))
    needless = Q(is_needed=False) | Q(Exists(said.filter(is_needed=False)))
    before = WhistleCall.objects.visible_to(actor).filter(
        region_path=OuterRef("region_path"),
        kind=OuterRef("kind"),
        called_at__lt=OuterRef("called_at"),
        called_at__gte=OuterRef("called_at") - repeat_span(given.at),
    )
    kept: Mapping[str, Q] = {
        "calls": Q(),
        "judged": judged,
        "needless": needless,
        "repeats": Q(Exists(before)),
    }
    return _called(given, actor=actor).filter(kept[code])


def _parts(code: str, given: Window, *, actor: Actor) -> "QuerySet[WhistlePart]":
    rows = WhistlePart.objects.visible_to(actor).filter(
        call__answer_due_at__gte=given.since, call__answer_due_at__lt=given.until
    )
    rows = rows.filter(Q(call__answer_due_at__lt=given.at) | Q(reported_at__isnull=False))
    if code == "came":
        rows = rows.filter(reported_at__lte=F("call__answer_due_at"))
    return rows.select_related("call").order_by("-call__called_at", "id")


def _cards(code: str, given: Window, *, actor: Actor) -> "QuerySet[SupervisionCard]":
    rows: QuerySet[SupervisionCard] = SupervisionCard.objects.visible_to(actor)
    rows = rows.filter(first_due_at__gte=given.since, first_due_at__lt=given.until)
    rows = rows.filter(Q(first_due_at__lt=given.at) | Q(first_answered_at__isnull=False))
    taken = Q(state__in=OVER, first_answered_at=None, ended_at__lte=F("first_due_at"))
    rows = rows.exclude(taken)
    if code == "answered":
        rows = rows.filter(first_answered_at__lte=F("first_due_at"))
    return rows.order_by("-raised_at", "-id")


def _street() -> Func:
    return Func(F("region_path"), Value(STREET), function="substring", output_field=TextField())
