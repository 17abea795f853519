"""Make a re-organisation of a plan: what moves becomes a step for each community (方案转调整)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.audit.actions import label, record
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs.actions import announce
from quanyu.kernel.notices import actions as notices
from quanyu.kernel.notices.actions import News
from quanyu.regions.actions import composing, reorganising
from quanyu.regions.actions.planning import draft
from quanyu.regions.models import Plan, PlanPart, Proposal
from quanyu.regions.queries import planning as queries
from quanyu.regions.queries.claims import claims
from quanyu.regions.rules.planning import PROPOSED, UNPROPOSED, State, WrongPlan

AT_ONCE = 1
"""Communities that are put together while the person waits; more are a job's."""


@transaction.atomic
def propose_plan(
    *,
    plan_id: UUID,
    reason: str,
    ground: str,
    day: date,
    names: Mapping[str, str],
    actor: Actor,
    at: datetime,
) -> Plan:
    """Have a re-organisation made of the plan: another rehearses and decides it (转为区划调整).

    Every community in which a building comes into another grid is re-drawn on that day; where no
    grid stands yet, grids are founded. What was not drawn stays as it is. One community is done at
    once; more are put together by a job, which tells the person when it is done.

    :param names: what new grids shall be called, by community and key: ``34/…/001/ new:1``
    :raises WrongPlan: if nothing would change
    :raises Invalid: if a text is missing or too long, or the day is past
    :raises Taken: if a name that was given is promised to another grid of the community
    :raises WrongOperation: if what stands has changed since the plan was drawn
    """
    row = draft(plan_id, actor)
    if actor.id is None:
        raise Denied
    total = queries.changing(row, actor=actor).count()
    if not total:
        raise WrongPlan(_("方案与今天的网格一样，没有可调整的"), field="plan")
    wanted = reorganising.Wanted(row.title, reason.strip() or row.reason, ground.strip(), day)
    reorganising.check_wanted(wanted, at=at)
    PlanPart.objects.visible_to(actor).filter(plan=row).exclude(step__isnull=True).update(step=None)
    asked, _is_new = Proposal.objects.visible_to(actor).update_or_create(
        plan=row,
        defaults={
            "asked_by": actor.id,
            "asked_at": at,
            "reason": wanted.reason,
            "ground": wanted.ground,
            "effective_date": day,
            "names": dict(names),
            "done": 0,
            "total": total,
            "done_at": None,
            "told": {},
        },
    )
    facts = {"place": row.region_path, "communities": total}
    record("plan.ask_proposal", row, actor=actor, at=at, facts=facts)
    if total > AT_ONCE:
        announce("plan.ask_proposal", row, at=at)
        return row
    _compose(asked, actor=actor, most=total)
    return _propose(row, asked, actor=actor, at=at)


@transaction.atomic
def compose(*, plan_id: UUID, most: int, actor: Actor, at: datetime) -> bool:
    """Put some more communities of a plan together; answer whether some are left (拼成各步).

    :raises Denied: if the actor is not the system
    :raises Refusal: if one of them cannot be made a step
    """
    asked = _under_way(plan_id, actor)
    return asked is not None and _compose(asked, actor=actor, most=most)


@transaction.atomic
def finish_proposal(*, plan_id: UUID, actor: Actor, at: datetime) -> Plan | None:
    """Make the re-organisation of the steps that were put together; once (拼成后起草).

    :param actor: the person who asked for it, with the grants of this moment
    :raises Denied: if another asked for it, or the plan is out of reach
    :raises WrongPlan: if other communities change than were counted when it was asked for
    :raises WrongOperation: if what stands has changed since the plan was drawn
    """
    row = get(Plan, plan_id, actor=actor, lock=True)
    asked = queries.proposal(row, actor=actor)
    if row.standing is not State.DRAFT or asked is None or asked.done_at is not None:
        return None
    if actor.id != asked.asked_by:
        raise Denied
    _propose(row, asked, actor=actor, at=at)
    announce(PROPOSED, row, at=at)
    return row


