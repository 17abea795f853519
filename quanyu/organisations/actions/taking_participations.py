"""Take in a file of who belongs to which co-ordination body, by the single verb's rules (导入)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import build, record_all
from quanyu.kernel.columns import Key, Row
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations import rules
from quanyu.organisations.actions.joining import check_near
from quanyu.organisations.actions.keepers import check_keeper, lock_tree
from quanyu.organisations.models import Body, Participation
from quanyu.organisations.rules.changing import check_day
from quanyu.organisations.rules.joining import (
    Period,
    WrongJoining,
    check_free,
    check_host,
    check_other,
)
from quanyu.organisations.tables import PARTICIPATIONS


@PARTICIPATIONS.taken_by
def take_participations(*, keys: Mapping[Key, int], actor: Actor, at: datetime) -> "Participations":
    """Return how a file of members is taken in: begun or changed by both bodies (导入成员单位)."""
    return Participations(keys=keys, actor=actor, at=at)


class Participations:
    """The intake of one file of members of co-ordination bodies."""

    def __init__(self, *, keys: Mapping[Key, int], actor: Actor, at: datetime) -> None:
        self._actor, self._at, self._today = actor, at, timezone.localdate(at)
        codes = {code for key in keys for code in key}
        self._bodies = {body.code: body for body in Body.objects.filter(code__in=codes)}
        self._rows: dict[Key, Participation] = {}
        self._before: dict[Key, list[Period]] = {}

    def held(self, keys: Sequence[Key], *, is_locked: bool) -> Mapping[Key, Row]:
        """Return the newest link of each two bodies, by their codes."""
        if is_locked:
            lock_tree()
        hosts, members = ({key[side] for key in keys} for side in (0, 1))
        rows = Participation.objects.filter(host__code__in=hosts, member__code__in=members)
        rows = rows.select_for_update(of=("self",)) if is_locked else rows
        wanted, found = set(keys), dict[Key, Row]()
        before: dict[Key, list[Period]] = {}
        for row in rows.select_related("host", "member").order_by("valid_from"):
            key = (row.host.code, row.member.code)
            if key in wanted:
                before.setdefault(key, []).append((row.valid_from, row.valid_to))
                self._rows[key], found[key] = row, _values(row)
        self._before |= {key: periods[:-1] for key, periods in before.items()}
        return found

    def check(self, row: Row, *, held: Row | None) -> None:
        """Refuse a row that the single verb would refuse.

        :raises WrongJoining: if there is no such body, or the one has no members
        :raises AlreadyJoined: if it belongs to it on one of these days
        :raises WrongDay: if a day is to come, or one of them does not stand on it
        :raises NotKeeper: if the actor does not keep the place
        """
        host, member = self._body(row, "host"), self._body(row, "member")
        check_keeper(self._actor, host.region_path, host.kind)
        try:
            check_near(self._actor, host, member)
        except Denied as no:
            raise _nobody("member", member.code) from no
        check_host(host.kind)
        check_other(host.code, member.code)
        start, end = self._start(row, held), row.get("end")
        _check_not_over(start, end, held)
        if end is not None:
            rules.check_days(start, end)
        check_day(end or start, today=self._today, since=start, field="end" if end else "start")
        for body in (host, member):
            _check_stood(body, start, end)
        check_free(start, end, self._before.get((host.code, member.code), ()))

    def end(self) -> Iterable[tuple[Key, Exception]]:
        """Return what is wrong with the file as a whole: nothing more than its rows."""
        return ()

    def write(self, new: Sequence[Row], changed: Sequence[Row]) -> None:
        """Write one batch, with an audit record for each link."""
        begun = [self._begun(row) for row in new]
        Participation.objects.bulk_create(begun)
        kept = [self._changed(row) for row in changed]
        Participation.objects.bulk_update(kept, ["because", "valid_from", "valid_to"])
        pairs = [("body.join", one) for one in begun]
        pairs += [("body.leave" if one.valid_to else "body.join", one) for one in kept]
        record_all(
            [
                build(
                    topic,
                    one.host,
                    actor=self._actor,
                    at=self._at,
                    facts={
                        "member": one.member.code,
                        "on": (one.valid_to or one.valid_from).isoformat(),
                    },
                )
                for topic, one in pairs
            ]
        )

    def finish(self) -> None:
        """Write what needs all rows to stand: nothing."""

    # -------------------------------------------------------------- inside

    def _body(self, row: Row, name: str) -> Body:
        body = self._bodies.get(row[name])
        if body is None:
            raise _nobody(name, row[name])
        return body

    def _start(self, row: Row, held: Row | None) -> date:
        return row.get("start") or (held["start"] if held else None) or self._today

    def _begun(self, row: Row) -> Participation:
        return Participation(
            host=self._bodies[row["host"]],
            member=self._bodies[row["member"]],
            because=row.get("because") or "",
            valid_from=self._start(row, None),
            valid_to=row.get("end"),
        )

    def _changed(self, row: Row) -> Participation:
        one = self._rows[(row["host"], row["member"])]
        one.because = row.get("because") or one.because
        one.valid_from = row.get("start") or one.valid_from
        one.valid_to = row.get("end")
        return one


def _nobody(name: str, code: str) -> WrongJoining:
    return WrongJoining(_("没有这个单位"), field=name, value=code)


def _check_stood(body: Body, start: date, end: date | None) -> None:
    """Refuse a period that lies outside the time of a body."""
    rules.check_stands(body.valid_from, body.valid_to, start)
    if body.valid_to is not None and (end is None or end > body.valid_to):
        rules.check_standing(body.code, body.valid_to)


def _check_not_over(start: date, end: date | None, held: Row | None) -> None:
    if held is not None and held["end"] and (start, end) != (held["start"], held["end"]):
        raise rules.WrongDay(
            _("已于{end}退出，不再变动；重新加入请在议事协调机构的页面登记"),
            field="end",
            value=end.isoformat() if end else "",
            end=held["end"].isoformat(),
        )


def _values(row: Participation) -> Row:
    return {
        "host": row.host.code,
        "member": row.member.code,
        "because": row.because or None,
        "start": row.valid_from,
        "end": row.valid_to,
    }
