"""Take in a file of bodies: each row by the rules of founding one (导入单位)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count, Max, Min
from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import build, record_all
from quanyu.kernel.columns import Key, Row
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations import rules
from quanyu.organisations.actions.following import follow_at_once
from quanyu.organisations.actions.forming import leave_formations
from quanyu.organisations.actions.joining import check_host_stays, leave_participations
from quanyu.organisations.actions.keepers import check_keeper, lock_tree
from quanyu.organisations.actions.merging import hanging_on, still_hanging
from quanyu.organisations.actions.posts import check_seated
from quanyu.organisations.actions.standing import Stand, found, settle_lives, stand
from quanyu.organisations.models import Body, Footing, Formation, Participation
from quanyu.organisations.rules.changing import Change
from quanyu.organisations.rules.credit import check_credit
from quanyu.organisations.rules.fitting import WrongSuperior, check_superior
from quanyu.organisations.tables import BODIES
from quanyu.regions import queries as regions

SET = ("phone", "uscc", "uscc_because", "valid_from", "valid_to")
"""The columns that a file sets and that have no history, beside the code."""

STANDS = ("kind", "name", "name_en", "place", "parent")
"""The columns of which a history is kept."""

HANG = """WITH said AS (
  SELECT body.id, above.id AS above
    FROM unnest(%s::text[], %s::text[]) AS said (code, above)
    JOIN organisations_body AS body USING (code)
    JOIN organisations_body AS above ON above.code = said.above
), footings AS (
  UPDATE organisations_footing AS held SET parent_id = said.above
    FROM said WHERE held.body_id = said.id
)
UPDATE organisations_body AS body SET parent_id = said.above FROM said WHERE body.id = said.id"""
"""Hang new bodies that stood in the file before the one above them."""

RETIME = """WITH ends AS (
  SELECT body.id, body.valid_from, body.valid_to, first.id AS first, last.id AS last
    FROM organisations_body AS body
   CROSS JOIN LATERAL (SELECT id FROM organisations_footing WHERE body_id = body.id
                        ORDER BY valid_from LIMIT 1) AS first
   CROSS JOIN LATERAL (SELECT id FROM organisations_footing WHERE body_id = body.id
                        ORDER BY valid_from DESC LIMIT 1) AS last
   WHERE body.code = ANY(%s)
)
UPDATE organisations_footing AS held
   SET valid_from = CASE WHEN held.id = ends.first THEN ends.valid_from ELSE held.valid_from END,
       valid_to = CASE WHEN held.id = ends.last THEN ends.valid_to ELSE held.valid_to END
  FROM ends WHERE held.id IN (ends.first, ends.last)"""
"""Let the first row of how a body stood begin, and the last one end, with the body."""


@BODIES.taken_by
def take(*, keys: Mapping[Key, int], actor: Actor, at: datetime) -> "Bodies":
    """Return how a file of bodies is taken in: found or changed by code (导入单位)."""
    return Bodies(keys=keys, actor=actor, at=at)


class Bodies:
    """The intake of one file of bodies."""

    def __init__(self, *, keys: Mapping[Key, int], actor: Actor, at: datetime) -> None:
        self._coming, self._actor, self._at = keys, actor, at
        self._today = timezone.localdate(at)
        fields = ("code", "id", "parent__code", "region_path", "kind", "uscc")
        standing = list(Body.objects.values_list(*fields))
        self._ids: dict[str, UUID] = {code: key for code, key, *_rest in standing}
        self._above = {code: above for code, _key, above, *_rest in standing}
        self._seats = {code: (place, kind) for code, _k, _a, place, kind, _uscc in standing}
        self._kinds = {code: kind for code, (_place, kind) in self._seats.items()}
        self._credit = {uscc: code for code, *_rest, uscc in standing if uscc}
        self._held: dict[str, Row] = {}
        self._stands: dict[str, Row] = {}
        self._ended: dict[str, date] = {}
        self._spans = _spans()
        self._hung: dict[str, str] = {}
        self._late: dict[str, str] = {}
        self._places: dict[str, bool] = {}

    def held(self, keys: Sequence[Key], *, is_locked: bool) -> Mapping[Key, Row]:
        """Return the bodies that stand already, by their codes."""
        if is_locked:
            lock_tree()
        rows = Body.objects.filter(code__in=[code for (code,) in keys]).select_related("parent")
        rows = rows.select_for_update(of=("self",)) if is_locked else rows
        found: dict[Key, Row] = {}
        for row in rows:
            self._held[row.code] = found[(row.code,)] = _values(row)
        return found

    def check(self, row: Row, *, held: Row | None) -> None:
        """Refuse a row that founding a body would refuse.

        :raises WrongBody: if it has no name, no known kind, or a personal number
        :raises NotKeeper: if the actor does not keep this place, or the one it stood in
        """
        place = row["place"]
        rules.check_place(place, is_known=self._is_known(place))
        check_keeper(self._actor, place, row["kind"])
        if held:
            check_keeper(self._actor, held["place"], held["kind"])
            self._check_seat(row, held)
        rules.check_body(
            code=row["code"], kind=row["kind"], name=row["name"], phone=row.get("phone") or ""
        )
        self._check_credit(row)
        self._check_above(row, held)
        self._check_days(row, held)
        self._kinds[row["code"]] = row["kind"]

    def end(self) -> Iterable[tuple[Key, Exception]]:
        """Return the bodies that would hang on themselves, or where none of their kind hangs."""
        above = self._above | self._hung
        for code in self._hung:
            no = _not_below(code, above, self._kinds)
            if no is not None:
                yield (code,), no
        for code in self._ended:
            found = hanging_on(self._ids[code], actor=self._actor, at=self._at)
            if found:
                yield (code,), still_hanging(code, found, field="end")
        yield from self._late_links()

    def write(self, new: Sequence[Row], changed: Sequence[Row]) -> None:
        """Write one batch by code, with an audit record for each body."""
        founded = [self._body(row) for row in new]
        kept = [self._body(row) for row in changed]
        self._ids |= {body.code: body.id for body in founded}
        for body in founded:
            self._hang(body)
        found(founded, change=Change.TAKE)
        Body.objects.bulk_create(
            kept, update_conflicts=True, unique_fields=["code"], update_fields=SET
        )
        for row in changed:
            self._stands[row["code"]] = row
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
        """Hang the bodies that stand before the one above them; write what has a history."""
        codes = list(self._late)
        with connection.cursor() as cursor:
            cursor.execute(HANG, [codes, [self._late[code] for code in codes]])
            cursor.execute(RETIME, [list(self._stands)])
        stand([self._stand(row) for row in self._stands.values() if self._differs(row)])
        settle_lives()
        self._leave()
        follow_at_once(actor=self._actor, at=self._at)

    # -------------------------------------------------------------- inside

    def _leave(self) -> None:
        """Let what the file ends be formed in no unit, and belong nowhere, any more."""
        linked = {code for code, _begun in self._links()}
        for body in Body.objects.filter(code__in=linked).order_by("pk"):
            day = self._ended[body.code]
            leave_formations(body, day, actor=self._actor, at=self._at)
            leave_participations(body, day, actor=self._actor, at=self._at)

    def _late_links(self) -> Iterable[tuple[Key, Exception]]:
        """Return what would end before one of its links has lasted a day."""
        for code, begun in self._links():
            try:
                rules.check_days(begun, self._ended[code])
            except rules.WrongDay as no:
                yield (code,), no

    def _links(self) -> list[tuple[str, date]]:
        """Return what the file ends that is linked to others, each link with its first day."""
        formed = Formation.objects.standing().filter(party__code__in=self._ended)
        joined = Participation.objects.standing()
        found = list(formed.values_list("party__code", "valid_from"))
        for side in ("member__code", "host__code"):
            rows = joined.filter(**{f"{side}__in": self._ended})
            found += rows.values_list(side, "valid_from")
        return found

    def _hang(self, body: Body) -> None:
        above = self._hung[body.code]
        body.parent_id = self._ids.get(above)
        if above and body.parent_id is None:
            self._late[body.code] = above

    def _is_known(self, place: str) -> bool:
        if place not in self._places:
            self._places[place] = regions.is_known(place)
        return self._places[place]

    def _differs(self, row: Row) -> bool:
        """Tell whether a row changes how a body stands: what a history is kept of."""
        held = self._held[row["code"]]
        return any((row.get(name) or "") != (held[name] or "") for name in STANDS)

    def _stand(self, row: Row) -> Stand:
        code = row["code"]
        began = self._spans[code][1] if code in self._spans else self._start(row)
        above = self._hung[code]
        return Stand(
            self._ids[code],
            max(self._today, began),
            row["kind"],
            row["name"],
            row.get("name_en") or "",
            row["place"],
            self._ids[above] if above else None,
            Change.TAKE,
        )

    def _check_seat(self, row: Row, held: Row) -> None:
        if row["kind"] != held["kind"]:
            check_host_stays(self._ids[row["code"]], row["kind"])
        if row["place"] != held["place"]:
            check_seated(self._ids[row["code"]], row["code"], row["place"], on=self._today)

    def _check_credit(self, row: Row) -> None:
        uscc = row.get("uscc") or ""
        check_credit(uscc, verified=row.get("uscc_because") or "")
        if uscc and self._credit.setdefault(uscc, row["code"]) != row["code"]:
            raise rules.AlreadyThere(
                _("另一个单位已登记这个统一社会信用代码"), field="uscc", value=uscc
            )

    def _check_days(self, row: Row, held: Row | None) -> None:
        """Refuse days that would leave something of a body's history outside its time."""
        start, end = self._start(row), row.get("end")
        rules.check_lasts(start, end)
        if held is None:
            return
        first, last = self._spans.get(row["code"], (None, start))
        if first is not None:
            rules.check_stands(date.min, first, start)
        if end is not None and last > start:
            rules.check_lasts(last, end)
        if held["end"] and (end != held["end"] or self._differs(row)):
            raise rules.WrongDay(
                _("该单位已于{end}撤销，不再变动"),
                field="end",
                value=end.isoformat() if end else "",
                end=held["end"].isoformat(),
            )
        if end is not None and held["end"] is None:
            self._ended[row["code"]] = end

    def _check_above(self, row: Row, held: Row | None) -> None:
        above, was = row.get("parent") or "", (held or {}).get("parent") or ""
        if above and above not in self._above and (above,) not in self._coming:
            raise _no_superior(above)
        for code in (above, was) if above != was else ():
            self._check_kept(code)
        self._hung[row["code"]] = above

    def _check_kept(self, code: str) -> None:
        """Refuse a superior of another's place as if there were none; of the file, its row says."""
        if code not in self._seats:
            return
        try:
            check_keeper(self._actor, *self._seats[code])
        except (Denied, rules.NotKeeper) as no:
            raise _no_superior(code) from no

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
            uscc=row.get("uscc") or "",
            uscc_because=row.get("uscc_because") or "",
            valid_from=self._start(row),
            valid_to=row.get("end"),
        )
        body.id = self._ids.get(body.code, body.id)
        return body


