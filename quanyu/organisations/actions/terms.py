"""Keep the terms of committees; ask a superior to move an election, and decide it (届期)."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs.actions import announce
from quanyu.organisations.actions.party import led
from quanyu.organisations.models import Body, CommitteeTerm, TermChange
from quanyu.organisations.queries import party as queries
from quanyu.organisations.rules import terms as rules
from quanyu.organisations.rules.party import DECIDERS, ELECTING, NotLedByYou
from quanyu.organisations.rules.terms import Span


@transaction.atomic
def keep_term(
    *,
    body_id: UUID,
    form: str,
    size: int,
    starts: date,
    years: int,
    actor: Actor,
    at: datetime,
) -> CommitteeTerm:
    """Enter a committee that serves from a day on; the one before it ends that day (登记届期).

    A term that began on the same day is put right, unless an election made it. The first one may
    be entered by who leads the organisation; from then on its dates are the superior's, who alone
    lets an election be earlier or later.

    :raises WrongTerm: if form, size or years cannot be, or it begins before the one before
    :raises NotLedByYou: if the actor has another role there, or none where the superior stands
    :raises Denied: if there is no such body, or the actor has no part in its place
    """
    body = led(body_id, actor=actor)
    if CommitteeTerm.objects.filter(body=body).exists():
        _check_superior(body, _("已登记过届期，改写或另登一届由上级党组织办理"), actor=actor)
    row = begin(body, form=form, size=size, starts=starts, years=years, actor=actor, at=at)
    facts = {"form": form, "size": size, "years": years, "starts": str(starts)}
    record("term.keep", row, actor=actor, at=at, facts=facts)
    return row


def begin(
    body: Body, *, form: str, size: int, starts: date, years: int, actor: Actor, at: datetime
) -> CommitteeTerm:
    """Write the term of a body that the caller holds, and let the one before it end.

    :raises WrongTerm: if it cannot be
    """
    if body.kind not in ELECTING:
        raise rules.WrongTerm(_("这类组织没有届期"), field="body", value=body.kind)
    rules.check_term(form=form, size=size, years=years)
    last = CommitteeTerm.objects.filter(body=body).order_by("-starts").first()
    row = _same_day(last, starts) or CommitteeTerm(body=body)
    if last is not None and row is not last:
        rules.check_begins(starts, after=last.starts)
        last.ended = starts
        last.save(update_fields=["ended"])
    row.form, row.size, row.years, row.starts = form, size, years, starts
    row.due_date = Span(starts, years, row.moved_to).due
    row.kept_by, row.kept_at = actor.id, at
    row.save()
    return row


def _same_day(last: CommitteeTerm | None, starts: date) -> CommitteeTerm | None:
    if last is None or last.starts != starts:
        return None
    if hasattr(last, "elected_in"):
        raise rules.WrongTerm(
            _("这一届由选举产生，不能改写"), field="starts", value=starts.isoformat()
        )
    return last


@transaction.atomic
def ask_change(
    *, term_id: UUID, kind: str, to: date, reason: str, actor: Actor, at: datetime
) -> TermChange:
    """Ask the superior to let an election be later, or earlier (申请延期或提前换届).

    :raises WrongChange: if it is no such day, or without a reason
    :raises ChangeWaits: if another request waits
    :raises NotLedByYou: if the actor has another role there
    :raises Denied: if there is no such term that runs, or the actor has no part in it
    """
    term = CommitteeTerm.objects.filter(pk=term_id, ended__isnull=True).first()
    if term is None:
        raise Denied
    body = led(term.body_id, actor=actor)
    rules.check_change(term.span, kind=kind, to=to, today=timezone.localdate(at))
    row = TermChange(
        term=term,
        region_path=body.life_path,
        decided_at_path=_superior(body),
        kind=kind,
        to=to,
        reason=rules.said(reason, field="reason"),
        asked_by=actor.id,
        asked_at=at,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as fault:
        raise rules.ChangeWaits(_("已有一份申请等待批复"), field="term") from fault
    facts = {"kind": kind, "to": to.isoformat(), "reason": row.reason}
    record("term_change.ask", row, actor=actor, at=at, facts=facts)
    announce("term_change.ask", row, at=at)
    return row


@transaction.atomic
def decide_change(
    *, change_id: UUID, is_approved: bool, words: str = "", actor: Actor, at: datetime
) -> TermChange:
    """Decide for the superior about another's request; approved, the election moves (批复).

    :raises ChangeDecided: if it was decided already
    :raises NotAnother: if the actor asked for it
    :raises NotLedByYou: if the actor holds no such role where the superior stands
    :raises WrongChange: if a refusal gives no reason
    :raises Denied: if it is out of reach
    """
    row = queries.change(change_id, actor=actor, lock=True)
    if row.decided_at is not None:
        raise rules.ChangeDecided(_("这份申请已经批复"))
    check_decider(row, actor=actor)
    row.words = rules.said(words, least=0 if is_approved else 2)
    row.is_approved, row.decided_by, row.decided_at = is_approved, actor.id, at
    row.save(update_fields=["words", "is_approved", "decided_by", "decided_at"])
    if is_approved:
        term = CommitteeTerm.objects.select_for_update().get(pk=row.term_id)
        if term.ended is not None:
            raise rules.ChangeDecided(_("这一届已经结束，不能再延期或提前"))
        term.moved_to = term.due_date = row.to
        term.save(update_fields=["moved_to", "due_date"])
    verb = "approve" if is_approved else "refuse"
    record(f"term_change.{verb}", row, actor=actor, at=at, facts={"to": row.to.isoformat()})
    announce(f"term_change.{verb}", row, at=at)
    return row


def check_decider(row: TermChange, *, actor: Actor) -> None:
    """Refuse who does not decide about a request: somebody else, where the superior stands.

    :raises NotAnother: if the actor asked for it
    :raises NotLedByYou: if the actor holds no such role there
    """
    if not DECIDERS & actor.roles_at(row.decided_at_path):
        raise NotLedByYou(
            _("延期或提前换届由上级党组织批准"), allowed=sorted(map(str, DECIDERS - {Role.SYSTEM}))
        )
    if actor.id == row.asked_by:
        raise rules.NotAnother(_("申请人不能批复自己的申请，须由另一人办理"))


def _check_superior(body: Body, sentence: str, *, actor: Actor) -> None:
    if not DECIDERS & actor.roles_at(_superior(body)):
        raise NotLedByYou(sentence, allowed=sorted(map(str, DECIDERS)))


def _superior(body: Body) -> str:
    """Return where the organisation above is kept; its own where none is."""
    return body.parent.life_path if body.parent else body.life_path
