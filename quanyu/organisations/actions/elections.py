"""Elect a committee: prepare, name candidates, count votes, let the new term begin (换届选举)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.errors import Denied, Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.workflow.actions import move, start
from quanyu.organisations.actions.party import led
from quanyu.organisations.actions.terms import begin
from quanyu.organisations.models import Ballot, Candidate, Election, Vote
from quanyu.organisations.queries import elections as queries
from quanyu.organisations.queries import norms, party
from quanyu.organisations.rules import voting
from quanyu.organisations.rules.norms import Norm
from quanyu.organisations.rules.party import ELECTING, term_norm
from quanyu.organisations.rules.rhythm import LONGEST
from quanyu.organisations.rules.terms import Form, WrongTerm, said
from quanyu.organisations.rules.voting import MOST_SEATS, MOST_VOTERS, Seat, Sheet, Tally
from quanyu.organisations.workflow.elections import ELECTION

LONGEST_NAME = 40
USUAL_YEARS = 3
"""How long a term is where no rule says it."""


class WrongElection(Invalid):
    """An election that cannot be held as it was given."""


class ElectionRuns(Refusal):
    """The organisation has an election that is not over."""


class NoRule(Refusal):
    """No rule says by which numbers is decided."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an election is for, and when (选举方案)."""

    entitled: int
    meeting_date: date
    secretaries: int = 0
    deputies: int = 0
    members: int = 0
    way: str = ""


@transaction.atomic
def prepare(*, body_id: UUID, wanted: Plan, actor: Actor, at: datetime) -> Election:
    """Begin the election of an organisation's next committee (发起换届选举).

    :raises WrongElection: if its numbers cannot be, or the body has no term
    :raises ElectionRuns: if another one is not over
    :raises NotLedByYou: if the actor has another role there
    :raises Denied: if there is no such body, or the actor has no part in its place
    """
    body = led(body_id, actor=actor)
    if body.kind not in ELECTING:
        raise WrongElection(_("这类组织不进行换届选举"), field="body", value=body.kind)
    if Election.objects.visible_to(actor).filter(body_id=body.pk, ended_at=None).exists():
        raise ElectionRuns(_("这个组织已有一次选举正在进行"), field="body")
    row = Election(
        region_path=body.life_path,
        body_id=body.pk,
        term=party.current_term(body.pk),
        made_by=actor.id,
        made_at=at,
    )
    _say(row, wanted)
    try:
        with transaction.atomic():
            start(row, actor=actor, at=at, meeting_date=str(row.meeting_date), seats=row.seats)
    except IntegrityError as fault:
        raise ElectionRuns(_("这个组织已有一次选举正在进行"), field="body") from fault
    return row


@transaction.atomic
def amend(*, election_id: UUID, wanted: Plan, actor: Actor, at: datetime) -> Election:
    """Change what an election is for while it is prepared (修改方案).

    :raises NotAllowed: if its candidates stand already, or not the actor's place
    :raises WrongElection: if its numbers cannot be
    """
    row = queries.one(election_id, actor=actor, lock=True)
    _say(row, wanted)
    move(row, "amend", actor=actor, at=at, meeting_date=str(row.meeting_date), **row.seats)
    return row


@transaction.atomic
def nominate(
    *,
    election_id: UUID,
    name: str,
    seat: str,
    account_id: UUID | None = None,
    actor: Actor,
    at: datetime,
) -> Candidate:
    """Let somebody stand for a post (提名候选人).

    :raises WrongElection: if the name is none, stands already, there is no such post, or the
        account is none that the actor may name
    :raises NotAllowed: if the candidates are settled already, or not the actor's place
    """
    row = queries.one(election_id, actor=actor, lock=True)
    told = " ".join(name.split())
    held = queries.candidates(row, actor=actor)
    _check_candidate(row, held, told, seat)
    if account_id is not None and not accounts.nameable([account_id], actor=actor, at=at):
        raise WrongElection(_("没有这个账号，或已停用"), field="account")
    number = max((who.number for who in held), default=0) + 1
    who = Candidate(election=row, number=number, name=told, seat=seat, account_id=account_id)
    move(row, "nominate", actor=actor, at=at, seat=seat, number=number)
    who.save(force_insert=True)
    return who


@transaction.atomic
def strike(*, election_id: UUID, candidate_id: UUID, actor: Actor, at: datetime) -> Election:
    """Take a candidate off the list while it is prepared (撤下候选人).

    :raises Denied: if there is no such candidate
    :raises NotAllowed: if the candidates are settled already, or not the actor's place
    """
    row = queries.one(election_id, actor=actor, lock=True)
    who = _candidate(row, candidate_id, actor=actor)
    move(row, "strike", actor=actor, at=at, seat=who.seat, number=who.number)
    who.delete()
    return row


