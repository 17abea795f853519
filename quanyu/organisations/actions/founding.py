"""Found bodies: one by the same steps as many (设立单位)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import build, record_all
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations import rules
from quanyu.organisations.actions.keepers import check_above, check_keeper, lock_tree
from quanyu.organisations.actions.standing import found, settle_lives
from quanyu.organisations.models import Body
from quanyu.organisations.rules.changing import check_day
from quanyu.organisations.rules.credit import check_credit
from quanyu.organisations.rules.fitting import check_superior
from quanyu.regions import queries as regions


@dataclass(frozen=True, slots=True)
class NewBody:
    """A body as somebody founds it (新设单位)."""

    code: str
    kind: str
    name: str
    place: str
    name_en: str = ""
    parent: UUID | None = None
    phone: str = ""
    uscc: str = ""
    uscc_because: str = ""
    start: date | None = None
    is_sample: bool = False


@transaction.atomic
def found_bodies(
    *, bodies: Sequence[NewBody], because: str = "", actor: Actor, at: datetime
) -> list[Body]:
    """Enter bodies that act in places, all or none (批量设立单位).

    :raises WrongBody: if one has no name, no known kind, or a personal number
    :raises WrongSuperior: if one can never hang under its superior
    :raises WrongCredit: if a unified social credit code is none
    :raises AlreadyThere: if another body has a code
    :raises WrongDay: if a superior does not stand on the first day
    :raises NotKeeper: if the actor has another part in a place
    :raises Denied: if the actor has no part in a place, or keeps no such superior
    """
    lock_tree()
    founding = Founding(bodies, actor=actor, at=at)
    rows = [founding.body(one) for one in bodies]
    found(rows, because=because.strip())
    settle_lives()
    record_all([build("body.found", row, actor=actor, at=at, facts=_facts(row)) for row in rows])
    return rows


class Founding:
    """What the founding of some bodies has to know, asked once for all of them."""

    def __init__(self, bodies: Sequence[NewBody], *, actor: Actor, at: datetime) -> None:
        self._actor, self._today = actor, timezone.localdate(at)
        self._above = _locked({one.parent for one in bodies if one.parent})
        self._codes = _taken("code", [one.code for one in bodies])
        self._credit = _taken("uscc", [one.uscc for one in bodies if one.uscc])
        self._known: dict[str, bool] = {}

    def body(self, one: NewBody) -> Body:
        """Return a body as it is to be written, or say why there can be none."""
        check_keeper(self._actor, one.place, one.kind)
        rules.check_place(one.place, is_known=self._is_known(one.place))
        rules.check_body(code=one.code, kind=one.kind, name=one.name, phone=one.phone)
        above = self._superior(one.parent)
        check_superior(one.kind, above.kind if above else "")
        self._take_code(one.code)
        check_credit(one.uscc, verified=one.uscc_because)
        self._take_credit(one.uscc)
        day = one.start or self._today
        check_day(day, today=self._today, since=date.min, field="start")
        if above is not None:
            rules.check_stands(above.valid_from, above.valid_to, day)
        return Body(
            code=one.code,
            kind=one.kind,
            name=one.name.strip(),
            name_en=one.name_en.strip(),
            region_path=one.place,
            parent=above,
            phone=one.phone,
            uscc=one.uscc,
            uscc_because=one.uscc_because.strip(),
            is_sample=one.is_sample,
            valid_from=day,
        )

    def _is_known(self, place: str) -> bool:
        if place not in self._known:
            self._known[place] = regions.is_known(place)
        return self._known[place]

    def _superior(self, parent: UUID | None) -> Body | None:
        if parent is None:
            return None
        if parent not in self._above:
            raise Denied
        check_above(self._actor, self._above[parent])
        return self._above[parent]

    def _take_code(self, code: str) -> None:
        if code in self._codes:
            raise rules.AlreadyThere(_("这个单位代码已经使用"), field="code", value=code)
        self._codes.add(code)

    def _take_credit(self, uscc: str) -> None:
        if uscc and uscc in self._credit:
            raise credit_is_taken(uscc)
        self._credit.add(uscc)


def check_credit_is_free(uscc: str) -> None:
    """Refuse a credit code that a body has.

    :raises AlreadyThere: if so
    """
    if uscc and _taken("uscc", [uscc]):
        raise credit_is_taken(uscc)


def credit_is_taken(uscc: str) -> rules.AlreadyThere:
    """Return what is said of a credit code that another body has."""
    return rules.AlreadyThere(_("另一个单位已登记这个统一社会信用代码"), field="uscc", value=uscc)


def _taken(field: str, values: Sequence[str]) -> set[str]:
    return set(Body.objects.filter(**{f"{field}__in": values}).values_list(field, flat=True))


def _locked(keys: Collection[UUID]) -> Mapping[UUID, Body]:
    """Return the superiors, locked in one order: none ends while bodies are hung under it."""
    rows = Body.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    return {row.pk: row for row in rows}


def _facts(row: Body) -> dict[str, object]:
    return {
        "code": row.code,
        "kind": row.kind,
        "name": row.name,
        "region_path": row.region_path,
    }
