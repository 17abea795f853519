"""Which body comes first for a class at a place, and what a duty may be (权责规则)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _


class Basis(StrEnum):
    """Why a body answers: the thing is its own, or the place is (属主、属地)."""

    OWNER = "owner"
    TERRITORY = "territory"


BASIS_WORDS: Final = {Basis.OWNER: _("属主"), Basis.TERRITORY: _("属地")}

PART: Final = "P"
"""What a part's class begins with; every other class is an event's."""


class WrongDuty(Invalid):
    """A duty that cannot be assigned as it was given."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A body that answers for a class at a place, and on what ground (责任单位)."""

    body_id: UUID
    code: str
    kind: str
    name: str
    name_en: str
    basis: str
    place_path: str
    class_prefix: str
    clause: str = ""
    """The clause it rests on, as text: 《文件》条; "" when none was given."""
    is_sample: bool = False
    """The clause is of a sample document."""
    note: str = ""
    reason: str = ""
    """One sentence, in the reader's language, saying why this body is named here."""


def is_part(class_code: str) -> bool:
    """Tell whether a class is a part's (部件) and not an event's (事件)."""
    return class_code.startswith(PART)


def prefixes(class_code: str) -> tuple[str, ...]:
    """Return every prefix under which a duty may cover a class, the widest first."""
    return tuple(class_code[:length] for length in range(len(class_code) + 1))


def order(holders: Iterable[Holder], *, class_code: str) -> list[Holder]:
    """Return who answers, the first first.

    A duty for some classes goes before one for all of them. Parts: first the owner, then the
    territory; events: first the territory, then the owner (domain.md 3.2). Then the most specific
    place, then the longest class.
    """
    first = Basis.OWNER if is_part(class_code) else Basis.TERRITORY
    ranked = sorted(
        holders,
        key=lambda holder: (
            not holder.class_prefix,
            holder.basis != first,
            -len(holder.place_path),
            -len(holder.class_prefix),
            holder.code,
        ),
    )
    return _once_each(ranked)


def _once_each(ranked: Sequence[Holder]) -> list[Holder]:
    best: dict[UUID, Holder] = {}
    for holder in ranked:
        best.setdefault(holder.body_id, holder)
    return list(best.values())


def choose(holders: Iterable[Holder], *, class_code: str) -> Holder | None:
    """Return the body that answers first, or None when nobody does."""
    return next(iter(order(holders, class_code=class_code)), None)


def check_basis(basis: str) -> None:
    """Refuse a ground that is neither the owner's nor the territory's.

    :raises WrongDuty: if so
    """
    if basis not in set(Basis):
        raise WrongDuty(
            _("责任来源须为属主或属地"),
            field="basis",
            value=basis,
            allowed=[b.value for b in Basis],
        )


def check_class(class_prefix: str, *, is_known: bool) -> None:
    """Refuse a class that no list holds; "" means all, "P" all parts.

    :raises WrongDuty: if so
    """
    if class_prefix not in {"", PART} and not is_known:
        raise WrongDuty(_("类别表中没有这个代码"), field="class_prefix", value=class_prefix)


def check_place(place: str, *, is_known: bool) -> None:
    """Refuse a place that the tree does not hold.

    :raises WrongDuty: if so
    """
    if not is_known:
        raise WrongDuty(_("区划中没有这个地点"), field="place", value=place)
