"""What holds for reopening and calling back at a place and on a day, and who waits for a call."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from quanyu.events.models import Callback, Event, Exclusion
from quanyu.events.rules import fair
from quanyu.events.rules.fair import Decision
from quanyu.events.workflow import EVENT, State
from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.calendar.rules import due, local
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Refusal
from quanyu.kernel.notices.rules import allowed_at
from quanyu.kernel.workflow import clocks

PROMISED = (State.CLOSED, State.RATED, State.SETTLED, State.FORCED)
"""How a matter ends whose reporter is told until when it may be done again."""

CALLED = (State.CLOSED, State.SETTLED)
"""How a matter ends whose reporter may be called back."""

MOST_CALLS_SHOWN, MOST_ENDED, MOST_EXCLUSIONS = 50, 100, 200


def count(event: Event, stage: str, *, at: datetime) -> int:
    """Return how often, or how many of a hundred, by the city's codes here and now."""
    limit = codes.limit(
        workflow=EVENT.name,
        stage=stage,
        class_code=event.category,
        place=event.region_path,
        on=local(at).date(),
    )
    return limit.amount if limit else fair.COUNTED[stage][1]


def share(event: Event, *, at: datetime) -> int:
    """Return how many of a hundred are called back: of the channel, where it has its own share.

    What was settled on the spot, checked by nobody, has a share of its own.
    """
    if event.state == State.SETTLED:
        return count(event, fair.SETTLED_SHARE, at=at)
    own = f"{fair.CALL_SHARE}_{event.channel}"
    day = local(at).date()
    if codes.limit(workflow=EVENT.name, stage=own, place=event.region_path, on=day):
        return count(event, own, at=at)
    return count(event, fair.CALL_SHARE, at=at)


def ends(event: Event, stage: str, *, at: datetime) -> datetime:
    """Return when a limit of closing runs out that begins now, by the city's codes."""
    limit, _clause = clocks.limit_of(event, stage, at=at)
    return due(limit or fair.FALLBACK[stage], since=at, calendar=calendar.calendar(at))


def is_reopenable(event: Event, *, at: datetime) -> bool:
    """Answer whether the reporter may still have it done again."""
    return fair.is_reopenable(event, reopen_until(event), at=at)


def reopen_until(event: Event) -> datetime | None:
    """Return until when it may be done again: as promised at closing.

    What was closed before there was such a promise has what the rule of its day says.
    """
    if event.reopen_until is not None or event.closed_at is None:
        return event.reopen_until
    is_promised = event.state in PROMISED
    return ends(event, fair.REOPEN, at=event.closed_at) if is_promised else None


def check_reopening(event: Event, *, at: datetime) -> None:
    """Refuse to do it again once the days promised at closing are over.

    :raises ReopenOver: if so
    """
    until = reopen_until(event)
    fair.check_reopening(until, day=f"{local(until):%m-%d}" if until else "", at=at)


# ------------------------------------------------------------------ calls


def callback(event: Event, *, actor: Actor) -> Callback | None:
    """Return the call that waits for this matter, or None."""
    rows = Callback.objects.visible_to(actor).filter(event=event, ended_at=None)
    return rows.first()


def open_callback(event: Event, *, actor: Actor) -> Callback:
    """Return the call that waits for this matter.

    :raises Refusal: if none waits
    """
    found = callback(event, actor=actor)
    if found is None:
        raise Refusal(fair.NO_CALL, field="callback", value=event.number)
    return found


def allowed(event: Event, *, at: datetime) -> datetime:
    """Return the first moment from now on at which a reporter may be called."""
    from_, to = (_hour(event, stage, at=at) for stage in (fair.CALL_FROM, fair.CALL_TO))
    on_rest_days = count(event, fair.CALL_REST_DAYS, at=at) > 0
    quiet = fair.quiet(from_, to, rest_days=on_rest_days)
    return allowed_at(at, quiet, calendar=calendar.calendar(at))


