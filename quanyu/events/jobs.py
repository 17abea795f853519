"""What follows an act, and what the clock brings."""

import logging
from contextlib import suppress
from datetime import datetime
from functools import partial
from secrets import token_hex
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from quanyu.events import actions, queries, rules, schemas
from quanyu.events.actions import calling, cards, owed, relocating, whistle
from quanyu.events.queries import (
    asked_counts,
    classing,
    closing,
    counting,
    gone,
    hot,
    lists,
    merging,
    standing,
)
from quanyu.events.queries import whistle as calls
from quanyu.events.queries.relocating import stragglers
from quanyu.events.rules.joint import TOLD as TOLD_JOINT
from quanyu.events.workflow import EVENT
from quanyu.kernel.access.rules import system
from quanyu.kernel.access.scope import acting, batch_by_batch, one_by_one
from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.calendar.rules import local, moment_of
from quanyu.kernel.jobs.rules import Listener, every, on, ready

logger = logging.getLogger(__name__)

FRESH = 20
"""With fewer matters ended since the last time, a night's learning is left out."""

TOLD = ("acknowledge", "handle", *rules.AUDIENCES, *sorted(rules.ADDED))


@on("event.start")
def suggest_class(case: UUID, at: datetime) -> None:
    """Set down which class the words of the report speak for, by the model if there is one."""
    from quanyu.events.engine import classes, judging

    worker = system(settings.QUANYU_CITY, job="events.suggest_class")
    actions.learn_words(keys=[case], actor=worker, at=at)  # in one job: a report waits for none
    used, found = classing.active(), None
    if used is not None:
        text = queries.one(event_id=case, actor=worker).text
        keywords = queries.keywords(on=local(at).date())
        try:
            model = classes.load(classing.file_of(used.sha256), used.sha256)
            found = judging.judge(text, keywords, model=model, version=used.version)
        except classes.Unreadable as fault:
            logger.warning("model %s: %s; the word list suggests", used.version, fault)
    actions.suggest(event_id=case, suggestion=found, actor=worker, at=at)


@ready
def warm() -> None:
    """Read the model in use before the first matter comes: its suggestion stands at once."""
    from quanyu.events.engine import classes

    with acting(system(settings.QUANYU_CITY, job="events.warm")):
        used = classing.active()
    if used is not None:
        with suppress(classes.Unreadable):
            classes.load(classing.file_of(used.sha256), used.sha256).margins("warm")


@every("20 2 * * * 10", in_one=False)
def train_classes(at: datetime) -> None:
    """Learn anew at night, where enough matters have ended since."""
    worker = system(settings.QUANYU_CITY, job="events.train_classes")
    with acting(worker):
        last = classing.newest()
        fresh = classing.how_many_since(last.trained_at if last else None, actor=worker)
    if fresh >= FRESH:
        learn_classes(at)


def learn_classes(at: datetime) -> int | None:
    """Learn a model, weigh it against the one in use, and keep it; return its version, if any.

    No transaction stands open while it learns: that takes seconds.
    """
    from quanyu.events.engine import classes, lessons

    worker = system(settings.QUANYU_CITY, job="events.train_classes")
    with acting(worker):
        examples = classing.examples(actor=worker)
        keywords = queries.keywords(on=local(at).date())
        used = classing.active()
    old = None
    if used is not None:
        with suppress(classes.Unreadable):
            old = classes.load(classing.file_of(used.sha256), used.sha256)
    lesson = lessons.learn(examples, keywords, old=old)
    if lesson is None:
        return None
    trained = actions.Trained(
        sha256=classes.save(lesson.model, classing.folder()),
        learned=lesson.learned,
        kept_back=lesson.kept_back,
        macro_f1=lesson.macro_f1,
        old_version=used.version if used else 0,
        old_f1=lesson.old_f1,
        classes=lesson.classes,
    )
    with acting(worker):
        version = actions.keep_model(trained=trained, actor=worker, at=at).version
        needed = classing.kept_files()
    classes.sweep(classing.folder(), needed=needed)
    return version


@every("* * * * * 10", in_one=False)
def escalate(at: datetime) -> None:
    """Tell whom the rungs name that are due, some dozens of matters in one transaction."""
    worker = system(settings.QUANYU_CITY, job="events.escalate")
    batch_by_batch(partial(actions.escalate_due, actor=worker, at=at), actor=worker)
    for kind in owed.KINDS:
        while owed.escalate_owed_due(kind=kind, actor=worker, at=at):
            pass


