"""What posts carry, and who stands in for their holders (岗位所带的授权)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from quanyu.kernel.access.rules import ADMINISTRATORS, Actor, ActorKind
from quanyu.kernel.accounts.models import Account, GrantRow
from quanyu.kernel.accounts.queries.explained import Explained, explain
from quanyu.kernel.accounts.queries.standing import inside, live_rows
from quanyu.kernel.keys import uuid7
from quanyu.kernel.questions import Question


@dataclass(frozen=True, slots=True)
class PostSaid:
    """A post that somebody holds, held or is to hold (任职)."""

    post: str
    """In the reader's language, as every name here."""
    body: str
    place: str
    valid_from: date
    valid_to: date | None
    stand_name: str
    is_serving: bool


posts_held: Question[[UUID, Actor, datetime], Sequence[PostSaid]] = Question(
    "posts_held", default=()
)
"""Which posts does this person hold, as far as the reader sees it? organisations answers."""


def posts_of(account_id: UUID, *, actor: Actor, at: datetime) -> list[PostSaid]:
    """Return the posts of somebody, the latest first."""
    return [one for answer in posts_held.ask(account_id, actor, at) for one in answer]


def carried_by(appointment: UUID, *, at: datetime) -> list[UUID]:
    """Return the live grants that one appointment carries."""
    rows = live_rows(at=at).filter(appointment=appointment).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def carried(appointments: Collection[UUID], *, at: datetime) -> Mapping[UUID, list[Explained]]:
    """Return what appointments carry and ever carried, in words, the oldest first."""
    rows = list(
        GrantRow.objects.filter(appointment__in=appointments).order_by("granted_from", "pk")
    )
    found: dict[UUID, list[Explained]] = {}
    for row, told in zip(rows, explain(rows, at=at), strict=True):
        if row.appointment is not None:
            found.setdefault(row.appointment, []).append(told)
    return found


def standing_in(
    appointments: Collection[UUID], *, at: datetime
) -> Mapping[UUID, list[tuple[str, datetime]]]:
    """Return who stands in now for the holders of appointments, each until when."""
    rows = live_rows(at=at).filter(source__appointment__in=appointments)
    found: dict[UUID, list[tuple[str, datetime]]] = {}
    fields = ("source__appointment", "account__name", "granted_to")
    for appointment, name, until in rows.order_by("granted_to", "pk").values_list(*fields):
        if appointment is not None and until is not None:
            held = found.setdefault(appointment, [])
            if (name, until) not in held:
                held.append((name, until))
    return found


def nameable(keys: Collection[UUID], *, actor: Actor, at: datetime) -> set[UUID]:
    """Return which of these accounts the actor may name for a post or on a roll.

    They are in use, no administrator's, and of people who work where the actor does, or nowhere
    yet; whoever works elsewhere is named by who answers for both places.
    """
    kept = set(Account.objects.filter(pk__in=keys, is_active=True).values_list("pk", flat=True))
    if actor.kind is ActorKind.SYSTEM:
        return kept
    rows = GrantRow.objects.filter(account__in=kept).exclude(granted_to__lte=at)
    barred = rows.filter(role__in=sorted(ADMINISTRATORS)).values_list("account_id", flat=True)
    bodies = rows.exclude(body_id=None).order_by().values_list("body_id", flat=True).distinct()
    here = rows.filter(inside([one.path for one in actor.grants if one.path], bodies))
    elsewhere = set(rows.values_list("account_id", flat=True))
    elsewhere -= set(here.values_list("account_id", flat=True))
    return kept - elsewhere - set(barred)


def keys_of(usernames: Sequence[str]) -> Mapping[str, UUID]:
    """Return the accounts in use of these names; whoever asks sees to who may know."""
    wanted = {name.strip().lower() for name in usernames}
    rows = Account.objects.filter(username__in=wanted, is_active=True)
    return dict(rows.values_list("username", "pk"))


def keys_meant(usernames: Iterable[str]) -> dict[str, UUID]:
    """Return whom these names mean, by the names as they were given.

    For a name that is nobody's it is a key of nobody: whoever acts on it is answered just as for
    an account that may not be named, and learns of no name in use.
    """
    given = list(dict.fromkeys(usernames))
    found = keys_of(given)
    return {name: found.get(name.strip().lower()) or uuid7() for name in given}