def _no_superior(code: str) -> rules.WrongBody:
    return rules.WrongBody(_("没有这个上级单位，文件里也没有"), field="parent", value=code)


def _values(row: Body) -> dict[str, object]:
    return {
        "code": row.code,
        "name": row.name,
        "name_en": row.name_en,
        "kind": row.kind,
        "place": row.region_path,
        "parent": row.parent.code if row.parent else None,
        "phone": row.phone,
        "uscc": row.uscc or None,
        "uscc_because": row.uscc_because or None,
        "start": row.valid_from,
        "end": row.valid_to,
    }


def _spans() -> dict[str, tuple[date, date]]:
    """Return of bodies that changed when they first did, and when they last did."""
    rows = (
        Footing.objects.values_list("body__code")
        .annotate(first=Min("valid_to"), last=Max("valid_from"), count=Count("id"))
        .filter(count__gt=1)
    )
    return {code: (first, last) for code, first, last, _count in rows}


def _not_below(
    code: str, above: Mapping[str, str | None], kinds: Mapping[str, str]
) -> Exception | None:
    """Return why a body cannot hang where the file says, or None."""
    superior = above.get(code) or ""
    if _returns(code, above):
        return rules.WrongBody(_("上级单位绕回了自己"), field="parent", value=superior)
    try:
        check_superior(kinds[code], kinds.get(superior, ""))
    except WrongSuperior as no:
        return no
    return None


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