@every("*/5 * * * * 20", in_one=False)
def wake(at: datetime) -> None:
    """Have what was suspended until today wait for a decision."""
    worker = system(settings.QUANYU_CITY, job="events.wake")
    one_by_one(partial(standing.due, at=at), actions.wake, name="event_id", actor=worker, at=at)


@on("event.close", is_news=True)
def queue_call(case: UUID, at: datetime) -> None:
    """Put a closed matter on the list of call-backs."""
    worker = system(settings.QUANYU_CITY, job="events.queue_call")
    actions.queue_call(event_id=case, actor=worker, at=at)


@on("event.settle", is_news=True)
def queue_call_of_settled(case: UUID, at: datetime) -> None:
    """Put some of what was settled on the spot on the list too: nobody else has checked it."""
    worker = system(settings.QUANYU_CITY, job="events.queue_call_of_settled")
    actions.queue_call(event_id=case, actor=worker, at=at)


@on("event.close_with", is_news=True)
def queue_call_of_merged(case: UUID, at: datetime) -> None:
    """Put one that was handled together with another on the list too: each reporter is asked."""
    worker = system(settings.QUANYU_CITY, job="events.queue_call_of_merged")
    actions.queue_call(event_id=case, actor=worker, at=at)


@on("event.settle_with", is_news=True)
def queue_call_of_settled_with(case: UUID, at: datetime) -> None:
    """Put some of what was settled together with another on the list too."""
    worker = system(settings.QUANYU_CITY, job="events.queue_call_of_settled_with")
    actions.queue_call(event_id=case, actor=worker, at=at)


@every("*/10 * * * * 50", in_one=False)
def end_calls(at: datetime) -> None:
    """Let the calls be whose last day is over."""
    worker = system(settings.QUANYU_CITY, job="events.end_calls")
    one_by_one(
        partial(closing.lapsed, at=at), actions.end_call, name="event_id", actor=worker, at=at
    )


RUNS = set(EVENT.span.runs) if EVENT.span else set()
PAUSED = {"suspended", "reviewing", "waiting"}


def _going_on(verb: str) -> Listener:
    def go_on(case: UUID, at: datetime) -> None:
        worker = system(settings.QUANYU_CITY, job=f"events.parts_after_{verb}")
        actions.go_on_parts(event_id=case, actor=worker, at=at)

    go_on.__name__ = go_on.__qualname__ = f"parts_after_{verb}"
    return go_on


GO_ON = {
    verb: on(f"{EVENT.name}.{verb}")(_going_on(verb))
    for verb in sorted({m.verb for m in EVENT.moves if m.target in RUNS and PAUSED & set(m.source)})
}
"""What stands still lets its parts stand still."""


def _following(verb: str) -> Listener:
    def follow(case: UUID, at: datetime) -> None:
        worker = system(settings.QUANYU_CITY, job=f"events.follow_{verb}")
        found = partial(merging.merged_with, case)
        one_by_one(found, actions.follow_main, name="event_id", actor=worker, at=at)

    follow.__name__ = follow.__qualname__ = f"follow_{verb}"
    return follow


FOLLOWS = {
    verb: on(f"{EVENT.name}.{verb}", is_apart=True)(_following(verb))
    for verb in ("close", "settle", "refuse", "void", "force_close", "forward")
}
"""What is handled together ends together."""


@on("event.overrule", is_apart=True)
def go_on_together(case: UUID, at: datetime) -> None:
    """Have what was ended unsolved with a matter be done with it after all."""
    worker = system(settings.QUANYU_CITY, job="events.go_on_together")
    found = partial(merging.forced_with, case)
    one_by_one(found, actions.go_on_with_main, name="event_id", actor=worker, at=at)


@on("event.hand_over")
def arrive(case: UUID, at: datetime) -> None:
    """Put a matter into the queue that it was sent to."""
    worker = system(settings.QUANYU_CITY, job="events.arrive")
    actions.arrive(event_id=case, actor=worker, at=at)