@transaction.atomic
def close_list(*, election_id: UUID, actor: Actor, at: datetime) -> Election:
    """Settle who stands: from now on votes are counted (确定候选人).

    :raises NotAllowed: if a post has fewer candidates than seats, or not the actor's place
    """
    row = queries.one(election_id, actor=actor, lock=True)
    move(row, "close_list", actor=actor, at=at)
    return row


@transaction.atomic
def reopen(*, election_id: UUID, words: str, actor: Actor, at: datetime) -> Election:
    """Name candidates anew, with the reason (重新提名).

    :raises NotAllowed: if votes were counted already, or not the actor's place
    """
    row = queries.one(election_id, actor=actor, lock=True)
    _check_no_ballot(row, actor=actor)
    move(row, "reopen", actor=actor, at=at, words=said(words))
    return row


@transaction.atomic
def adjourn(
    *, election_id: UUID, held_on: date, entitled: int, present: int, actor: Actor, at: datetime
) -> Election:
    """Note that too few were there: no vote is taken, and a later day is (人数不足，改期再开).

    :raises WrongElection: if enough were there
    :raises WrongBallot: if the numbers cannot be
    :raises NotAllowed: if no vote is due, or not the actor's place
    """
    row = queries.one(election_id, actor=actor, lock=True)
    sheet = Sheet(entitled, present, 0, 0)
    present_norm, majority = _decided_by(held_on)
    voting.check_sheet(sheet)
    if voting.is_quorate(present, entitled, least=norms.rule_of(present_norm, majority).least):
        raise WrongElection(
            _("到会人数已经达到规定，请登记选举结果"), field="present", value=present
        )
    _check_day(held_on, at=at)
    move(row, "adjourn", actor=actor, at=at, entitled=entitled, present=present)
    _ballot(row, sheet, held_on, (present_norm, majority), is_quorate=False, actor=actor)
    return row


@transaction.atomic
def count(
    *,
    election_id: UUID,
    held_on: date,
    sheet: Sheet,
    votes: Mapping[UUID, int],
    actor: Actor,
    at: datetime,
) -> Election:
    """Enter the votes of a ballot; who is elected follows by the rules (登记选举结果).

    :param votes: of each candidate who stands in it
    :raises NotQuorate: if too few were there: nothing is counted then
    :raises WrongBallot: if the papers or the votes cannot be
    :raises WrongElection: if the votes of a candidate are missing
    :raises NotAllowed: if no vote is due, or not the actor's place
    """
    row = queries.one(election_id, actor=actor, lock=True)
    standing = queries.standing(row, actor=actor)
    decided_by = _decided_by(held_on)
    voting.check_sheet(sheet)
    _check_day(held_on, at=at)
    tallies = _tallies(standing, votes)
    seats = row.seats_left()
    voting.check_tallies(sheet, tallies, seats=seats)
    found = voting.outcome(sheet, tallies, seats=seats, rule=norms.rule_of(*decided_by))
    facts = {"entitled": sheet.entitled, "present": sheet.present, "elected": len(found.elected)}
    move(row, "count", actor=actor, at=at, **facts)
    ballot = _ballot(row, sheet, held_on, decided_by, is_quorate=True, actor=actor)
    Vote.objects.bulk_create(
        Vote(
            ballot=ballot,
            candidate_id=one.key,
            votes=one.votes,
            is_tied=one.key in found.tied,
        )
        for one in tallies
    )
    for who in standing:
        if who.pk in found.elected:
            who.elected_in = ballot
            who.save(update_fields=["elected_in"])
    return row


@transaction.atomic
def again(*, election_id: UUID, actor: Actor, at: datetime) -> Election:
    """Let those who were not elected stand in another ballot for the seats left (再次投票).

    :raises NotAllowed: if no seat is left, or not the actor's place
    """
    row = queries.one(election_id, actor=actor, lock=True)
    move(row, "again", actor=actor, at=at)
    return row


@transaction.atomic
def conclude(
    *,
    election_id: UUID,
    starts: date | None = None,
    years: int | None = None,
    actor: Actor,
    at: datetime,
) -> Election:
    """Let the new committee's term begin; posts are filled by who appoints (产生新一届).

    The message ``election.conclude`` tells those of it who propose the elected for their posts.

    :raises WrongTerm: if the term cannot begin that day
    :raises NotAllowed: if nobody was elected, or not the actor's place
    """
    row = queries.one(election_id, actor=actor, lock=True)
    ELECTION.arrow("conclude", row, actor=actor, given=[])  # before a term is written
    body = led(_body(row), actor=actor)
    chosen = row.elected()
    held = norms.norms(on=timezone.localdate(at))
    usual = term_norm(party.facts_of(body, on=timezone.localdate(at)), held)
    voted = _last_day(row, actor=actor)
    day = starts or voted
    if day < voted:
        raise WrongTerm(
            _("新一届不能早于投票的日子{voted}"),
            field="starts",
            value=day.isoformat(),
            voted=voted.isoformat(),
        )
    row.next_term = begin(
        body,
        form=_form(chosen),
        size=len(chosen),
        starts=day,
        years=years or (usual.amount if usual else USUAL_YEARS),
        actor=actor,
        at=at,
    )
    row.ended_at = at
    move(row, "conclude", actor=actor, at=at, starts=str(day), elected=len(chosen))
    return row


