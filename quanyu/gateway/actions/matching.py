"""Say what a code of another system means here, from a day on (代码对照)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from quanyu.gateway import queries, rules
from quanyu.gateway.models import Match
from quanyu.gateway.rules import Kind
from quanyu.gateway.tables import MATCHED
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import build, record_all
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.columns import Key, Row
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations import queries as organisations


@transaction.atomic
def match(
    *, source: str, kind: str, said: str, said_name: str, code: str, actor: Actor, at: datetime
) -> Match:
    """Say what a code means from today on; what came before stays as it was classed (设定对照).

    :raises Denied: if the actor does not say so at the system's place
    :raises WrongMatch: if the code is none of ours
    """
    today, word = local(at).date(), said.strip()
    row: Row = {
        "source": source,
        "kind": kind,
        "said": word,
        "said_name": said_name.strip(),
        "code": code.strip(),
        "valid_from": today,
        "valid_to": None,
    }
    key = (source, word, kind, today.isoformat())
    intake = Matches(keys={key: 1}, actor=actor, at=at)
    intake.check(row, held=None)
    held = intake.held([key], is_locked=True)
    intake.write([] if held else [row], [row] if held else [])
    found = Match.objects.filter(source__code=source, kind=kind, said=word)
    return found.get(valid_from=today)


@MATCHED.taken_by
def take(*, keys: Mapping[Key, int], actor: Actor, at: datetime) -> "Matches":
    """Return how a file of meanings is taken in: found by system, kind, code and day (导入对照)."""
    return Matches(keys=keys, actor=actor, at=at)


class Matches:
    """The intake of one file of meanings."""

    def __init__(self, *, keys: Mapping[Key, int], actor: Actor, at: datetime) -> None:
        self._actor, self._at = actor, at
        self._sources = {row.code: row for row in queries.sources(is_open=True)}

    def held(self, keys: Sequence[Key], *, is_locked: bool) -> Mapping[Key, Row]:
        """Return the meanings that stand already."""
        rows = Match.objects.filter(source__code__in={key[0] for key in keys})
        rows = rows.filter(said__in={key[1] for key in keys}).select_related("source")
        rows = rows.select_for_update(of=("self",)) if is_locked else rows
        asked = set(keys)
        found = {_key(row): _values(row) for row in rows}
        return {key: row for key, row in found.items() if key in asked}

    def check(self, row: Row, *, held: Row | None) -> None:
        """Refuse what means nothing, or is not this person's to say.

        :raises WrongMatch: if system, code or days are not as they must be
        """
        source = self._sources.get(row["source"])
        if source is None:
            raise rules.WrongMatch(
                _("没有登记这个来源系统"),
                field="source",
                value=row["source"],
                allowed=sorted(self._sources),
            )
        if not queries.kept_by(source, self._actor, rules.MATCHES):
            raise Denied
        rules.check_match(row["kind"], row["said"], row["valid_from"], row.get("valid_to"))
        self._check_code(row["kind"], row["code"])

    def end(self) -> Iterable[tuple[Key, Exception]]:
        """Return nothing: each meaning stands alone."""
        return ()

    def write(self, new: Sequence[Row], changed: Sequence[Row]) -> None:
        """Write one batch, with an audit record for each meaning."""
        rows = [self._row(row) for row in [*new, *changed]]
        Match.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["source", "kind", "said", "valid_from"],
            update_fields=["said_name", "code", "valid_to"],
        )
        record_all(
            [
                build(
                    "gateway.match",
                    f"gateway.match:{row.source.code}:{row.kind}:{row.said}",
                    actor=self._actor,
                    at=self._at,
                    facts={"code": row.code, "from": row.valid_from.isoformat()},
                )
                for row in rows
            ]
        )

    def finish(self) -> None:
        """Nothing hangs on anything."""

    def _row(self, row: Row) -> Match:
        return Match(
            source=self._sources[row["source"]],
            kind=row["kind"],
            said=row["said"],
            said_name=row.get("said_name") or "",
            code=row["code"],
            valid_from=row["valid_from"],
            valid_to=row.get("valid_to"),
        )

    def _check_code(self, kind: str, code: str) -> None:
        today = local(self._at).date()
        known = {
            Kind.CLASS: lambda: codes.class_of(code, on=today) is not None,
            Kind.BODY: lambda: organisations.body_by_code(code) is not None,
            Kind.PRIORITY: lambda: code in rules.PRIORITIES,
        }
        if not known[Kind(kind)]():
            allowed = list(rules.PRIORITIES) if kind == Kind.PRIORITY else []
            raise rules.WrongMatch(
                _("本方没有“{value}”这个代码"), field="code", value=code, allowed=allowed
            )


def _key(row: Match) -> Key:
    return row.source.code, row.said, row.kind, row.valid_from.isoformat()


def _values(row: Match) -> dict[str, object]:
    return {
        "source": row.source.code,
        "kind": row.kind,
        "said": row.said,
        "said_name": row.said_name,
        "code": row.code,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
    }