@on("reorganisation.placed", is_apart=True)
def relocate(case: UUID, at: datetime) -> None:
    """Let open matters follow a re-organisation, a transaction for each batch."""
    worker = system(settings.QUANYU_CITY, job="events.relocate")
    next_ones = partial(relocating.relocate_next, reorganisation_id=case, actor=worker)
    batch_by_batch(lambda: next_ones(at=timezone.now()), actor=worker)


@every("*/10 * * * * 35", in_one=False)
def relocate_stragglers(at: datetime) -> None:
    """Move on what was reported or opened anew at a place that is gone, some at a time."""
    worker = system(settings.QUANYU_CITY, job="events.relocate_stragglers")
    after: UUID | None = None
    while True:
        with acting(worker):
            keys = stragglers(after, actor=worker)
            for key in keys:
                relocating.relocate(event_id=key, actor=worker, at=at)
        if not keys:
            return
        after = keys[-1]


@every("40 1 * * 1 20", in_one=False)
def draw(at: datetime) -> None:
    """Draw which forced closings of the weeks before are looked at again, district by district.

    The seed is chance, made once nobody can add to what is drawn from.
    """
    worker = system(settings.QUANYU_CITY, job="events.draw")
    until = moment_of(local(at).date(), 0)

    def act(**more: Any) -> None:
        actions.draw(until=until, seed=token_hex(16), **more)

    found = partial(gone.districts, before=until)
    one_by_one(found, act, name="region_path", actor=worker, at=at)


@on("calendar.change")
def find_moved(case: UUID, at: datetime) -> None:
    """Find what is owed to another time since a year or a day was set."""
    worker = system(settings.QUANYU_CITY, job="events.find_moved")
    since = calendar.first_changed(case)
    if since is not None:
        actions.announce_moved(since=since, actor=worker, at=at)
        owed.announce_owed_moved(since=since, actor=worker, at=at)


@on("event.moved_by_calendar")
def recount_due(case: UUID, at: datetime) -> None:
    """Set the end of one matter by the calendar as it is now, and say so in its story."""
    worker = system(settings.QUANYU_CITY, job="events.recount_due")
    actions.recount_due(event_id=case, actor=worker, at=at)


@on("whistle.end")
def take_leave(case: UUID, at: datetime) -> None:
    """End a call in the story of the matters, too, that its street reaches no more."""
    worker = system(settings.QUANYU_CITY, job="events.take_leave")
    whistle.take_leave(call_id=case, actor=worker, at=at)


@every("30 3 * * * 0", in_one=False)
def take_leave_late(at: datetime) -> None:
    """End in the story of their matters the calls that ended before the worker told of it."""
    worker = system(settings.QUANYU_CITY, job="events.take_leave_late")
    leave = whistle.take_leave
    one_by_one(calls.to_take_leave, leave, name="call_id", actor=worker, at=at)


@on("card.told_elsewhere")
def tell_of_card(case: UUID, at: datetime) -> None:
    """Tell of a card in the story of its matter that has gone out of the raiser's reach."""
    worker = system(settings.QUANYU_CITY, job="events.tell_of_card")
    cards.tell_matter(card_id=case, actor=worker, at=at)


def _recounting(kind: str) -> Listener:
    def recount(case: UUID, at: datetime) -> None:
        worker = system(settings.QUANYU_CITY, job=f"events.recount_{kind}")
        owed.recount_owed(kind=kind, key=case, actor=worker, at=at)

    recount.__name__ = recount.__qualname__ = f"recount_{kind}"
    return recount


RECOUNTS = {kind: on(f"{kind}.moved_by_calendar")(_recounting(kind)) for kind in owed.KINDS}
"""What is owed beside a matter has its time reckoned anew too."""


A_WHILE = 30.0
"""Seconds a minute for going through all matters: the worker has other jobs, two at once."""


@every("* * * * * 40", in_one=False)
def follow(at: datetime) -> None:
    """Count in the roll-up what has changed, and go on with what goes through all matters."""
    worker = system(settings.QUANYU_CITY, job="events.follow")
    with acting(worker):
        keys = counting.touched()
        if not counting.is_whole():
            actions.begin_sweep(actor=worker, at=at)
    for begin in range(0, len(keys), lists.BATCH):
        with acting(worker):
            part = keys[begin : begin + lists.BATCH]
            actions.follow(keys=part, actor=worker, at=at)
    with acting(worker):
        actions.mark_followed(actor=worker, at=at)
    _sweep()


