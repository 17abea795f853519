"""Elections within reach: their candidates, ballots and results (换届选举)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, upper
from quanyu.kernel.errors import Denied
from quanyu.kernel.workflow.spec import Move
from quanyu.organisations.models import Ballot, Body, Candidate, Election, ElectionStep, Vote
from quanyu.organisations.queries.norms import entry
from quanyu.organisations.rules.norms import Norm
from quanyu.organisations.workflow.elections import ELECTION, ElectionState


def one(election_id: UUID, *, actor: Actor, lock: bool = False) -> Election:
    """Return one election within reach.

    :raises Denied: if there is none
    """
    return get(Election, election_id, actor=actor, lock=lock)


def elections(asked: Mapping[str, str], *, actor: Actor) -> QuerySet[Election]:
    """Return the elections within reach that an address asks for, the latest day first."""
    rows = Election.objects.visible_to(actor)
    if asked.get("state") in ElectionState.values:
        rows = rows.filter(state=asked["state"])
    if place := asked.get("place", ""):
        rows = rows.filter(region_path__gte=place, region_path__lt=upper(place))
    return rows.order_by("-meeting_date", "-id")


def of_body(body: UUID, *, actor: Actor) -> QuerySet[Election]:
    """Return the elections of one organisation, the newest first."""
    return Election.objects.visible_to(actor).filter(body_id=body).order_by("-made_at")


def met_on(rows: Sequence[Election], *, actor: Actor) -> dict[UUID, date]:
    """Return the last day on which an election was met for, or is to be while nobody has met."""
    held = Ballot.objects.visible_to(actor).filter(election__in=[one.pk for one in rows])
    last = dict(held.order_by("held_on").values_list("election", "held_on"))
    return {one.pk: last.get(one.pk, one.meeting_date) for one in rows}


def offers(row: Election, *, actor: Actor) -> list[Move]:
    """Return the moves to show as buttons."""
    return ELECTION.offers(row, actor=actor)


def story(row: Election, *, actor: Actor) -> QuerySet[ElectionStep]:
    """Return what was done, the newest first."""
    return ElectionStep.objects.visible_to(actor).filter(case=row).order_by("-number")


def candidates(row: Election, *, actor: Actor) -> list[Candidate]:
    """Return who stands, in order."""
    rows = Candidate.objects.visible_to(actor).filter(election=row)
    return list(rows.select_related("elected_in", "account").order_by("number"))


def standing(row: Election, *, actor: Actor) -> list[Candidate]:
    """Return for whom the next ballot is: those not elected yet, for posts with seats left."""
    left = row.seats_left()
    return [
        who
        for who in candidates(row, actor=actor)
        if who.elected_in_id is None and who.seat in left
    ]


@dataclass(frozen=True, slots=True)
class Cast:
    """One ballot with the votes of each candidate and the numbers it was decided by (投票结果)."""

    ballot: Ballot
    votes: tuple[Vote, ...]
    present: Norm
    majority: Norm


def ballots(row: Election, *, actor: Actor) -> list[Cast]:
    """Return the ballots of an election in order."""
    held = Ballot.objects.visible_to(actor).filter(election=row).order_by("number")
    held = held.select_related("present_norm__clause__document", "majority_norm__clause__document")
    votes: dict[UUID, list[Vote]] = {}
    told = Vote.objects.visible_to(actor).filter(ballot__election=row).select_related("candidate")
    for vote in told.order_by("candidate__number"):
        votes.setdefault(vote.ballot_id, []).append(vote)
    return [
        Cast(
            ballot,
            tuple(votes.get(ballot.pk, ())),
            entry(ballot.present_norm),
            entry(ballot.majority_norm),
        )
        for ballot in held
    ]


def body_of(row: Election) -> Body:
    """Return the organisation whose election it is."""
    key = row.body_id
    if key is None:
        raise Denied
    return Body.objects.select_related("parent").get(pk=key)