def check_hours(event: Event, *, at: datetime) -> None:
    """Refuse to call somebody back outside the hours of calls, and name the hours.

    :raises NotNow: if it is quiet
    """
    opens = allowed(event, at=at)
    if opens <= at:
        return
    on_rest_days = count(event, fair.CALL_REST_DAYS, at=at) > 0
    raise fair.NotNow(
        fair.QUIET_AT_NIGHT if on_rest_days else fair.QUIET_ON_REST_DAYS,
        field="reason",
        begins=_hour(event, fair.CALL_FROM, at=at),
        ends=_hour(event, fair.CALL_TO, at=at),
        when=f"{local(opens):%m-%d %H:%M}",
    )


def _hour(event: Event, stage: str, *, at: datetime) -> int:
    limit, _clause = clocks.limit_of(event, stage, at=at)
    return (limit or fair.FALLBACK[stage]).amount


def waiting(*, actor: Actor, at: datetime) -> list[Callback]:
    """Return the calls that may be made now by this person, what has waited longest first."""
    rows = _waiting(actor, at=at).exclude(_own(actor))
    free = rows.filter(Q(event__called_by=None) | Q(taken_at__lt=at - fair.HOLDS))
    mine = rows.filter(event__called_by=actor.id, taken_at__gte=at - fair.HOLDS)
    both = (free | mine).select_related("event").order_by("next_at", "id")
    return list(both[:MOST_CALLS_SHOWN])


def later(*, actor: Actor, at: datetime) -> int:
    """Return how many calls are to be made later."""
    rows = Callback.objects.visible_to(actor).filter(ended_at=None, next_at__gt=at, until__gt=at)
    return rows.filter(event__state__in=CALLED).count()


def own(*, actor: Actor, at: datetime) -> int:
    """Return how many calls wait that another must make: the matter is this person's own work."""
    return _waiting(actor, at=at).filter(_own(actor)).count()


def _waiting(actor: Actor, *, at: datetime) -> "QuerySet[Callback]":
    rows: QuerySet[Callback] = Callback.objects.visible_to(actor)
    return rows.filter(ended_at=None, next_at__lte=at, until__gt=at, event__state__in=CALLED)


def _own(actor: Actor) -> Q:
    lists = ("dispatched_by", "handled_by", "checked_by")
    found = Q()
    for name in lists:
        found |= Q(**{f"event__{name}__contains": [actor.id]})
    return found


def lapsed(*, actor: Actor, at: datetime) -> list[UUID]:
    """Return the matters whose call was not made in time."""
    rows = Callback.objects.visible_to(actor).filter(ended_at=None, until__lte=at)
    return list(rows.order_by("id").values_list("event_id", flat=True)[:MOST_ENDED])


# ------------------------------------------------------------------ leaving out of the rates


def exclusion(event: Event, *decisions: Decision, actor: Actor) -> Exclusion | None:
    """Return the request that waits, or the decision that stands, or None."""
    rows = Exclusion.objects.visible_to(actor).filter(event=event, decision__in=decisions)
    return rows.order_by("-id").first()


def exclusions(decision: str, *, actor: Actor) -> Sequence[Exclusion]:
    """Return what waits for review, or what is left out of the rates, the newest first."""
    rows = Exclusion.objects.visible_to(actor).filter(decision=decision)
    return list(rows.select_related("event").order_by("-id")[:MOST_EXCLUSIONS])


def asker_of_exclusion(event: Event) -> list[UUID]:
    """Return who asked last that a matter leave the rates, to be told what was decided."""
    worker = system(event.region_path, job="events.tell")
    rows = Exclusion.objects.visible_to(worker).filter(event=event)
    return list(rows.order_by("-id").values_list("asked_by", flat=True)[:1])


# ------------------------------------------------------------------ reported again


def before(event: Event, *, actor: Actor) -> str:
    """Return the number of the matter that this one was reported again from, within reach."""
    if event.repeat_of_id is None:
        return ""
    rows = Event.objects.visible_to(actor).filter(pk=event.repeat_of_id)
    return rows.values_list("number", flat=True).first() or ""


def again(event: Event, *, actor: Actor) -> list[str]:
    """Return the numbers of the reports that came again from this matter."""
    if event.closed_at is None:
        return []
    rows = Event.objects.visible_to(actor).filter(repeat_of=event.pk)
    return list(rows.order_by("id").values_list("number", flat=True)[:5])
