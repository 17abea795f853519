"""Read codes and limits: the intake path from memory, the pages from the tables."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import get_language

from quanyu.kernel.codes import rules
from quanyu.kernel.codes.models import (
    STANDING,
    Clause,
    Code,
    CodeList,
    CodesEdition,
    Document,
    Limit,
    Rung,
)
from quanyu.kernel.codes.rules import CLASS_LISTS, ClauseEntry, CodeEntry, LimitEntry, rungs
from quanyu.kernel.codes.rules.rungs import RungEntry
from quanyu.kernel.editions import Kept
from quanyu.kernel.questions import Question

counted_stages: Question[[str], Mapping[str, str]] = Question("counted_stages", default={})
"""Which limits of this workflow are counts, each with its unit? Asked with its name."""

stage_names: Question[[str], Mapping[str, str]] = Question("stage_names", default={})
"""What are the stages of this workflow called? Its domain answers."""

rung_names: Question[[str], Mapping[str, Mapping[str, str]]] = Question("rung_names", default={})
"""What are the clocks of this workflow called (``stages``), whom does it tell (``people``), and
with which notices (``words``)? Its domain answers.
"""

NAMED = ("stages", "people", "words")

place_names: Question[[Sequence[str]], Mapping[str, str]] = Question("place_names", default={})
"""What are these places called? Asked with paths; regions answers."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All codes and limits, with their history, as the process keeps them."""

    codes: dict[str, dict[str, tuple[CodeEntry, ...]]]
    limits: dict[tuple[str, str], tuple[LimitEntry, ...]]
    rungs: dict[str, tuple[RungEntry, ...]]


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One list with its counts (代码表概况)."""

    key: str
    name: str
    name_en: str
    note: str
    note_en: str
    in_force: int
    upcoming: int
    edited: int

    def name_in(self, language: str) -> str:
        """Return the name in a language; Chinese where there is no other."""
        return self.name_en if language.startswith("en") and self.name_en else self.name

    def note_in(self, language: str) -> str:
        """Return the note in a language; Chinese where there is no other."""
        return self.note_en if language.startswith("en") and self.note_en else self.note


def _load() -> Snapshot:
    codes: dict[str, dict[str, tuple[CodeEntry, ...]]] = defaultdict(dict)
    for row in _codes():
        entry = code_entry(row)
        held = codes[entry.list]
        held[entry.code] = (*held.get(entry.code, ()), entry)
    limits: dict[tuple[str, str], tuple[LimitEntry, ...]] = {}
    for found in _limits():
        key = found.workflow, found.stage
        limits[key] = (*limits.get(key, ()), limit_entry(found))
    ladders: dict[str, tuple[RungEntry, ...]] = {}
    for rung in _rungs():
        ladders[rung.workflow] = (*ladders.get(rung.workflow, ()), rung_entry(rung))
    return Snapshot(dict(codes), limits, ladders)


def _edition() -> UUID | None:
    return CodesEdition.objects.values_list("token", flat=True).first()


kept: Kept[Snapshot] = Kept(_load, edition=_edition)


# ------------------------------------------------ in the process, for the intake path


def codes(list_key: str, *, on: date) -> tuple[CodeEntry, ...]:
    """Return the codes of a list that hold on a day, in order."""
    held = kept.get().codes.get(list_key, {})
    return tuple(entry for rows in held.values() if (entry := rules.in_force(rows, on)) is not None)


def code(list_key: str, code: str, *, on: date) -> CodeEntry | None:
    """Return a code as it holds on a day, or None."""
    return rules.in_force(kept.get().codes.get(list_key, {}).get(code, ()), on)


def class_of(class_code: str, *, on: date) -> CodeEntry | None:
    """Return the event or part class of that code as it holds on a day, or None."""
    found = (code(list_key, class_code, on=on) for list_key in CLASS_LISTS)
    return next((entry for entry in found if entry is not None), None)


def known(list_key: str, code: str, *, on: date | None = None) -> CodeEntry | None:
    """Return a code as it holds on a day, or held last: an old matter keeps its class's name.

    Without a day, the newest row, even one that is still to begin.
    """
    rows = kept.get().codes.get(list_key, {}).get(code, ())
    if on is None:
        return rows[-1] if rows else None
    begun = [row for row in rows if row.valid_from <= on]
    return rules.in_force(rows, on) or (begun[-1] if begun else None)


def limit(
    *, workflow: str, stage: str, class_code: str = "", place: str = "", on: date
) -> LimitEntry | None:
    """Return the limit of a stage or span: nearest place, then longest class, then latest."""
    rows = kept.get().limits.get((workflow, stage), ())
    return rules.nearest(rows, class_code=class_code, place=place, on=on)


def ladder(*, workflow: str, stage: str, class_code: str = "", on: date) -> tuple[RungEntry, ...]:
    """Return who is told of a clock that began on a day: the narrowest ladder, in its order."""
    rows = kept.get().rungs.get(workflow, ())
    return rungs.ladder(rows, stage=stage, class_code=class_code, on=on)


def label(entry: CodeEntry | ListEntry) -> str:
    """Return a name in the reader's language."""
    return entry.name_in(get_language() or "zh-hans")


