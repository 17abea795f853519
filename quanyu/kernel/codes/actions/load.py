"""Load the lists, samples and limits shipped with the package."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from typing import Any

from django.conf import settings
from django.db import transaction

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.codes.actions.keeping import check_keeper, lock, renew
from quanyu.kernel.codes.models import Clause, Code, CodeList, CodesEdition, Document, Limit
from quanyu.kernel.codes.rules import FLAGS

BEGIN = date(2020, 1, 1)
"""From when the shipped rows hold: before every matter the platform can hold."""

VERSION = "2026"
SAMPLED = frozenset({"verification_required", "evidence_required"})
"""Flags that rest on the sample clause of limits, not on the list of classes."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much was new."""

    documents: int
    codes: int
    limits: int

    @property
    def total(self) -> int:
        """Return how many rows were written."""
        return self.documents + self.codes + self.limits


@transaction.atomic
def load(*, actor: Actor, at: datetime) -> Loaded:
    """Load what is shipped and not there yet (载入随附的代码与示例时限).

    Bears repetition. A code or limit of which any row exists is left alone, so that nothing the
    city has changed or ended comes back.
    """
    check_keeper(actor, settings.QUANYU_CITY)
    lock()
    clauses, documents = _documents()
    done = Loaded(documents, _codes(clauses), _limits(clauses))
    if done.total:
        edition = CodesEdition.objects.get(number=1)
        facts = {"documents": done.documents, "codes": done.codes, "limits": done.limits}
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


def _codes(clauses: dict[tuple[str, str], Clause]) -> int:
    new: list[Code] = []
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
        there = set(held.codes.values_list("code", flat=True))
        rows = (row for row in _table(f"{held.key}.csv") if row["code"] not in there)
        new += [_code(held, row, shipped, clauses) for row in rows]
    Code.objects.bulk_create(new)
    return len(new)


def _code(
    held: CodeList,
    row: dict[str, str],
    shipped: dict[str, Any],
    clauses: dict[tuple[str, str], Clause],
) -> Code:
    flags = frozenset(row["flags"].split())
    attributes: dict[str, object] = dict.fromkeys(sorted(flags & FLAGS), True)
    if words := (row.get("keywords") or "").split():
        attributes["keywords"] = words
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


def _limits(clauses: dict[tuple[str, str], Clause]) -> int:
    there = set(
        Limit.objects.filter(place_path="").values_list("workflow", "stage", "class_prefix")
    )
    new = [
        Limit(
            workflow=row["workflow"],
            stage=row["stage"],
            class_prefix=row["class_prefix"],
            amount=int(row["amount"]),
            unit=row["unit"],
            valid_from=BEGIN,
            clause=clauses["limits", row["clause"]],
        )
        for row in _table("limits.csv")
        if (row["workflow"], row["stage"], row["class_prefix"]) not in there
    ]
    Limit.objects.bulk_create(new)
    return len(new)
