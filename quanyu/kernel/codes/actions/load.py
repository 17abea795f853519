"""Load the lists, samples, limits and rungs shipped with the package."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from importlib.resources import files
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.db import transaction

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.codes.actions.keeping import check_keeper, lock, renew, today_of
from quanyu.kernel.codes.models import (
    Clause,
    Code,
    CodeList,
    CodesEdition,
    Document,
    Limit,
    Rung,
)
from quanyu.kernel.codes.rules import ALL_FLAGS

BEGIN = date(2020, 1, 1)
"""From when the shipped rows hold: before every matter the platform can hold."""

VERSION = "2026"
CODE_SAYS = ("name", "name_en", "parent", "scheme", "version", "attributes", "clause_id")
LIMIT_SAYS = ("amount", "unit", "clause_id")
RUNG_SAYS = ("side", "amount", "unit", "whom", "words", "clause_id")
SAMPLED = frozenset({"verification_required", "evidence_required"})
"""Flags that rest on the sample clause of limits, not on the list of classes."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much was new, what this release says otherwise, and what the city has made its own."""

    documents: int
    codes: int
    limits: int
    codes_changed: int = 0
    limits_changed: int = 0
    codes_kept: int = 0
    limits_kept: int = 0
    rungs: int = 0
    rungs_changed: int = 0
    rungs_kept: int = 0

    @property
    def total(self) -> int:
        """Return how many rows were written."""
        new = self.documents + self.codes + self.limits + self.rungs
        return new + self.codes_changed + self.limits_changed + self.rungs_changed


Dated = TypeVar("Dated", Code, Limit, Rung)


@dataclass(slots=True)
class Sorted(Generic[Dated]):
    """The shipped rows of one kind, by what is to become of them."""

    day: date
    new: list[Dated] = field(default_factory=list)
    changed: list[tuple[Dated, Dated]] = field(default_factory=list)
    kept: int = 0

    def sort(self, shipped: Dated, there: Sequence[Dated], said: Sequence[str]) -> None:
        """Put one shipped row where it belongs, by the rows that are there under its name.

        :param said: the fields in which a release may say something new
        """
        last = next((row for row in there if row.valid_to is None and not row.withdrawn_at), None)
        if not there:
            self.new.append(shipped)
        elif last is None or any(row.is_edited for row in there):
            self.kept += 1
        elif any(getattr(last, name) != getattr(shipped, name) for name in said):
            self.changed.append((last, shipped))

    def write(self, model: type[Dated], said: Sequence[str]) -> None:
        """Enter what is new; what the release says otherwise holds from today on."""
        model.objects.bulk_create(self.new)
        for last, shipped in self.changed:
            if last.valid_from < self.day:
                model.objects.filter(pk=last.pk).update(valid_to=self.day)
                shipped.valid_from = self.day
                shipped.save(force_insert=True)
            else:
                values = {name: getattr(shipped, name) for name in said}
                model.objects.filter(pk=last.pk).update(**values)


@transaction.atomic
def load(*, actor: Actor, at: datetime) -> Loaded:
    """Load what is shipped and not there yet (载入随附的代码与示例时限).

    Bears repetition. A code or limit that the city has changed or ended is left alone; one that
    the last release brought and this one says otherwise is changed from today on.
    """
    check_keeper(actor, settings.QUANYU_CITY)
    lock()
    clauses, documents = _documents()
    day = today_of(at)
    listed, limits = _codes(clauses, day=day), _limits(clauses, day=day)
    rungs = _rungs(clauses, day=day)
    done = Loaded(
        documents,
        len(listed.new),
        len(limits.new),
        len(listed.changed),
        len(limits.changed),
        listed.kept,
        limits.kept,
        len(rungs.new),
        len(rungs.changed),
        rungs.kept,
    )
    if done.total:
        edition = CodesEdition.objects.get(number=1)
        facts = asdict(done)
        record("codes.load", edition, actor=actor, at=at, facts=facts)
        renew()
    return done


def _text(name: str) -> str:
    return (files("quanyu.kernel.codes") / "data" / name).read_text("utf-8")