@transaction.atomic
def withdraw(*, election_id: UUID, words: str, actor: Actor, at: datetime) -> Election:
    """Give an election up, with the reason (终止选举).

    :raises NotAllowed: if it is over, or not the actor's place
    """
    row = queries.one(election_id, actor=actor, lock=True)
    row.ended_at = at
    move(row, "withdraw", actor=actor, at=at, words=said(words))
    return row


# ------------------------------------------------------------------ inside


def _say(row: Election, wanted: Plan) -> None:
    seats = ("secretaries", "deputies", "members")
    limits = {**dict.fromkeys(seats, (0, MOST_SEATS)), "entitled": (1, MOST_VOTERS)}
    for name, (low, high) in limits.items():
        voting.check_between(name, getattr(wanted, name), low, high)
        setattr(row, name, getattr(wanted, name))
    if not row.seats:
        raise WrongElection(_("至少应选一人"), field="members", value=0)
    if len(wanted.way.strip()) > LONGEST["agenda"]:
        raise WrongElection(
            _("须有 {least} 至 {most} 个字"), field="way", least=0, most=LONGEST["agenda"]
        )
    row.meeting_date, row.way = wanted.meeting_date, wanted.way.strip()


def _check_candidate(row: Election, held: list[Candidate], name: str, seat: str) -> None:
    if seat not in row.seats:
        raise WrongElection(
            _("这次选举没有这个职务"), field="seat", value=seat, allowed=sorted(row.seats)
        )
    if not 1 <= len(name) <= LONGEST_NAME:
        raise WrongElection(_("姓名须有 1 至 {most} 个字"), field="name", most=LONGEST_NAME)
    if any(who.name == name and who.seat == seat for who in held):
        raise WrongElection(_("这个职务已有同名的候选人"), field="name")


def _candidate(row: Election, key: UUID, *, actor: Actor) -> Candidate:
    found = next((who for who in queries.candidates(row, actor=actor) if who.pk == key), None)
    if found is None:
        raise Denied
    return found


def _check_no_ballot(row: Election, *, actor: Actor) -> None:
    if any(cast.ballot.is_quorate for cast in queries.ballots(row, actor=actor)):
        raise WrongElection(_("已经投过票，不能重新提名"), field="words")


def _check_day(held_on: date, *, at: datetime) -> None:
    if held_on > timezone.localdate(at):
        raise WrongElection(_("选举日期不能晚于今天"), field="held_on", value=held_on.isoformat())


def _decided_by(day: date) -> tuple[Norm, Norm]:
    """Return the numbers by which a ballot of a day is decided.

    :raises NoRule: if the city keeps none
    """
    found = norms.deciding(norms.norms(on=day))
    if found is None:
        raise NoRule(_("没有登记选举的到会和当选规定，不能计票"), field="held_on")
    return found


def _tallies(standing: list[Candidate], votes: Mapping[UUID, int]) -> list[Tally]:
    missing = next((who for who in standing if who.pk not in votes), None)
    if missing is not None:
        raise WrongElection(_("请填写每位候选人的得票"), field=f"votes_{missing.pk}")
    return [Tally(who.pk, who.seat, votes[who.pk]) for who in standing]


def _ballot(
    row: Election,
    sheet: Sheet,
    held_on: date,
    decided_by: tuple[Norm, Norm],
    *,
    is_quorate: bool,
    actor: Actor,
) -> Ballot:
    present, majority = decided_by
    made = Ballot(
        election=row,
        number=len(queries.ballots(row, actor=actor)) + 1,
        held_on=held_on,
        entitled=sheet.entitled,
        present=sheet.present,
        issued=sheet.issued,
        returned=sheet.returned,
        invalid=sheet.invalid,
        is_quorate=is_quorate,
    )
    made.present_norm_id, made.majority_norm_id = _key(present), _key(majority)
    made.save(force_insert=True)
    return made


def _key(one: Norm) -> UUID:
    if one.id is None:
        raise NoRule(_("没有登记选举的到会和当选规定，不能计票"), field="held_on")
    return one.id


def _form(chosen: list[Candidate]) -> Form:
    has_members = any(who.seat == Seat.MEMBER for who in chosen)
    return Form.COMMITTEE if has_members else Form.SECRETARY


def _body(row: Election) -> UUID:
    if row.body_id is None:
        raise Denied
    return row.body_id


def _last_day(row: Election, *, actor: Actor) -> date:
    held = [cast.ballot.held_on for cast in queries.ballots(row, actor=actor)]
    return max(held, default=row.meeting_date)