def choices(list_key: str, *, on: date) -> list[tuple[str, str]]:
    """Return code and name of a list, in the reader's language, for a form."""
    return [(entry.code, label(entry)) for entry in codes(list_key, on=on)]


# -------------------------------------------------------- from the tables, for the pages


def lists(*, on: date) -> tuple[ListEntry, ...]:
    """Return every list with how many codes hold on a day, are to come, or are the city's own."""
    standing = Q(codes__withdrawn_at=None)
    begun = (
        standing
        & Q(codes__valid_from__lte=on)
        & (Q(codes__valid_to=None) | Q(codes__valid_to__gt=on))
    )
    rows = CodeList.objects.annotate(
        in_force=Count("codes", filter=begun),
        upcoming=Count("codes", filter=standing & Q(codes__valid_from__gt=on)),
        edited=Count("codes", filter=begun & Q(codes__is_edited=True)),
    ).order_by("sort", "key")
    return tuple(
        ListEntry(
            row.key,
            row.name,
            row.name_en,
            row.note,
            row.note_en,
            row.in_force,
            row.upcoming,
            row.edited,
        )
        for row in rows
    )


def list_codes(list_key: str, *, on: date, search: str = "") -> tuple[CodeEntry, ...]:
    """Return the rows of a list on a day, in order of their code; ``search`` in code and names."""
    rows = listed(list_key, on=on)
    if search:
        rows = rows.filter(
            Q(code__icontains=search) | Q(name__icontains=search) | Q(name_en__icontains=search)
        )
    return tuple(code_entry(row) for row in rows)


def listed(list_key: str, *, on: date) -> QuerySet[Code]:
    """Return the rows of a list that hold on a day, in order of their code."""
    rows = _codes().filter(list__key=list_key, valid_from__lte=on)
    return rows.filter(Q(valid_to=None) | Q(valid_to__gt=on))


def history(list_key: str, code: str) -> tuple[CodeEntry, ...]:
    """Return every row of one code, the newest first."""
    rows = _codes().filter(list__key=list_key, code=code).order_by("-valid_from")
    return tuple(code_entry(row) for row in rows)


def upcoming(*, on: date) -> tuple[CodeEntry, ...]:
    """Return the changes to come after a day, in the order they begin."""
    rows = _codes().filter(valid_from__gt=on).order_by("valid_from", "list__sort", "code")
    return tuple(code_entry(row) for row in rows)


def ending(*, on: date) -> tuple[CodeEntry, ...]:
    """Return the codes that hold on a day and have an end, in the order they end."""
    rows = _codes().filter(valid_from__lte=on, valid_to__gt=on).order_by("valid_to", "code")
    return tuple(code_entry(row) for row in rows)


def limits(
    *, on: date, workflow: str = "", stage: str = "", place: str = ""
) -> tuple[LimitEntry, ...]:
    """Return the limits that hold on a day; with ``place``, those that bear on it."""
    rows = _limits().filter(valid_from__lte=on)
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gt=on))
    rows = rows.filter(workflow=workflow) if workflow else rows
    rows = rows.filter(stage=stage) if stage else rows
    found = (limit_entry(row) for row in rows)
    return tuple(row for row in found if not place or place.startswith(row.place_path))


def limit_history(
    *, workflow: str, stage: str, class_prefix: str = "", place: str = ""
) -> tuple[LimitEntry, ...]:
    """Return every row of one limit, the newest first."""
    rows = _limits().filter(
        workflow=workflow, stage=stage, class_prefix=class_prefix, place_path=place
    )
    return tuple(limit_entry(row) for row in rows.order_by("-valid_from"))