def _table(name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(_text(name).splitlines())


def _documents() -> tuple[dict[tuple[str, str], Clause], int]:
    """Enter the sample documents; return their clauses by key and number."""
    clauses: dict[tuple[str, str], Clause] = {}
    total = 0
    for shipped in json.loads(_text("documents.json")):
        document, made = Document.objects.get_or_create(
            title=shipped["title"],
            number="",
            defaults={
                "title_en": shipped["title_en"],
                "source": shipped["source"],
                "is_sample": True,
            },
        )
        total += made
        for number, summary in shipped["clauses"].items():
            clause, _made = Clause.objects.get_or_create(
                document=document, number=number, defaults={"summary": summary}
            )
            clauses[shipped["key"], number] = clause
    return clauses, total


def _codes(clauses: dict[tuple[str, str], Clause], *, day: date) -> Sorted[Code]:
    done: Sorted[Code] = Sorted(day)
    for shipped in json.loads(_text("lists.json")):
        held, _made = CodeList.objects.get_or_create(
            key=shipped["key"],
            defaults={
                "name": shipped["name"],
                "name_en": shipped["name_en"],
                "note": shipped.get("note", ""),
                "note_en": shipped.get("note_en", ""),
                "sort": shipped["sort"],
            },
        )
        there: dict[str, list[Code]] = {}
        for row in held.codes.order_by("valid_from"):
            there.setdefault(row.code, []).append(row)
        for line in _table(f"{held.key}.csv"):
            code = _code(held, line, shipped, clauses)
            done.sort(code, there.get(code.code, []), CODE_SAYS)
    done.write(Code, CODE_SAYS)
    return done


def _code(
    held: CodeList,
    row: dict[str, str],
    shipped: dict[str, Any],
    clauses: dict[tuple[str, str], Clause],
) -> Code:
    flags = frozenset(row["flags"].split())
    attributes: dict[str, object] = dict.fromkeys(sorted(flags & ALL_FLAGS), True)
    if words := (row.get("keywords") or "").split():
        attributes["keywords"] = words
    if row.get("weight"):
        attributes["weight"] = int(row["weight"])
    if held.key == "part_class":
        attributes["national"] = row["code"].removeprefix("P")
    return Code(
        list=held,
        code=row["code"],
        name=row["name"],
        name_en=row["name_en"],
        parent=row["parent"],
        scheme="COMM-2x" if "community" in flags else shipped["scheme"],
        version=VERSION,
        valid_from=BEGIN,
        attributes=attributes,
        clause=clauses[_rests_on(flags, shipped)],
    )


def _rests_on(flags: frozenset[str], shipped: dict[str, Any]) -> tuple[str, str]:
    if flags & SAMPLED:
        return "limits", "六"
    if "community" in flags:
        return "community", "一"
    return shipped["document"], shipped["clause"]


def _limits(clauses: dict[tuple[str, str], Clause], *, day: date) -> Sorted[Limit]:
    done: Sorted[Limit] = Sorted(day)
    there: dict[tuple[str, str, str], list[Limit]] = {}
    for row in Limit.objects.filter(place_path="").order_by("valid_from"):
        there.setdefault((row.workflow, row.stage, row.class_prefix), []).append(row)
    for line in _table("limits.csv"):
        limit = Limit(
            workflow=line["workflow"],
            stage=line["stage"],
            class_prefix=line["class_prefix"],
            amount=int(line["amount"]),
            unit=line["unit"],
            valid_from=BEGIN,
            clause=clauses["limits", line["clause"]],
        )
        key = (limit.workflow, limit.stage, limit.class_prefix)
        done.sort(limit, there.get(key, []), LIMIT_SAYS)
    done.write(Limit, LIMIT_SAYS)
    return done


def _rungs(clauses: dict[tuple[str, str], Clause], *, day: date) -> Sorted[Rung]:
    done: Sorted[Rung] = Sorted(day)
    there: dict[tuple[str, str, str, int], list[Rung]] = {}
    for row in Rung.objects.order_by("valid_from"):
        key = (row.workflow, row.stage, row.class_prefix, row.number)
        there.setdefault(key, []).append(row)
    for line in _table("rungs.csv"):
        rung = Rung(
            workflow=line["workflow"],
            stage=line["stage"],
            class_prefix=line["class_prefix"],
            number=int(line["number"]),
            side=line["side"],
            amount=int(line["amount"]),
            unit=line["unit"],
            whom=line["whom"],
            words=line["words"],
            valid_from=BEGIN,
            clause=clauses["rungs", line["clause"]],
        )
        key = (rung.workflow, rung.stage, rung.class_prefix, rung.number)
        done.sort(rung, there.get(key, []), RUNG_SAYS)
    done.write(Rung, RUNG_SAYS)
    return done
