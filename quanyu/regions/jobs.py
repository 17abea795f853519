"""What follows when grids are to be looked at, or somebody is appointed (网格的后台任务)."""

import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext, override

from quanyu.kernel.access.http import sentence
from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.errors import Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs.rules import every, on
from quanyu.regions.actions import checking, contacts, planning, proposing, reorganising
from quanyu.regions.queries import planning as plans
from quanyu.regions.queries import rehearsed
from quanyu.regions.queries import reorganising as reorganisations
from quanyu.regions.queries.rehearsing import Trial
from quanyu.regions.rules.findings import FAULTY
from quanyu.regions.rules.planning import (
    PROPOSED,
    UNPROPOSED,
    Fault,
    Wanted,
    fault_of,
    wishes,
)
from quanyu.regions.workflow import ReorganisationState as S

if TYPE_CHECKING:
    from quanyu.regions.models import PlanPart, Reorganisation

log = logging.getLogger(__name__)


@on("grid_check.ask")
def check_grids(case: UUID, at: datetime) -> None:
    """Look how the grids of one street lie."""
    worker = system(settings.QUANYU_CITY, job="regions.check_grids")
    checking.run_check(check_id=case, actor=worker, at=timezone.now())


@every("30 2 * * * 0")
def check_nightly(at: datetime) -> None:
    """Have the grids of every street looked at before the day begins."""
    worker = system(settings.QUANYU_CITY, job="regions.check_nightly")
    checking.ask_nightly(actor=worker, at=at)


@on(FAULTY, is_news=True)
def tell_keepers(case: UUID, at: datetime) -> None:
    """Tell who keeps the grids of a street of what a check found newly."""
    worker = system(settings.QUANYU_CITY, job="regions.tell_keepers")
    checking.tell_keepers(check_id=case, actor=worker, at=timezone.now())


@on("grid_contact.appoint", is_news=True)
def tell_appointed(case: UUID, at: datetime) -> None:
    """Tell somebody with an account that they serve a grid."""
    worker = system(settings.QUANYU_CITY, job="regions.tell_appointed")
    contacts.tell(contact_id=case, since=at, actor=worker, at=timezone.now())


@on("grid_contact.end", is_news=True)
def tell_ended(case: UUID, at: datetime) -> None:
    """Tell somebody with an account that they serve a grid no more."""
    worker = system(settings.QUANYU_CITY, job="regions.tell_ended")
    contacts.tell(contact_id=case, since=at, actor=worker, at=timezone.now())


@on("reorganisation.approve", is_apart=True)
def begin_at_once(case: UUID, at: datetime) -> None:
    """Begin what was approved for today already."""
    take_effect(case, timezone.now())


@every("*/5 * * * * 5", in_one=False)
def take_due(at: datetime) -> None:
    """Begin what is due today, and go on with what was cut short; the first run is at midnight."""
    worker, day = _worker(), timezone.localdate(at)
    with acting(worker):
        keys = reorganisations.due(day=day, state=S.TAKING, actor=worker)
        keys += reorganisations.due(day=day, state=S.APPROVED, actor=worker)
    faults: list[Exception] = []
    for key in keys:
        # What one cannot do must not keep the others, of other streets, from their day.
        try:
            take_effect(key, at)
        except Exception as fault:
            faults.append(fault)
    if faults:
        raise ExceptionGroup("re-organisations that do not take effect", faults)


def take_effect(key: UUID, at: datetime) -> None:
    """Take one re-organisation as far as the tree needs, a transaction for each batch."""
    worker = _worker()
    with acting(worker):
        reorganising.begin(reorganisation_id=key, actor=worker, at=at)
    more = True
    while more:
        with acting(worker):
            more = reorganising.proceed(reorganisation_id=key, actor=worker, at=at)


def _worker() -> Actor:
    return system(settings.QUANYU_CITY, job="regions.reorganise")


DRAWN_AT_ONCE = 100
"""Places of a rehearsal between two words about how far it is."""


@on("reorganisation.start", is_apart=True)
@on("reorganisation.amend", is_apart=True)
@on("reorganisation.set_back", is_apart=True)
@on("reorganisation.rehearse", is_apart=True)
def rehearse(case: UUID, at: datetime) -> None:
    """Find what a re-organisation would do, and keep it for its page; a second time it is kept."""
    worker = system(settings.QUANYU_CITY, job="regions.rehearse")
    with acting(worker):
        row = reorganising.open_rehearsal(reorganisation_id=case, actor=worker, at=timezone.now())
    if row is None:
        return
    told = _found(
        lambda: _rehearsed(row, worker),
        _("预演时出错，详情在运行日志里；可以重新预演"),
        name=f"rehearsal of {case}",
    )
    with acting(worker):
        reorganising.keep_rehearsal(
            reorganisation_id=case, told=told, actor=worker, at=timezone.now()
        )


