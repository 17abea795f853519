"""Propose the elected for the posts they were elected to, and let the others leave (当选人任职)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import actions as accounts
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied, Refusal, of_one
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs.actions import announce
from quanyu.organisations.actions.appointing import Nominee, propose_all
from quanyu.organisations.actions.leaving import leaving_of, let_go
from quanyu.organisations.actions.seats import held_rows, locked
from quanyu.organisations.models import Appointment, Candidate, Election, Post
from quanyu.organisations.queries import elected as queries
from quanyu.organisations.queries import elections
from quanyu.organisations.rules.leaving import Leaving
from quanyu.organisations.rules.posts import WrongAppointment, WrongTerm
from quanyu.organisations.rules.proposals import ELECTED_PROPOSED


class NotElected(Refusal):
    """Nobody was elected yet, or a later committee serves by now."""


@dataclass(frozen=True, slots=True)
class Taking:
    """By which account somebody elected is to hold which post (当选人拟任)."""

    candidate: UUID
    account: UUID
    post: UUID


@transaction.atomic
def propose_elected(
    *,
    election_id: UUID,
    takings: Sequence[Taking],
    leaving: Collection[UUID] = (),
    reason: str,
    actor: Actor,
    at: datetime,
) -> list[Appointment]:
    """Propose the elected for their posts as one batch, from the term's first day (提名当选人).

    Somebody else confirms it, as every batch. Who leaves a post does so on that same day; where
    the actor only asks for it, the level above ends it before it confirms, and where the actor is
    the second hand, on the day that the first one has asked for. Of whom no account is
    named nothing is proposed: the name stays on the list of the elected.

    :param leaving: the appointments that end when the new term begins, as each may be ended
    :raises NotElected: if the new term does not stand, or has ended
    :raises WrongAppointment: if nobody is named, somebody was not elected to such a post, or who
        is to leave does not hold one
    :raises WrongTerm: if somebody has asked that one of them leaves later than the term begins
    :raises NotAppointer: if the actor proposes nobody at that level, or somebody else has asked
        that one of them leaves
    :raises Denied: if there is no such election within reach, or the actor has no part in a place
    """
    row = elections.one(election_id, actor=actor, lock=True)
    day = _begins(row)
    posts = queries.posts_for(row)
    locked([one.pk for some in posts.values() for one in some])
    elected = {who.pk: who for who in elections.candidates(row, actor=actor) if who.elected_in_id}
    if not takings:
        raise WrongAppointment(_("请至少填写一位当选人的用户名"), field="account")
    held = [_of(one, elected, posts) for one in takings]
    old = _leavers(row, leaving, posts, actor=actor)
    accounts.hold_exchange(leaving=[one.pk for one in old], coming={one.account for one in takings})
    for served in old:
        with of_one(served.account_id):
            let_go(served, end=_last_day(served, day, actor), reason=LEFT, actor=actor, at=at)
    nominees = [
        Nominee(post.pk, one.account, reason, max(day, post.valid_from))
        for one, (_who, post) in zip(takings, held, strict=True)
    ]
    made = propose_all(nominees=nominees, actor=actor, at=at)
    for one, (who, _post) in zip(takings, held, strict=True):
        who.account_id = one.account
        who.save(update_fields=["account"])
    left = sum(one.ended_at == at for one in old)
    facts = {"proposed": len(made), "left": left, "asked_to_leave": len(old) - left}
    record("election.propose", row, actor=actor, at=at, facts={"batch": made[0].batch, **facts})
    announce(ELECTED_PROPOSED, row, at=at)
    return made


def _begins(row: Election) -> date:
    term = row.next_term
    if term is None:
        raise NotElected(_("选举还没有产生新一届，不能提名任职"))
    if term.ended is not None:
        raise NotElected(_("这一届已经届满，不能再据此提名任职"))
    return term.starts


def _of(
    one: Taking, elected: Mapping[UUID, Candidate], posts: Mapping[str, Sequence[Post]]
) -> tuple[Candidate, Post]:
    who = elected.get(one.candidate)
    if who is None:
        raise Denied
    post = next((post for post in posts.get(who.seat, ()) if post.pk == one.post), None)
    if post is None:
        raise WrongAppointment(
            _("当选人只能提名担任本组织相应的岗位"), field=f"post_{who.pk}", value=str(one.post)
        )
    return who, post


def _leavers(
    row: Election,
    keys: Collection[UUID],
    posts: Mapping[str, Sequence[Post]],
    *,
    actor: Actor,
) -> list[Appointment]:
    if not keys:
        return []
    known = {one.pk for one in queries.leaving_rows(row, posts.values(), actor=actor)}
    if not set(keys) <= known:
        raise WrongAppointment(_("届满离任的人须在本组织的岗位上任职"), field="leaving")
    return held_rows(keys, actor=actor)[1]


def _last_day(row: Appointment, begins: date, actor: Actor) -> date:
    """Return until when somebody serves: two hands are of one mind, or one of them is asked anew.

    :raises WrongTerm: if the first hand has asked for a day after the new term's first
    """
    asked = row.leave_day
    if asked is None or leaving_of(row, actor) is not Leaving.SECOND:
        return begins
    if asked > begins:
        raise WrongTerm(
            _("已有人提出自{asked}起卸任，晚于新一届的第一天{day}；请先在岗位页登记卸任或不予卸任"),
            field="leaving",
            value=asked.isoformat(),
            asked=asked.isoformat(),
            day=begins.isoformat(),
        )
    return asked


LEFT = _("换届，任期届满")
"""Kept with the appointment as whoever enters it would write it."""