@transaction.atomic
def keep_refusal(*, plan_id: UUID, told: Mapping[str, Any], actor: Actor, at: datetime) -> None:
    """Write down why no re-organisation became of a plan; it is a draft again (记下没有转成的原因).

    :param told: by language, why not
    :raises Denied: if the actor is not the system
    """
    asked = _under_way(plan_id, actor)
    if asked is None:
        return
    asked.told, asked.done_at = dict(told), at
    asked.save(update_fields=["told", "done_at"])
    record("plan.fail_proposal", asked.plan, actor=actor, at=at, facts={"done": asked.done})
    announce(UNPROPOSED, asked.plan, at=at)


@transaction.atomic
def tell_planner(*, plan_id: UUID, actor: Actor, at: datetime) -> int:
    """Tell who had asked that the re-organisation is there, or why it is not; return how many."""
    row = get(Plan, plan_id, actor=actor)
    asked = queries.proposal(row, actor=actor)
    if asked is None or asked.done_at is None:
        return 0
    key = row.reorganisation_id
    news = News(
        topic=PROPOSED if key else UNPROPOSED,
        subject=label(row),
        occasion=asked.asked_at.isoformat(),
        region_path=row.region_path,
        link=f"/desk/reorganisations/{key}" if key else f"/desk/plans/{row.pk}",
        words={"title": row.title, "count": asked.total},
    )
    return len(notices.tell(news, to=[asked.asked_by], actor=actor, at=at))


# ------------------------------------------------------------------ inside


def _under_way(plan_id: UUID, actor: Actor) -> Proposal | None:
    """Return what is being put together, its plan locked; none once it is over."""
    if actor.kind is not ActorKind.SYSTEM:
        raise Denied
    row = get(Plan, plan_id, actor=actor, lock=True)
    asked = queries.proposal(row, actor=actor)
    is_over = asked is None or asked.done_at is not None
    return None if row.standing is not State.DRAFT or is_over else asked


def _compose(asked: Proposal, *, actor: Actor, most: int) -> bool:
    waiting = (
        queries.changing(asked.plan, actor=actor).filter(step__isnull=True).order_by("region_path")
    )
    some = list(waiting[:most])
    held = claims([part.region_path for part in some], actor=actor)
    for part in some:
        part.step = composing.kept(composing.step_of(part, asked.names, held))
    PlanPart.objects.visible_to(actor).bulk_update(some, ["step"])
    asked.done += len(some)
    asked.save(update_fields=["done"])
    # Where fewer wait than were counted there is no next one: the draft then says so.
    return bool(some) and asked.done < asked.total


def _propose(row: Plan, asked: Proposal, *, actor: Actor, at: datetime) -> Plan:
    parts = queries.changing(row, actor=actor).order_by("region_path")
    told = list(parts.values_list("step", flat=True))
    steps = [composing.read(step) for step in told if step is not None]
    if not len(steps) == len(told) == asked.total:
        raise WrongPlan(_("转为区划调整期间，要调整的社区变了，请再转一次"), field="plan")
    wanted = reorganising.Wanted(row.title, asked.reason, asked.ground, asked.effective_date)
    proposed = reorganising.propose(
        wanted=wanted,
        steps=composing.apart(steps, wanted.effective_date),
        drawn_by=[row.made_by, *row.hands],
        actor=actor,
        at=at,
    )
    row.proposed_by, row.proposed_at = asked.asked_by, at
    row.reorganisation_id = proposed.pk
    row.save(update_fields=["proposed_by", "proposed_at", "reorganisation_id"])
    asked.done_at = at
    asked.save(update_fields=["done_at"])
    parts.update(step=None)
    facts = {"reorganisation": str(proposed.pk), "steps": len(steps)}
    record("plan.propose", row, actor=actor, at=at, facts=facts)
    return row