def _rehearsed(row: "Reorganisation", worker: Actor) -> dict[str, Any]:
    with acting(worker):
        trial = Trial(row, actor=worker)
    born = trial.outcome.born
    for first in range(0, len(born), DRAWN_AT_ONCE):
        with acting(worker):
            trial.draw(born[first : first + DRAWN_AT_ONCE])
            reorganising.note_rehearsal(
                reorganisation_id=row.pk,
                done=len(trial.shapes),
                total=len(born),
                actor=worker,
                at=timezone.now(),
            )
    with acting(worker):
        return _in_each_language(
            lambda: rehearsed.told(trial.found(actor=worker, at=timezone.now()))
        )


def _found(find: Callable[[], dict[str, Any]], otherwise: str, *, name: str) -> dict[str, Any]:
    """Return what was found in each language, or why it was not: its page would wait for ever."""
    try:
        return find()
    except Refusal as no:
        said = no
        return _in_each_language(lambda: {"wrong": sentence(said)})
    except Exception:
        # The reason is in the log, and anybody may ask again.
        log.exception("no %s", name)
        return _in_each_language(lambda: {"wrong": gettext(otherwise)})


def _in_each_language(told: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    found = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found[language] = told()
    return found


TOGETHER = 16
"""Communities between two commits: what is drawn stays when the worker is stopped."""


@on("plan.draw", is_apart=True)
def draw_plan(case: UUID, at: datetime) -> None:
    """Draw the communities of a plan that wait for it, some at a time, each kept once."""
    worker = system(settings.QUANYU_CITY, job="regions.draw_plan")
    with acting(worker):
        row = plans.plan(case, actor=worker)
        waiting = plans.waiting(row, actor=worker)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for first in range(0, len(waiting), TOGETHER):
            some = waiting[first : first + TOGETHER]
            with acting(worker):
                grounds = [plans.ground(one.region_path, row, actor=worker) for one in some]
            drawn = list(pool.map(_drawn, some, grounds))
            with acting(worker):
                for part, told in zip(some, drawn, strict=True):
                    _keep(part.pk, told, worker, timezone.now())


def _drawn(part: "PlanPart", ground: plans.Ground) -> dict[str, Any] | Fault:
    """Return what the engine draws of one community, or why it cannot: the others go on."""
    from quanyu.regions.engine import Wishes
    from quanyu.regions.engine.sketch import House, Terrain, sketch

    wanted = Wishes(**wishes(Wanted(**part.wanted), Wishes()))
    terrain = Terrain([House(*house) for house in ground.houses], *ground.lies)
    try:
        return asdict(sketch(terrain, wanted, part.locks))
    except Exception as fault:
        log.exception("no drawing of %s in plan %s", part.region_path, part.plan_id)
        return fault_of(fault)


def _keep(part_id: UUID, told: dict[str, Any] | Fault, worker: Actor, at: datetime) -> None:
    if isinstance(told, Fault):
        planning.keep_fault(part_id=part_id, fault=told, actor=worker, at=at)
    else:
        planning.keep_drawing(part_id=part_id, told=told, actor=worker, at=at)


@on("plan.ask_proposal", is_apart=True)
def propose_plan(case: UUID, at: datetime) -> None:
    """Make a re-organisation of a plan, some communities at a time; stopped, it goes on with them.

    The steps that were put together stay; the re-organisation is drafted in the name of who asked.
    """
    worker = system(settings.QUANYU_CITY, job="regions.propose_plan")
    told = _found(
        lambda: _proposed(case, worker),
        _("转为区划调整时出错，详情在运行日志里；可以再转一次"),
        name=f"proposal of plan {case}",
    )
    if told:
        with acting(worker):
            proposing.keep_refusal(plan_id=case, told=told, actor=worker, at=timezone.now())


def _proposed(key: UUID, worker: Actor) -> dict[str, Any]:
    more = True
    while more:
        with acting(worker):
            more = proposing.compose(plan_id=key, most=TOGETHER, actor=worker, at=timezone.now())
    with acting(worker):
        asked = plans.proposal(plans.plan(key, actor=worker), actor=worker)
        asker = plans.asker(asked, at=timezone.now()) if asked else None
    if asker is not None:
        with acting(asker):
            proposing.finish_proposal(plan_id=key, actor=asker, at=timezone.now())
    return {}


@on(PROPOSED, is_news=True)
@on(UNPROPOSED, is_news=True)
def tell_planner(case: UUID, at: datetime) -> None:
    """Tell who had a plan made a re-organisation that it is there, or that it is not."""
    worker = system(settings.QUANYU_CITY, job="regions.tell_planner")
    proposing.tell_planner(plan_id=case, actor=worker, at=timezone.now())
