"""Who holds what at some places, for who answers for them (某些地方的授权)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.accounts import rules
from quanyu.kernel.accounts.models import GrantRow


@dataclass(frozen=True, slots=True)
class HeldAt:
    """One role of one person at one place (授权)."""

    name: str
    role: str
    region_path: str
    is_deputy: bool


def held_at(paths: Sequence[str], *, actor: Actor, at: datetime) -> list[HeldAt]:
    """Return the grants at just these places that live or will, as far as the actor leads there."""
    led = [path for path in paths if _may_see(actor, path)]
    rows = GrantRow.objects.filter(region_path__in=led, account__is_active=True)
    rows = rows.filter(Q(granted_to__isnull=True) | Q(granted_to__gt=at))
    rows = rows.order_by("region_path", "role", "account__name", "id")
    fields = ("account__name", "role", "region_path", "source_id")
    return [
        HeldAt(name, role, path, source is not None)
        for name, role, path, source in rows.values_list(*fields)
    ]


def _may_see(actor: Actor, path: str) -> bool:
    return actor.kind is ActorKind.SYSTEM or rules.may_lead(actor.grants, path)
