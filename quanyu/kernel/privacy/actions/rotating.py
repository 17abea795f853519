"""Seal everything anew under the newest key, in batches, while it is in use (密钥轮换)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.access.scope import acting
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.privacy import queries, sealed
from quanyu.kernel.privacy.fields import ring
from quanyu.kernel.privacy.models import Rotation, RotationPart

BATCH = 500
"""Rows sealed anew in one transaction, at most."""

PASSES = 3
"""How often what was sealed meanwhile under an older key is looked for."""

SETTLED = timedelta(minutes=10)
"""A key is retired this long after the rotation: whoever began before it is done by then."""


class StillNeeded(Invalid):
    """Something is left that only this key opens (密钥仍在使用)."""


def rotate(
    *, actor: Actor, at: datetime, told: Callable[[RotationPart], None] | None = None
) -> Rotation:
    """Seal all that is sealed under another key or provider anew; go on where one was killed.

    Each batch is a transaction with its progress. A value that somebody changes meanwhile is
    left to them. At the end every column is counted; what was sealed meanwhile under an older
    key is done in another pass.

    :param told: is called with the progress after each batch
    """
    rotation = _begun(actor=actor, at=at)
    for _pass in range(PASSES):
        for part in RotationPart.objects.filter(rotation=rotation, is_finished=False):
            while not _moved_on(part.pk, actor=actor, told=told):
                pass
        if not _again(rotation, actor=actor):
            break
    return _ended(rotation.pk, actor=actor, at=at)


def check_may_retire(number: int, *, at: datetime) -> None:
    """Refuse to give up a key that something still needs.

    :raises StillNeeded: if it seals today, a rotation is under way or was just ended, or values
        are left under it
    """
    if number == ring().newest:
        raise StillNeeded(_("{number} 号密钥正用来加密，不能停用"), field="number", number=number)
    if number not in ring().numbers:
        raise StillNeeded(_("没有 {number} 号密钥"), field="number", number=number)
    last = Rotation.objects.order_by("-began_at").first()
    if last is None or last.finished_at is None:
        raise StillNeeded(_("密钥轮换还没有完成，请先运行 ./run keys rotate"), field="number")
    if at < last.finished_at + SETTLED:
        raise StillNeeded(
            _("密钥轮换刚刚完成，请在 {minutes} 分钟后再停用旧密钥"), field="number", minutes=10
        )
    left = queries.sealed_under(number, using="owner")
    if left:
        raise StillNeeded(
            _("{number} 号密钥下还有内容：{left}。请再运行一次 ./run keys rotate"),
            field="number",
            number=number,
            left=", ".join(f"{label} {count}" for label, count in left.items()),
        )


def _begun(*, actor: Actor, at: datetime) -> Rotation:
    """Return the rotation to the present key that is under way, or begin one."""
    kind = {"version": ring().version, "key": ring().newest}
    with acting(actor):
        rotation, is_new = Rotation.objects.get_or_create(
            **kind, finished_at=None, defaults={"began_at": at}
        )
        for column in sealed.every():
            RotationPart.objects.get_or_create(rotation=rotation, column=column.label)
        if is_new:
            record("privacy.begin_rotation", rotation, actor=actor, at=at, facts=kind)
    return rotation


def _moved_on(part_id: UUID, *, actor: Actor, told: Callable[[RotationPart], None] | None) -> bool:
    """Do one batch of one column; answer whether it was the last. Two at once take turns."""
    with acting(actor):
        part = RotationPart.objects.select_for_update().get(pk=part_id)
        column = {one.label: one for one in sealed.every()}[part.column]
        rows = column.rows(after=part.last, most=BATCH)
        if rows:
            batch = column.reseal(rows, ring())
            part.last = batch.last
            part.seen += batch.seen
            part.resealed += batch.resealed
            part.unreadable += batch.unreadable
        part.is_finished = len(rows) < BATCH
        part.save()
    if told:
        told(part)
    return part.is_finished


def _again(rotation: Rotation, *, actor: Actor) -> bool:
    """Open the columns once more in which something stands under another key; say if any."""
    with acting(actor):
        left = queries.not_current(using="default")
        parts = RotationPart.objects.filter(rotation=rotation, column__in=left, unreadable=0)
        return bool(parts.update(is_finished=False, last=""))


def _ended(rotation_id: UUID, *, actor: Actor, at: datetime) -> Rotation:
    with acting(actor):
        rotation = Rotation.objects.select_for_update().get(pk=rotation_id)
        parts = list(RotationPart.objects.filter(rotation=rotation))
        if rotation.finished_at is None and all(part.is_finished for part in parts):
            rotation.finished_at = at
            rotation.save(update_fields=["finished_at"])
            facts = {part.column: part.resealed for part in parts}
            record("privacy.end_rotation", rotation, actor=actor, at=at, facts=facts)
    return rotation
