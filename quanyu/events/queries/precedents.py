"""Whose job a kind of matter is, as it was decided before: ahead of the duty list (判例)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from quanyu.events.models import Event, Precedent
from quanyu.events.queries import words
from quanyu.kernel.access.rules import Actor, Role, upper
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Denied
from quanyu.organisations import queries as organisations
from quanyu.organisations.rules import Holder
from quanyu.regions.rules import ancestry

PAGE = 100
DECIDERS = frozenset({Role.DISPATCHER, Role.COMMANDER})
"""Who may register and revoke a precedent, at its place or above."""

READERS = DECIDERS | {Role.DISTRICT_ADMIN}
BASIS = "precedent"
"""The ground of a holder that a precedent names, beside those of the duty list."""

DECIDED = frozenset({"dispatched", "handling", "handled", "checking", "closed", "rated"})


def major(class_code: str) -> str:
    """Return the major of a class: two digits, after a part's letter."""
    return class_code[:3] if class_code.startswith("P") else class_code[:2]


def applying(event: Event, class_code: str) -> list[Precedent]:
    """Return the precedents that hold for a matter of this class, the nearest first.

    One with a word of the text goes before one without, then the nearest place, the narrowest
    class, the newest.
    """
    rows = Precedent.objects.filter(
        revoked_at=None,
        region_path__in=ancestry(event.region_path),
        class_prefix__in=[class_code, major(class_code)],
    )
    found = [row for row in rows.select_related("clause__document") if row.keyword in event.text]
    return sorted(
        found,
        key=lambda row: (
            not row.keyword,
            -len(row.region_path),
            -len(row.class_prefix),
            -row.registered_at.timestamp(),
        ),
    )


def holders(event: Event, class_code: str, *, at: datetime) -> list[Holder]:
    """Return who answers for a class where the matter lies, the first first.

    A precedent puts its body first, with its own reason. It chooses among those whom the duty
    list names and never adds one: where the list has changed since, it is silent.
    """
    if not class_code:
        return []
    day = local(at).date()
    listed = organisations.duty_holders(class_code, place=event.region_path, on=day)
    named = {holder.body_id: holder for holder in listed}
    first = next((p for p in applying(event, class_code) if p.body_id in named), None)
    if first is None:
        return listed
    rest = [holder for holder in listed if holder.body_id != first.body_id]
    return [_decided(named[first.body_id], first, at=at), *rest]


def _decided(holder: Holder, row: Precedent, *, at: datetime) -> Holder:
    clause = codes.clause_entry(row.clause)
    reason = _("判例：{role} {day}定，{ground}（{number}）").format(
        role=words.role_words(row.registered_role, at=at),
        day=local(row.registered_at).date().isoformat(),
        ground=row.ground,
        number=row.number,
    )
    is_sample = bool(clause and clause.is_sample)
    cited = codes.cited(clause)
    return replace(holder, basis=BASIS, reason=reason, clause=cited, is_sample=is_sample)


# ------------------------------------------------------------------ what may be registered


def may_register(event: Event, *, actor: Actor, at: datetime) -> bool:
    """Answer whether this matter decides whose job its kind is, and this person may say so.

    It does when the body was decided after a hand-back or a consultation, or is not the one
    suggested first.
    """
    if event.state not in DECIDED or event.body_id is None or not _decides(actor, event):
        return False
    found = holders(event, event.category, at=at)
    first = found[0] if found else None
    named = {holder.body_id for holder in found}
    if event.body_id not in named or first is None:
        return False
    if first.body_id == event.body_id:
        was_contested = bool(event.handed_back_by or event.consulted)
        return was_contested and first.basis != BASIS
    return True


def _decides(actor: Actor, event: Event) -> bool:
    return bool(DECIDERS & actor.roles_at(event.region_path))


def places(event: Event, *, actor: Actor) -> list[str]:
    """Return the places over which this person may decide and in which the matter lies."""
    return [path for path in ancestry(event.region_path) if DECIDERS & actor.roles_at(path)]


def same(event: Event, *, class_prefix: str, place: str, keyword: str) -> Precedent | None:
    """Return the standing precedent for exactly this, if there is one."""
    rows = Precedent.objects.filter(revoked_at=None, class_prefix=class_prefix)
    return rows.filter(region_path=place, keyword=keyword).first()


# ------------------------------------------------------------------ the register


@dataclass(frozen=True, slots=True)
class PrecedentPage:
    """One page of the register; ``after`` opens the next one."""

    rows: Sequence[Precedent]
    after: str
    count: int


def register(
    *, actor: Actor, search: str = "", standing: str = "", after: str = "", size: int = PAGE
) -> PrecedentPage:
    """Return one page of what bears on the places of this person, the newest first."""
    rows = _bearing_on(actor).select_related("clause__document", "body")
    if standing != "all":
        rows = rows.filter(revoked_at=None)
    if search:
        said = search.strip()
        found = Q(body__name__contains=said) | Q(ground__contains=said) | Q(keyword__contains=said)
        rows = rows.filter(found | Q(class_prefix__startswith=said) | Q(number=said))
    count = rows.count()
    if after:
        rows = rows.filter(id__lt=_key(after))
    shown = list(rows.order_by("-id")[: size + 1])
    more = str(shown[size - 1].pk) if len(shown) > size else ""
    return PrecedentPage(shown[:size], more, count)


def one(key: UUID, *, actor: Actor, lock: bool = False) -> Precedent:
    """Return one precedent that bears on a place of this person.

    :raises Denied: if there is none
    """
    rows = _bearing_on(actor)
    row = (rows.select_for_update() if lock else rows).filter(pk=key).first()
    if row is None:
        raise Denied
    return row


def may_revoke(row: Precedent, *, actor: Actor) -> bool:
    """Answer whether this person may end a precedent: who decides at its place."""
    return row.revoked_at is None and bool(DECIDERS & actor.roles_at(row.region_path))


def _bearing_on(actor: Actor) -> QuerySet[Precedent]:
    """Keep what was decided at, above or below the places where this person reads precedents."""
    seen = Q(pk__in=[])
    for grant in actor.grants:
        if grant.path and grant.role in READERS:
            seen |= Q(region_path__in=ancestry(grant.path))
            seen |= Q(region_path__gte=grant.path, region_path__lt=upper(grant.path))
    return Precedent.objects.filter(seen)


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
