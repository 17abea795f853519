"""Take in a file of codes: each row is one of the verbs, from a day on (导入代码)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.conf import settings
from django.db.models import Q

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.codes import rules
from quanyu.kernel.codes.actions.keeping import check_keeper, today_of
from quanyu.kernel.codes.actions.lists import add_code, change_code, end_code
from quanyu.kernel.codes.models import STANDING, Code, CodeList
from quanyu.kernel.codes.rules import NotInForce, StillParent, WrongCode, WrongStart
from quanyu.kernel.codes.tables import CODES
from quanyu.kernel.columns import Key, Row
from quanyu.kernel.errors import gettext_noop as _

CHANGES = ("name", "name_en", "parent")
"""What a file changes of a code; marks and clause are set on the page, with their reason."""


@CODES.taken_by
def take_codes(*, keys: Mapping[Key, int], actor: Actor, at: datetime) -> "Codes":
    """Return how a file of codes is taken in: added, changed or ended by list and code."""
    return Codes(keys=keys, actor=actor, at=at)


class Codes:
    """The intake of one file of codes."""

    def __init__(self, *, keys: Mapping[Key, int], actor: Actor, at: datetime) -> None:
        self._actor, self._at, self._today = actor, at, today_of(at)
        self._named = set(keys)
        self._lists = set(CodeList.objects.values_list("key", flat=True))
        self._rows: dict[Key, list[Code]] = {}
        self._new: dict[Key, Row] = {}
        self._changed: list[Row] = []

    def held(self, keys: Sequence[Key], *, is_locked: bool) -> Mapping[Key, Row]:
        """Return the codes as they hold today, or will first, by list and code."""
        wanted = Code.objects.filter(STANDING, code__in={code for _list, code in keys})
        wanted = wanted.filter(list__key__in={key for key, _code in keys})
        wanted = wanted.filter(Q(valid_to=None) | Q(valid_to__gt=self._today))
        for key in keys:
            self._rows.pop(key, None)
        for row in wanted.select_related("list").order_by("valid_from"):
            self._rows.setdefault((row.list.key, row.code), []).append(row)
        return {key: _values(key, self._rows[key][0]) for key in keys if key in self._rows}

    def check(self, row: Row, *, held: Row | None) -> None:
        """Refuse a row that the verbs would refuse.

        :raises NotKeeper: if the actor does not keep the codes of the city
        :raises WrongCode: if there is no such list, or the code or its name is none
        :raises WrongStart: if a day is past, or comes without a change
        :raises NotInForce: if the code above does not hold then
        :raises StillParent: if other codes hang on one that ends
        """
        check_keeper(self._actor, settings.QUANYU_CITY)
        if row["list"] not in self._lists:
            raise WrongCode(_("没有这个代码表"), field="list", value=row["list"])
        rules.check_code(row["code"], name=row["name"])
        start = self._start(row, held)
        if held is None or _differs(row, held):
            self._check_day("from", start, last=self._last(row))
            self._check_parent(row, start)
        elif row.get("from") not in {None, held["from"]}:
            raise WrongStart(_("名称和上级都没有变，不能只改生效日期"), field="from")
        self._check_end(row, held, start)

    def end(self) -> Iterable[tuple[Key, Exception]]:
        """Return what is wrong with the file as a whole: nothing more than its rows."""
        return ()

    def write(self, new: Sequence[Row], changed: Sequence[Row]) -> None:
        """Keep one batch: a code may stand before the one that it hangs on."""
        self._new |= {_key(row): row for row in new}
        self._changed += changed

    def finish(self) -> None:
        """Write every row by its verb, what others hang on first."""
        for row in _from_above(self._new):
            self._add(row)
        for row in self._changed:
            self._change(row)

    # -------------------------------------------------------------- inside

    def _start(self, row: Row, held: Row | None) -> date:
        """Return from when a row holds: the day it names anew, or today."""
        said: date | None = row.get("from")
        return said if said and (held is None or said != held["from"]) else self._today

    def _last(self, row: Row) -> date | None:
        rows = self._rows.get(_key(row), [])
        return rows[-1].valid_from if rows else None

    def _check_day(self, column: str, day: date, *, last: date | None) -> None:
        try:
            rules.check_start(day, today=self._today, last=last)
        except WrongStart as no:
            no.field = column
            raise

    def _check_parent(self, row: Row, start: date) -> None:
        parent = row.get("parent") or ""
        above = (row["list"], parent)
        if not parent or (above in self._named and parent != row["code"]):
            return
        rows = Code.objects.filter(STANDING, list__key=row["list"], code=parent)
        if parent == row["code"] or rules.in_force(rows, start) is None:
            raise NotInForce(_("上级代码在该日未生效"), field="parent", value=parent)

    def _check_end(self, row: Row, held: Row | None, start: date) -> None:
        end = row.get("to")
        if end is None or (held is not None and end == held["to"]):
            return
        if held is not None and held["to"] is not None:
            raise WrongStart(_("已登记停用或变更的，请先撤回"), field="to", value=end.isoformat())
        self._check_day("to", end, last=start if held is None else held["from"])
        hanging = Code.objects.filter(STANDING, list__key=row["list"], parent=row["code"])
        if hanging.filter(Q(valid_to=None) | Q(valid_to__gt=end)).exists():
            code = row["code"]
            raise StillParent(
                _("代码 {code} 下还有在用的下级代码"), field="code", value=code, code=code
            )

    def _add(self, row: Row) -> None:
        add_code(
            list_key=row["list"],
            code=row["code"],
            name=row["name"],
            name_en=row.get("name_en") or "",
            parent=row.get("parent") or "",
            start=self._start(row, None),
            actor=self._actor,
            at=self._at,
        )
        self._end(row, None)

    def _change(self, row: Row) -> None:
        held = _values(_key(row), self._rows[_key(row)][0])
        if _differs(row, held):
            change_code(
                list_key=row["list"],
                code=row["code"],
                start=self._start(row, held),
                changes={name: row.get(name) or "" for name in CHANGES},
                actor=self._actor,
                at=self._at,
            )
        self._end(row, held)

    def _end(self, row: Row, held: Row | None) -> None:
        end = row.get("to")
        if end is not None and (held is None or end != held["to"]):
            end_code(
                list_key=row["list"], code=row["code"], end=end, actor=self._actor, at=self._at
            )


def _key(row: Row) -> Key:
    return (row["list"], row["code"])


def _values(key: Key, row: Code) -> Row:
    return {
        "list": key[0],
        "code": key[1],
        "name": row.name,
        "name_en": row.name_en,
        "parent": row.parent,
        "from": row.valid_from,
        "to": row.valid_to,
    }


def _differs(row: Row, held: Row) -> bool:
    return any((row.get(name) or "") != held[name] for name in CHANGES)


def _from_above(new: Mapping[Key, Row]) -> list[Row]:
    """Return the new codes, each after the one above it where that is new too."""
    found: dict[Key, Row] = {}
    for key in new:
        way: list[Key] = []
        while key in new and key not in found and key not in way:
            way.append(key)
            key = (key[0], new[key].get("parent") or "")  # noqa: PLW2901 - up the tree
        found |= {one: new[one] for one in reversed(way)}
    return list(found.values())
