"""Load the rules of party organisations in numbers, and change one from a day on (规定的数)."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.codes import actions as codes
from quanyu.kernel.codes import queries as clauses
from quanyu.kernel.codes.actions.keeping import check_clause, check_keeper
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations.models import PartyNorm
from quanyu.organisations.rules import norms as rules
from quanyu.organisations.rules.norm_subjects import check_subject

DATA = Path(__file__).parents[1] / "data" / "party.json"
BEGIN = date(2020, 1, 1)
"""From when the shipped numbers hold: before the first day the platform knows of."""


@transaction.atomic
def load_norms(*, actor: Actor, at: datetime) -> int:
    """Bring the shipped numbers that the city has not, and return how many (载入规定).

    A number that the city has, in force or ended, is the city's own and stays.

    :raises NotKeeper: if the actor does not keep the whole city
    """
    check_keeper(actor, settings.QUANYU_CITY)
    shipped = json.loads(DATA.read_text("utf-8"))
    held = set(PartyNorm.objects.values_list("key", "subject"))
    new = [one for one in shipped["norms"] if (one["key"], one.get("subject", "")) not in held]
    if not new:
        return 0
    rests_on = _clauses(shipped["documents"], actor=actor, at=at)
    PartyNorm.objects.bulk_create(
        PartyNorm(
            key=one["key"],
            subject=one.get("subject", ""),
            amount=one["amount"],
            base=one.get("base", 1),
            clause_id=rests_on[one["document"], one["clause"]],
            valid_from=BEGIN,
        )
        for one in new
    )
    record("norm.load", "organisations.partynorm", actor=actor, at=at, facts={"new": len(new)})
    return len(new)


@transaction.atomic
def change_norm(
    *,
    key: str,
    subject: str = "",
    amount: int,
    base: int = 1,
    clause_id: UUID | None = None,
    because: str,
    start: date | None = None,
    actor: Actor,
    at: datetime,
) -> PartyNorm:
    """Let another number hold from a day on; the old one is kept with its last day (修改规定).

    :param because: the document that says so; or why
    :raises WrongNorm: if it cannot be one, or nothing is said of its ground
    :raises NormBegun: if the number has changed on that day or later already
    :raises NotKeeper: if the actor does not keep the whole city
    """
    check_keeper(actor, settings.QUANYU_CITY)
    rules.check_norm(key=key, amount=amount, base=base)
    check_subject(key, subject)
    rules.check_ground(because)
    check_clause(clause_id)
    today = timezone.localdate(at)
    day = start or today
    rules.check_begin(day, today=today)
    rows = PartyNorm.objects.select_for_update().filter(key=key, subject=subject)
    last = rows.order_by("-valid_from").first()
    if last is not None and last.valid_from >= day:
        raise rules.NormBegun(
            _("这项规定已从 {begun} 起改过，新的须晚于这一天"),
            field="start",
            value=day.isoformat(),
            begun=last.valid_from.isoformat(),
        )
    rows.filter(valid_to__isnull=True).update(valid_to=day)
    row = PartyNorm.objects.create(
        key=key,
        subject=subject,
        amount=amount,
        base=base,
        clause_id=clause_id,
        because=because.strip(),
        kept_by=actor.id,
        kept_at=at,
        valid_from=day,
    )
    facts = {"key": key, "subject": subject, "amount": amount, "base": base, "from": str(day)}
    record("norm.change", row, actor=actor, at=at, facts=facts)
    return row


def _clauses(
    shipped: list[dict[str, Any]], *, actor: Actor, at: datetime
) -> dict[tuple[str, str], UUID]:
    """Enter the documents that the numbers rest on; return their clauses by key and number."""
    held = {(one.document.title, one.number): one.pk for one in clauses.clauses()}
    known = {one.title: one.pk for one in clauses.documents() if not one.number}
    found: dict[tuple[str, str], UUID] = {}
    for one in shipped:
        told = {name: one[name] for name in ("title", "title_en", "source", "is_sample")}
        document = known.get(one["title"]) or codes.add_document(**told, actor=actor, at=at).pk
        for number, summary in one["clauses"].items():
            found[one["key"], number] = (
                held.get((one["title"], number))
                or codes.add_clause(
                    document_id=document, number=number, summary=summary, actor=actor, at=at
                ).pk
            )
    return found