@on("event.count", is_apart=True)
def count_list(case: UUID, at: datetime) -> None:
    """Count a list row by row, as who asked for it sees it now."""
    worker = system(settings.QUANYU_CITY, job="events.count_list")
    now = timezone.now()
    with acting(worker):
        count = asked_counts.to_count(case, actor=worker)
        asker = None if count is None else asked_counts.asker(count, at=now)
    if count is None:
        return
    number = None
    if asker is not None:
        with acting(asker):
            filters = schemas.FilterIn(**count.asked).filters()
            number = queries.exact_count(filters, actor=asker, at=now)
    with acting(worker):
        actions.keep_count(count_id=case, number=number, actor=worker, at=now)


@every("50 4 * * * 0", in_one=False)
def list_all(at: datetime) -> None:
    """Go through every matter: what was missed is found and counted, gone words are forgotten.

    It begins at night and goes on for a while each minute until it is through.
    """
    worker = system(settings.QUANYU_CITY, job="events.list_all")
    with acting(worker):
        actions.begin_sweep(actor=worker, at=at)
    _sweep()


def _sweep() -> None:
    """Go through the next matters, a transaction for each batch, for a while."""
    worker = system(settings.QUANYU_CITY, job="events.list_all")
    sweep = partial(actions.sweep, actor=worker)
    batch_by_batch(lambda: sweep(at=timezone.now()), actor=worker, seconds=A_WHILE)


@every("40 3 * * * 0")
def forget_keys(at: datetime) -> None:
    """Delete the idempotency keys whose day is over."""
    actions.forget_keys(at=at)


@every("5 * * * * 0")
def publish(at: datetime) -> None:
    """Refresh the figures of the residents' page."""
    worker = system(settings.QUANYU_CITY, job="events.publish")
    actions.refresh_figures(actor=worker, at=at)


@every("20 2 * * * 0")
def find_hot(at: datetime) -> None:
    """Find where more matters of a kind have piled up than usual, and how many may be twins."""
    from quanyu.events.engine.repeats import repeats

    worker = system(settings.QUANYU_CITY, job="events.find_hot")
    found = hot.piled_up(actor=worker, at=at)
    told = {
        (one.place, one.category): [
            (row.text, row.reported_at.timestamp(), row.lon, row.lat)
            for row in hot.reports(one, actor=worker, at=at)
        ]
        for one in found.hot
    }
    counts = {key: repeats(rows) for key, rows in told.items()}
    actions.keep_hot(found=found, repeats=counts, actor=worker, at=at)


def _telling(verb: str) -> Listener:
    def tell(case: UUID, at: datetime) -> None:
        worker = system(settings.QUANYU_CITY, job=f"events.tell_{verb}")
        actions.tell(event_id=case, verb=verb, since=at, actor=worker, at=timezone.now())

    tell.__name__ = tell.__qualname__ = f"tell_{verb}"
    return tell


TELLS = {verb: on(f"{EVENT.name}.{verb}", is_news=True)(_telling(verb)) for verb in TOLD}
"""One listener a verb that somebody is told of, or that settles what they were told."""


def _telling_joint(topic: str) -> Listener:
    def tell(case: UUID, at: datetime) -> None:
        worker = system(settings.QUANYU_CITY, job=f"events.tell_{topic}")
        actions.tell_joint(topic=topic, key=case, since=at, actor=worker, at=timezone.now())

    tell.__name__ = tell.__qualname__ = f"tell_{topic.replace('.', '_')}"
    return tell


JOINT_TELLS = {topic: on(topic, is_news=True)(_telling_joint(topic)) for topic in TOLD_JOINT}


def _telling_of(name: str, verb: str) -> Listener:
    def tell(case: UUID, at: datetime) -> None:
        worker = system(settings.QUANYU_CITY, job=f"events.tell_{name}_{verb}")
        calling.TELLERS[name](key=case, verb=verb, since=at, actor=worker, at=timezone.now())

    tell.__name__ = tell.__qualname__ = f"tell_{name}_{verb}"
    return tell


CALLED = {
    f"{name}.{verb}": on(f"{name}.{verb}", is_news=True)(_telling_of(name, verb))
    for name, steps in calling.STEPS.items()
    for verb in steps
}
"""One listener a step of a whistle call or of a card that somebody is told of."""
