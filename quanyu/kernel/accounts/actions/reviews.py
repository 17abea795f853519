"""Look at every grant again, each quarter (授权复核)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, ActorKind, Role
from quanyu.kernel.accounts import queries, rules
from quanyu.kernel.accounts.actions.grants import close, hold_holders
from quanyu.kernel.accounts.actions.guard import tried
from quanyu.kernel.accounts.models import GrantRow, Review, ReviewLine
from quanyu.kernel.audit.actions import record
from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs.actions import announce

UNIQUE_VIOLATION = "23505"


def open_review(*, region_path: str, actor: Actor, at: datetime) -> Review:
    """List every grant that lives at a place now, to be kept or ended within some days (发起复核).

    :raises Denied: if the actor is no security administrator over the place
    :raises AskedBefore: if this quarter's review of the place is open or done
    """

    def write() -> Review:
        if actor.kind is not ActorKind.SYSTEM and not queries.administers(
            actor, Role.SEC_ADMIN, region_path
        ):
            raise Denied
        today = timezone.localdate(at)
        review = Review(
            quarter=rules.quarter(today),
            region_path=region_path,
            opened_by=actor.id,
            opened_at=at,
            due_on=today + timedelta(days=settings.QUANYU_REVIEW_DAYS),
        )
        _insert(review)
        lines = [
            ReviewLine(review=review, grant=grant, account_id=grant.account_id)
            for grant in queries.to_review(region_path, at=at)
        ]
        ReviewLine.objects.bulk_create(lines, batch_size=1000)
        record("accounts.open_review", review, actor=actor, at=at, facts={"lines": len(lines)})
        announce("grants.review_opened", review, at=at)
        return review

    return tried("open_review", f"accounts.review:{region_path}", write, actor=actor, at=at)


def open_quarter(*, actor: Actor, at: datetime) -> Review | None:
    """Open the city's review on the first working day of a quarter, or soon after it (季度复核).

    A city that began within the quarter has nothing to look at again yet.
    """
    today = timezone.localdate(at)
    quarter = rules.quarter(today)
    if not calendar.calendar(at).is_working(today):
        return None
    if Review.objects.filter(quarter=quarter, region_path=settings.QUANYU_CITY).exists():
        return None
    if not queries.stood_before(rules.quarter_begins(quarter)):
        return None
    return open_review(region_path=settings.QUANYU_CITY, actor=actor, at=at)


def decide_lines(
    *, line_ids: Sequence[UUID], verdict: str, reason: str, actor: Actor, at: datetime
) -> int:
    """Keep or end grants of a review, with one reason; what is ended ends at once (复核).

    :raises Denied: if a line is out of the actor's reach as a security administrator
    :raises OwnRequest: if one is about the actor
    :raises Settled: if one is decided
    :raises WrongGrant: if the verdict is none, or ends without a reason
    """

    def write() -> int:
        hold_holders(GrantRow.objects.filter(reviewed__in=list(line_ids)))
        lines = _lines(line_ids, verdict, reason)
        for line in lines:
            _check_line(line, actor, roles=(Role.SEC_ADMIN,))
            line.verdict, line.reason = verdict, reason.strip()
            line.decided_by, line.decided_at = actor.id, at
            line.save(update_fields=["verdict", "reason", "decided_by", "decided_at"])
            record("accounts.decide_line", line, actor=actor, at=at, changed=["verdict"])
            if verdict == rules.Verdict.END and _lives(line.grant, at=at):
                close(line.grant, reason=reason, actor=actor, at=at)
        for review in {line.review for line in lines}:
            _close_review(review, actor=actor, at=at)
        return len(lines)

    return tried("decide_line", "accounts.reviewline", write, actor=actor, at=at)


def propose_lines(
    *, line_ids: Sequence[UUID], verdict: str, reason: str, actor: Actor, at: datetime
) -> int:
    """Say as a leader of the place what should become of grants; the reviewer decides (复核建议).

    :raises Denied: if a line is at no place that the actor leads
    :raises OwnRequest: if one is about the actor
    :raises Settled: if one is decided
    :raises WrongGrant: if the verdict is none, or ends without a reason
    """

    def write() -> int:
        lines = _lines(line_ids, verdict, reason)
        for line in lines:
            _check_line(line, actor, roles=tuple(rules.LEADERS))
            line.proposal, line.proposal_reason = verdict, reason.strip()
            line.proposed_by, line.proposed_at = actor.id, at
            line.save(update_fields=["proposal", "proposal_reason", "proposed_by", "proposed_at"])
            record("accounts.propose_line", line, actor=actor, at=at, changed=["proposal"])
        return len(lines)

    return tried("propose_line", "accounts.reviewline", write, actor=actor, at=at)


def tell_late(*, actor: Actor, at: datetime) -> int:
    """Tell the audit administrator, once, of reviews that are not done in time (复核逾期)."""
    late = Review.objects.select_for_update(skip_locked=True).filter(
        closed_at__isnull=True, late_told_at__isnull=True, due_on__lt=timezone.localdate(at)
    )
    rows = list(late)
    for review in rows:
        review.late_told_at = at
        review.save(update_fields=["late_told_at"])
        record("accounts.review_late", review, actor=actor, at=at, changed=["late_told_at"])
        announce("grants.review_late", review, at=at)
    return len(rows)


def _lines(line_ids: Sequence[UUID], verdict: str, reason: str) -> list[ReviewLine]:
    """Return the lines, locked."""
    if verdict not in list(rules.Verdict):
        raise rules.WrongGrant(_("请选择保留或终止"), field="verdict", value=verdict)
    if verdict == rules.Verdict.END and not reason.strip():
        raise rules.WrongGrant(_("请写明终止理由"), field="reason")
    rows = ReviewLine.objects.select_for_update(of=("self", "grant")).filter(pk__in=list(line_ids))
    found = list(rows.select_related("grant", "review").order_by("pk"))
    if not line_ids:
        raise rules.WrongGrant(_("请勾选要复核的授权"), field="line")
    if len(found) < len(set(line_ids)):
        raise Denied
    return found


def _check_line(line: ReviewLine, actor: Actor, *, roles: Sequence[str]) -> None:
    place = queries.place_of(queries.grant_of(line.grant))
    over = any(queries.administers(actor, role, place) for role in roles)
    if actor.id is None or not over:
        raise Denied
    if line.account_id == actor.id:
        raise rules.OwnRequest(_("不得复核本人的授权，须由另一名安全管理员办理"))
    if line.verdict:
        raise rules.Settled(_("该项已复核"))


def _lives(grant: GrantRow, *, at: datetime) -> bool:
    return grant.granted_to is None or grant.granted_to > at


def _close_review(review: Review, *, actor: Actor, at: datetime) -> None:
    row = Review.objects.select_for_update().get(pk=review.pk)
    if row.closed_at is None and not row.lines.filter(verdict="").exists():
        row.closed_at = at
        row.save(update_fields=["closed_at"])
        record("accounts.close_review", row, actor=actor, at=at, changed=["closed_at"])
        announce("grants.review_closed", row, at=at)


def _insert(review: Review) -> None:
    try:
        with transaction.atomic():
            review.save(force_insert=True)
    except IntegrityError as fault:
        if getattr(fault.__cause__, "sqlstate", "") != UNIQUE_VIOLATION:
            raise
        raise rules.AskedBefore(_("本季度的复核已经发起")) from fault
