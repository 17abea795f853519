"""What the docs hold that is made from the code: `python -m tools.docs` writes it.

A page holds each between two comments, `<!-- table: NAME -->` and `<!-- end -->`; a test compares.
"""

import json
import os
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DECISIONS = ROOT / "docs/decisions"
INTERFACE = ROOT / "docs/api/openapi.json"
MARKED = re.compile(r"(<!-- table: (?P<name>[a-z_]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def decisions() -> str:
    """List the decision records: each title is the rule."""
    records = sorted(DECISIONS.glob("[0-9]*.md"))
    lines = [f"- {r.name[:4]} [{_title(r)}]({r.name})" for r in records]
    return "\n".join(lines)


def event_states() -> str:
    """List the states of a matter with their fallback limits."""
    workflow = import_module("quanyu.events.workflow")
    rows = ["| state | 中文 | limit when no code says otherwise |", "| --- | --- | --- |"]
    for state in workflow.State:
        words = _words(workflow.EVENT.limits.get(state))
        rows.append(f"| `{state.value}` | {state.label} | {words} |")
    span = workflow.EVENT.span
    runs = ", ".join(f"`{state}`" for state in span.runs)
    told = f"The span `{span.name}` ({span.label}): {_words(span.limit)} from the first"
    begins = ", ".join(f"`{verb}`" for verb in span.begins)
    return "\n".join([*rows, "", f"{told} of {begins}; it runs in {runs} and nowhere else."])


def event_moves() -> str:
    """List the moves of a matter."""
    table: str = import_module("quanyu.events.workflow").EVENT.table()
    return table


def reorganisation_moves() -> str:
    """List the moves of a re-organisation."""
    table: str = import_module("quanyu.regions.workflow").REORGANISATION.table()
    return table


def figure_measures() -> str:
    """List what is counted from matters, by which day."""
    held = import_module("quanyu.events.figures")
    rows = ["| measure | 中文 | definition | date basis |", "| --- | --- | --- | --- |"]
    rows += [
        f"| `{m.code}` | {m.name} | {m.definition} | {held.BASES[m.basis].name} |"
        for m in held.MEASURES.values()
    ]
    return "\n".join(rows)


def figure_metrics() -> str:
    """List the metrics of matters: what is divided by what, and why one is blank."""
    held = import_module("quanyu.events.figures")
    rows = ["| metric | 中文 | made of | version | note |", "| --- | --- | --- | --- | --- |"]
    for m in held.METRICS:
        made = " ÷ ".join(f"`{code}`" for code in (*m.measures, *m.parts)) or "—"
        made = made.replace(" ÷ ", " + ") if m.parts else made
        rows.append(f"| `{m.code}` | {m.name} | {made} | {m.version} | {m.absent or m.note} |")
    return "\n".join(rows)


def response_metrics() -> str:
    """List the metrics of whistle calls and cards: what is divided by what."""
    held = import_module("quanyu.events.figures.response")
    rows = ["| metric | 中文 | made of | date basis | note |", "| --- | --- | --- | --- | --- |"]
    for m in held.METRICS:
        made = " ÷ ".join(f"`{code}`" for code in m.measures)
        basis = held.BASES[held.MEASURES[m.numerator].basis].name
        rows.append(f"| `{m.code}` | {m.name} | {made} | {basis} | {m.note} |")
    return "\n".join(rows)


def election_moves() -> str:
    """Return who may move an election, from where, to where."""
    table: str = import_module("quanyu.organisations.workflow.elections").ELECTION.table()
    return table


def faults() -> str:
    """List what can be wrong with a machine, with the exit code of each."""
    sentences = import_module("quanyu.kernel.operations.faults").SENTENCES
    rows = ["| code | 说法 | sentence |", "| --- | --- | --- |"]
    rows += [f"| {s.code} | {s.chinese} | {s.english} |" for s in sentences.values()]
    return "\n".join(rows)


TABLES: dict[str, Callable[[], str]] = {
    "decisions": decisions,
    "election_moves": election_moves,
    "event_moves": event_moves,
    "event_states": event_states,
    "faults": faults,
    "figure_measures": figure_measures,
    "figure_metrics": figure_metrics,
    "reorganisation_moves": reorganisation_moves,
    "response_metrics": response_metrics,
}


def interface() -> str:
    """Return the description of the JSON API as it is committed: whoever changes it sees so."""
    schema = import_module("quanyu.web.api").api.get_openapi_schema()
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"


def renewed(page: str) -> str:
    """Return a page with every table of it made anew."""
    return MARKED.sub(lambda found: f"{found[1]}{TABLES[found['name']]()}\n{found[3]}", page)


def pages() -> list[Path]:
    """Return every page of the docs."""
    return sorted((ROOT / "docs").rglob("*.md"))


def _words(limit: Any) -> str:
    return f"{limit.amount} {limit.unit.value.replace('_', ' ')}" if limit else ""


def _title(record: Path) -> str:
    return record.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")


def main() -> None:
    """Write every table and the description of the API anew."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quanyu.project.settings")
    import_module("django").setup()
    # The labels are Chinese in the source; a page is the same whoever makes it.
    with import_module("django.utils.translation").override(None):
        for page in pages():
            text = page.read_text(encoding="utf-8")
            page.write_text(renewed(text), encoding="utf-8")
        INTERFACE.parent.mkdir(exist_ok=True)
        INTERFACE.write_text(interface(), encoding="utf-8")


if __name__ == "__main__":
    main()
