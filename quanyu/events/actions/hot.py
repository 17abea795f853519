"""Keeping what has piled up, and setting aside what is none (热点)."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from quanyu.events.models.hot import HotIssue
from quanyu.events.queries import hot as queries
from quanyu.events.queries.hot import Found
from quanyu.events.rules.hot import OPENED_BY, Hot, Key, known_reasons
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied, Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _

NO_REASON = _("请选一个理由")
IS_ASIDE = _("已经搁置过了")


@transaction.atomic
def keep_hot(
    *, found: Found, repeats: Mapping[Key, int], actor: Actor, at: datetime
) -> list[HotIssue]:
    """Keep the hot issues of today; those of yesterday that are none any more end (热点计算).

    One that was set aside stays so for as long as it lasts. Repeating it changes nothing else.
    """
    rows = HotIssue.objects.visible_to(actor).filter(is_current=True).select_for_update()
    standing = {(row.region_path, row.category): row for row in rows}
    kept = [
        _keep(one, standing.pop((one.place, one.category), None), found, repeats, at=at)
        for one in found.hot
    ]
    for row in standing.values():
        row.is_current = False
        row.save(update_fields=["is_current"])
    facts = {"hot": len(kept), "ended": len(standing), "days": found.days}
    record("hot.find", "events.hotissue", actor=actor, at=at, facts=facts)
    return kept


def _keep(
    one: Hot, row: HotIssue | None, found: Found, repeats: Mapping[Key, int], *, at: datetime
) -> HotIssue:
    since, until = queries.dates(at)
    row = row or HotIssue(region_path=one.place, category=one.category, found_at=at)
    row.since, row.until, row.seen_at = since.date(), until.date(), at
    row.count, row.usual, row.days_before = one.count, one.usual, found.days
    row.repeats = repeats.get((one.place, one.category), 0)
    row.save()
    return row


@transaction.atomic
def set_aside(*, issue_id: UUID, reason: str, actor: Actor, at: datetime) -> HotIssue:
    """Set a hot issue aside, for a listed reason: it is shown no more while it lasts (搁置).

    :raises Denied: if there is none within reach, or another role would have to do it
    """
    issue = queries.one(issue_id, actor=actor, lock=True)
    if not OPENED_BY & actor.roles_on(issue):
        raise Denied
    if issue.aside:
        raise Refusal(IS_ASIDE, field="reason", value=issue.aside)
    if reason not in known_reasons():
        raise Invalid(NO_REASON, field="reason", value=reason, allowed=[*known_reasons()])
    issue.aside, issue.aside_at, issue.aside_by = reason, at, actor.id
    issue.save(update_fields=["aside", "aside_at", "aside_by"])
    record("hot.set_aside", issue, actor=actor, at=at, facts={"reason": reason})
    return issue
