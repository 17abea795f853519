"""Take in a file of bodies: each row by the rules of founding one (导入单位)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import build, record_all
from quanyu.kernel.columns import Key, Row
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations import rules
from quanyu.organisations.actions.keeping import check_keeper
from quanyu.organisations.models import Body
from quanyu.organisations.tables import BODIES
from quanyu.regions import queries as regions

SET = ("kind", "name", "name_en", "region_path", "parent", "phone", "valid_from", "valid_to")
"""The columns that a file sets, beside the code."""

HANG = """UPDATE organisations_body AS body SET parent_id = above.id
  FROM unnest(%s::text[], %s::text[]) AS said (code, above)
  JOIN organisations_body AS above ON above.code = said.above
 WHERE body.code = said.code"""


@BODIES.taken_by
def take(*, keys: Mapping[Key, int], actor: Actor, at: datetime) -> "Bodies":
    """Return how a file of bodies is taken in: found or changed by code (导入单位)."""
    return Bodies(keys=keys, actor=actor, at=at)


class Bodies:
    """The intake of one file of bodies."""

    def __init__(self, *, keys: Mapping[Key, int], actor: Actor, at: datetime) -> None:
        self._coming, self._actor, self._at = keys, actor, at
        self._today = timezone.localdate(at)
        standing = list(Body.objects.values_list("code", "id", "parent__code"))
        self._ids: dict[str, UUID] = {code: key for code, key, _above in standing}
        self._above = {code: above for code, _key, above in standing}
        self._hung: dict[str, str] = {}
        self._late: dict[str, str] = {}
        self._places: dict[str, bool] = {}

    def held(self, keys: Sequence[Key], *, is_locked: bool) -> Mapping[Key, Row]:
        """Return the bodies that stand already, by their codes."""
        rows = Body.objects.filter(code__in=[code for (code,) in keys]).select_related("parent")
        rows = rows.select_for_update(of=("self",)) if is_locked else rows
        found: dict[Key, Row] = {}
        for row in rows:
            found[(row.code,)] = _values(row)
        return found

    def check(self, row: Row, *, held: Row | None) -> None:
        """Refuse a row that founding a body would refuse.

        :raises WrongBody: if it has no name, no known kind, or a personal number
        :raises NotKeeper: if the actor does not keep this place, or the one it stood in
        """
        place = row["place"]
        rules.check_place(place, is_known=self._is_known(place))
        for one in {place, held["place"] if held else place}:
            self._check_keeper(one)
        rules.check_body(
            code=row["code"], kind=row["kind"], name=row["name"], phone=row.get("phone") or ""
        )
        self._check_above(row)
        rules.check_lasts(self._start(row), row.get("end"))

    def end(self) -> Iterable[tuple[Key, Exception]]:
        """Return the bodies that would hang on themselves."""
        above = self._above | self._hung
        for code in self._hung:
            if _returns(code, above):
                no = rules.WrongBody(
                    _("上级单位绕回了自己"), field="parent", value=self._hung[code]
                )
                yield (code,), no

    def write(self, new: Sequence[Row], changed: Sequence[Row]) -> None:
        """Write one batch by code, with an audit record for each body."""
        founded = [self._body(row) for row in new]
        kept = [self._body(row) for row in changed]
        self._ids |= {body.code: body.id for body in founded}
        for body in [*founded, *kept]:
            self._hang(body)
        Body.objects.bulk_create(founded)
        Body.objects.bulk_create(
            kept, update_conflicts=True, unique_fields=["code"], update_fields=SET
        )
        self._record("body.found", founded, new)
        self._record("body.change", kept, changed)

    def _record(self, topic: str, bodies: Sequence[Body], rows: Sequence[Row]) -> None:
        record_all(
            [
                build(
                    topic,
                    body,
                    actor=self._actor,
                    at=self._at,
                    facts={name: str(value or "") for name, value in row.items()},
                )
                for body, row in zip(bodies, rows, strict=True)
            ]
        )

    def finish(self) -> None:
        """Hang the bodies that stand in the file before the one above them."""
        codes = list(self._late)
        with connection.cursor() as cursor:
            cursor.execute(HANG, [codes, [self._late[code] for code in codes]])

    # -------------------------------------------------------------- inside

    def _hang(self, body: Body) -> None:
        above = self._hung[body.code]
        body.parent_id = self._ids.get(above)
        if above and body.parent_id is None:
            self._late[body.code] = above

    def _is_known(self, place: str) -> bool:
        if place not in self._places:
            self._places[place] = regions.is_known(place)
        return self._places[place]

    def _check_keeper(self, place: str) -> None:
        check_keeper(self._actor, place)

    def _check_above(self, row: Row) -> None:
        above = row.get("parent") or ""
        if above and above not in self._above and (above,) not in self._coming:
            raise rules.WrongBody(_("没有这个上级单位，文件里也没有"), field="parent", value=above)
        self._hung[row["code"]] = above

    def _start(self, row: Row) -> date:
        return row.get("start") or self._today

    def _body(self, row: Row) -> Body:
        body = Body(
            code=row["code"],
            kind=row["kind"],
            name=row["name"],
            name_en=row.get("name_en") or "",
            region_path=row["place"],
            phone=row.get("phone") or "",
            valid_from=self._start(row),
            valid_to=row.get("end"),
        )
        body.id = self._ids.get(body.code, body.id)
        return body


def _values(row: Body) -> dict[str, object]:
    return {
        "code": row.code,
        "name": row.name,
        "name_en": row.name_en,
        "kind": row.kind,
        "place": row.region_path,
        "parent": row.parent.code if row.parent else None,
        "phone": row.phone,
        "start": row.valid_from,
        "end": row.valid_to,
    }


def _returns(code: str, above: Mapping[str, str | None]) -> bool:
    """Answer whether the way up from a body leads back to it; a longer way has another ring."""
    seen: set[str] = set()
    step = above.get(code)
    while step and step not in seen:
        if step == code:
            return True
        seen.add(step)
        step = above.get(step)
    return False
