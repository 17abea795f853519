"""The only way a row reaches a page."""

from collections.abc import Iterator
from typing import Self, TypeVar
from uuid import UUID

from django.db import models
from django.db.models.expressions import RawSQL

from quanyu.kernel.access.reach import Reach, Under, declared, shared_of
from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.errors import Denied

M = TypeVar("M", bound=models.Model)


class Scoped(models.QuerySet[M]):
    """Rows that belong to a place, a body, an owner or a code (受辖区约束的行)."""

    def visible_to(self, actor: Actor) -> Self:
        """Keep what the actor may see; one without grants, own rows or a code sees nothing."""
        rows = declared(self.model).rows
        if rows is None:
            raise TypeError(f"{self.model.__name__} declares no reach")
        return self.filter(_seen(rows, actor))

    def by_door(self, actor: Actor) -> "list[Self]":
        """Return what the actor may see door by door: together they are :meth:`visible_to`.

        No row comes in by two. With one condition each, every door has its index; joined by OR,
        one door without rows makes the whole a walk through the table.
        """
        rows = declared(self.model).reach
        if isinstance(rows, Under):
            raise TypeError(f"{self.model.__name__} has no doors of its own")
        found, rest = [], self
        for door in _doors(rows, actor):
            found.append(rest.filter(**_indexed(door, self.model)))
            rest = rest.exclude(**door)
        return found


def _seen(rows: Reach | Under, actor: Actor, *, prefix: str = "") -> models.Q:
    if isinstance(rows, Under):
        parent = rows.parent_model
        return _seen(declared(parent).reach, actor, prefix=f"{prefix}{rows.field}__")
    seen = models.Q(pk__in=[])
    for door in _doors(rows, actor):
        seen |= models.Q(**{f"{prefix}{column}": value for column, value in door.items()})
    return seen


def _doors(rows: Reach, actor: Actor) -> Iterator[dict[str, object]]:
    """Give the conditions under which a row is seen: by place, by body, as its owner, by code."""
    for place in rows.places:
        for low, high in actor.ranges_in(rows.circle) if rows.circle else actor.ranges:
            yield {f"{place}__gte": low, f"{place}__lt": high}
    if rows.body and actor.bodies:
        yield {f"{rows.body}__in": actor.bodies}
    if rows.bodies and actor.bodies:
        yield {f"{rows.bodies}__overlap": list(actor.bodies)}
    if rows.jobs and actor.kind is ActorKind.SYSTEM:
        yield {"pk__isnull": False}
    yield from _own_doors(rows, actor)


def _own_doors(rows: Reach, actor: Actor) -> Iterator[dict[str, object]]:
    if rows.own and actor.id is not None:
        yield {rows.own: actor.id}
    if rows.code and actor.row is not None:
        yield {"id": actor.row}


def _indexed(door: dict[str, object], model: type[models.Model]) -> dict[str, object]:
    """Return the same door by its index: whether lists overlap, row security asks no index."""
    if any(column.endswith("__overlap") for column in door):
        return {"pk__in": RawSQL(f"SELECT {shared_of(model)}()", ())}  # noqa: S611 (our name)
    return door


ScopedManager = models.Manager.from_queryset(Scoped)


def get(model: type[M], pk: UUID, *, actor: Actor, lock: bool = False) -> M:
    """Return one row the actor may see, locked if it is about to change.

    :raises Denied: if there is no such row within reach
    """
    rows: Scoped[M] = model._default_manager.all().visible_to(actor)  # type: ignore[attr-defined]
    if lock:
        rows = rows.select_for_update(of=("self",))
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Denied
    return row
