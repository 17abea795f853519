"""The rules of party organisations in numbers, as they hold on a day (党组织规定)."""

from dataclasses import dataclass
from datetime import date, datetime

from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.codes import queries as codes
from quanyu.organisations.models import PartyNorm
from quanyu.organisations.rules.norms import Norm, NormKey, Norms, norm
from quanyu.organisations.rules.rhythm import MeetingKind
from quanyu.organisations.rules.voting import Rule, Share


def norms(*, on: date) -> Norms:
    """Return every number that holds on a day, by key and subject, with its clause as cited."""
    rows = PartyNorm.objects.on(on).select_related("clause__document")
    return {(row.key, row.subject): entry(row) for row in rows.order_by("key", "subject")}


@dataclass(frozen=True, slots=True)
class Kept:
    """One number as it held from a day to a day, and who wrote it (规定的沿革)."""

    norm: Norm
    until: date | None
    because: str
    by: str
    """"" for a number that was shipped."""
    at: datetime | None


def history(key: str, subject: str) -> list[Kept]:
    """Return how one number stood and will stand, the latest first."""
    rows = PartyNorm.objects.filter(key=key, subject=subject).select_related("clause__document")
    found = list(rows.order_by("-valid_from"))
    names = accounts.names_of(row.kept_by for row in found)
    return [
        Kept(
            entry(row),
            row.valid_to,
            row.because,
            names.get(row.kept_by, "") if row.kept_by else "",
            row.kept_at,
        )
        for row in found
    ]


def entry(row: PartyNorm) -> Norm:
    """Return a row as a value."""
    clause = codes.clause_entry(row.clause)
    return Norm(
        key=row.key,
        subject=row.subject,
        amount=row.amount,
        base=row.base,
        clause=codes.cited(clause) or row.because,
        is_sample=clause.is_sample if clause else not row.because,
        valid_from=row.valid_from,
        id=row.pk,
    )


def deciding(held: Norms) -> tuple[Norm, Norm] | None:
    """Return the numbers by which an election is decided: present, and in favour."""
    present, majority = norm(held, NormKey.PRESENT), norm(held, NormKey.MAJORITY)
    return (present, majority) if present and majority else None


def rule_of(present: Norm, majority: Norm) -> Rule:
    """Return those numbers as a rule."""
    return Rule(
        least=Share(present.amount, present.base), above=Share(majority.amount, majority.base)
    )


def rhythms(held: Norms) -> dict[MeetingKind, Norm]:
    """Return how often each kind of meeting is due; one without a rhythm is left out."""
    return {
        kind: held[NormKey.RHYTHM, kind] for kind in MeetingKind if (NormKey.RHYTHM, kind) in held
    }