def limits_at(places: Sequence[str], *, on: date) -> tuple[LimitEntry, ...]:
    """Return the limits set for just these places that hold on a day or later."""
    rows = _limits().filter(place_path__in=places)
    return tuple(limit_entry(row) for row in rows.filter(Q(valid_to=None) | Q(valid_to__gt=on)))


def stages(workflow: str) -> dict[str, str]:
    """Return what the stages of a workflow are called."""
    return {key: name for told in stage_names.ask(workflow) for key, name in told.items()}


def named_rungs(workflow: str) -> dict[str, dict[str, str]]:
    """Return what a rung of this workflow may say of its stage, its people and its words."""
    found: dict[str, dict[str, str]] = {kind: {} for kind in NAMED}
    for answer in rung_names.ask(workflow):
        for kind, names in answer.items():
            found[kind] |= names
    return found


def listed_rungs(*, on: date, workflow: str) -> tuple[RungEntry, ...]:
    """Return the rungs of a workflow that hold on a day, ladder by ladder."""
    rows = _rungs().filter(workflow=workflow, valid_from__lte=on)
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gt=on))
    return tuple(rung_entry(row) for row in rows)


def coming_rungs(*, on: date, workflow: str) -> tuple[RungEntry, ...]:
    """Return the rungs that begin or end after a day, in the order they do."""
    rows = _rungs().filter(Q(valid_from__gt=on) | Q(valid_to__gt=on), workflow=workflow)
    return tuple(rung_entry(row) for row in rows)


def documents() -> tuple[Document, ...]:
    """Return the policy documents with their clauses, samples last."""
    rows = Document.objects.prefetch_related("clauses").order_by("is_sample", "title")
    return tuple(rows)


def clauses() -> tuple[Clause, ...]:
    """Return every clause with its document, for a form."""
    return tuple(Clause.objects.select_related("document").order_by("document__title", "number"))


def _codes() -> QuerySet[Code]:
    rows = Code.objects.filter(STANDING).select_related("list", "clause__document")
    return rows.order_by("list__sort", "list__key", "code", "valid_from")


def _limits() -> QuerySet[Limit]:
    rows = Limit.objects.filter(STANDING).select_related("clause__document")
    return rows.order_by("workflow", "stage", "place_path", "class_prefix", "valid_from")


def _rungs() -> QuerySet[Rung]:
    rows = Rung.objects.filter(STANDING).select_related("clause__document")
    return rows.order_by("workflow", "stage", "class_prefix", "number", "valid_from")


def clause_entry(clause: Clause | None) -> ClauseEntry | None:
    """Return a clause as a value."""
    if clause is None:
        return None
    document = clause.document
    return ClauseEntry(
        document=document.title,
        number=clause.number,
        summary=clause.summary,
        is_sample=document.is_sample,
        document_en=document.title_en,
    )


def cited(clause: ClauseEntry | None) -> str:
    """Return a clause as the reader's language cites it, or nothing."""
    return clause.cited_in(get_language() or "zh-hans") if clause else ""


def code_entry(row: Code) -> CodeEntry:
    """Return a row as a value."""
    return CodeEntry(
        list=row.list.key,
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        parent=row.parent,
        scheme=row.scheme,
        version=row.version,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        replaced_by=row.replaced_by,
        attributes=MappingProxyType(dict(row.attributes)),
        clause=clause_entry(row.clause),
        clause_id=row.clause_id,
        is_edited=row.is_edited,
    )


def limit_entry(row: Limit) -> LimitEntry:
    """Return a row as a value."""
    return LimitEntry(
        workflow=row.workflow,
        stage=row.stage,
        class_prefix=row.class_prefix,
        place_path=row.place_path,
        amount=row.amount,
        unit=row.unit,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        clause=clause_entry(row.clause),
        clause_id=row.clause_id,
        is_edited=row.is_edited,
    )


def rung_entry(row: Rung) -> RungEntry:
    """Return a row as a value."""
    return RungEntry(
        workflow=row.workflow,
        stage=row.stage,
        number=row.number,
        side=row.side,
        amount=row.amount,
        unit=row.unit,
        whom=row.whom,
        words=row.words,
        valid_from=row.valid_from,
        class_prefix=row.class_prefix,
        valid_to=row.valid_to,
        clause=clause_entry(row.clause),
        clause_id=row.clause_id,
        is_edited=row.is_edited,
    )
