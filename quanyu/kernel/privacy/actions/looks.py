"""Open a masked value for a reason, and write down who looked (查看)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, models, transaction

from quanyu.kernel.access.rules import Actor, ActorKind, Placed, Role
from quanyu.kernel.audit.actions import label, record
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.privacy import queries, rules
from quanyu.kernel.privacy.fields import EncryptedField, Sealed, _opened
from quanyu.kernel.privacy.models import Look

LOOKING = 0x100C
"""The lock under which the looks of one account are counted."""


def reveal(
    row: models.Model, field: str, *, by: Collection[str], reason: str, actor: Actor, at: datetime
) -> str:
    """Return one masked value in the clear, and write down who looked and why.

    :param by: the roles that may look, given by the domain
    :raises ReasonMissing: if no listed reason is given
    :raises NotYours: if the actor holds none of the roles on this row
    :raises TooManyLooks: if this account has looked too often in this hour
    :raises Unreadable: if the value was changed or its key is missing
    """
    return reveal_all(row, [field], by=by, reason=reason, actor=actor, at=at)[field]


@transaction.atomic
def reveal_all(
    row: models.Model,
    fields: Sequence[str],
    *,
    by: Collection[str],
    reason: str,
    actor: Actor,
    at: datetime,
) -> dict[str, str]:
    """Return several masked values of one row as one look; an empty field gives an empty text.

    The same refusals as :func:`reveal`.
    """
    rules.check_reason(reason)
    role = _role(row, by, actor)
    _check_share(actor, at=at)
    Look.objects.create(
        subject=label(row),
        fields=sorted(fields),
        actor_kind=actor.kind.value,
        account_id=actor.id,
        job=actor.job,
        role=role,
        reason=reason,
        at=at,
    )
    facts = {"reason": reason, "role": role, "fields": sorted(fields)}
    record("privacy.reveal", row, actor=actor, at=at, changed=sorted(fields), facts=facts)
    return {name: _value(row, name) for name in fields}


def _role(row: models.Model, by: Collection[str], actor: Actor) -> str:
    if actor.kind is ActorKind.SYSTEM and Role.SYSTEM in by:
        return Role.SYSTEM
    placed: Placed | Any = row
    held = sorted(actor.roles_on(placed) & frozenset(by))
    if not held:
        raise rules.NotYours(_("您的角色不能查看该个人信息"), allowed=sorted(by))
    return held[0]


def _check_share(actor: Actor, *, at: datetime) -> None:
    share = settings.QUANYU_REVEALS_AN_HOUR
    if actor.id is None or not share:
        return
    _one_at_a_time(actor.id)
    seen = queries.looks_in_last_hour(actor.id, at=at)
    if len(seen) >= share:
        wait = seen[len(seen) - share] + queries.HOUR - at
        raise rules.TooManyLooks(
            _("一小时内最多查看 {share} 次个人信息，请于 {minutes} 分钟后再试"),
            retry_after=int(wait.total_seconds()) + 1,
            share=share,
            minutes=int(wait.total_seconds()) // 60 + 1,
        )


def _one_at_a_time(account: UUID) -> None:
    """Let one look of this account be counted at a time, so that two cannot both be the last."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOOKING, str(account)])


def _value(row: models.Model, name: str) -> str:
    field = row._meta.get_field(name)
    if not isinstance(field, EncryptedField):
        raise TypeError(f"{name} is not encrypted")
    sealed: Sealed | None = getattr(row, name)
    return _opened(sealed) if sealed else ""
