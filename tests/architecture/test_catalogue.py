"""What a person reads is a marked sentence, and each has its English (语言目录)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template.base import Lexer, Token, TokenType

from tools import catalogue

TEMPLATES = [file for file in catalogue.files() if file.suffix == ".html"]
MODULES = [file for file in catalogue.files() if file.suffix == ".py"]

ALLOWED = {
    "models.py": "the names of tables and fields, which no page shows",
    "quanyu/events/models/": "the names of tables and fields, which no page shows",
    "quanyu/regions/models/errands.py": "the names of fields, which no page shows",
    "quanyu/regions/models/planning.py": "the names of tables and fields, which no page shows",
    "quanyu/regions/models/reorganising.py": "the names of tables and fields, which no page shows",
    **dict.fromkeys(
        (
            "quanyu/organisations/models/party.py",
            "quanyu/organisations/models/members.py",
            "quanyu/organisations/models/meetings.py",
            "quanyu/organisations/models/elections.py",
        ),
        "the names of tables and fields, which no page shows",
    ),
    "quanyu/kernel/accounts/models/": "the names of tables and fields, which no page shows",
    "quanyu/demo/": "the demo city's people, places and words: data",
    "quanyu/bench/": "what the benchmarks write: data",
    "quanyu/kernel/operations/": "said before any catalogue stands: both languages side by side",
    "quanyu/project/": "said before any catalogue stands: both languages side by side",
}
"""Where Chinese stands unmarked, by the end or the beginning of the path, and why."""

DATA = {
    "quanyu/events/engine/texts.py": dict.fromkeys(
        ("LONG_NUMBER", "SAYS"), "signs as people type them"
    ),
    "quanyu/events/queries/sentences.py": {"STOPS": "marks at which a sentence ends"},
    "quanyu/events/rules/__init__.py": {
        "DANGER": "words that people write, not words they read",
        "title": "marks at which a sentence of a report ends",
        "FULL_WIDTH": "digits as people type them",
    },
    "quanyu/events/rules/replies.py": dict.fromkeys(
        (
            *("SPLIT", "NUMBERED", "ASKS", "ASKS_WHEN", "ASKS_WHY", "DID", "WHEN", "WHO"),
            *("BECAUSE", "FUNCTION", "CHINESE", "demands", "_of_form", "_of_others", "_masked"),
            "_hint",
        ),
        "words that people write in reports and answers, and the marks between them",
    ),
    "quanyu/events/workflow/__init__.py": dict.fromkeys(
        (
            *("VERIFIED_FIRST", "ONCE_PER_BODY", "NOT_ONES_OWN", "PLACED", "UNSOLVED"),
            *("NOTHING_ASKED", "MORE_TIME_ASKED", "STANDING_ASKED", "ANOTHER"),
            *("TIMES_LEFT", "IN_TIME", "QUESTIONS_LEFT", "FORWARDED", "ASKED_ABOUT"),
        ),
        "what a condition is called in the documentation; pages show its sentence",
    ),
    "quanyu/events/workflow/cards.py": {
        "ANOTHER": "what a condition is called in the documentation; pages show its sentence",
    },
    "quanyu/events/workflow/joint.py": dict.fromkeys(
        ("ONCE", "PLACED", "CONCLUDED", "WAS_OUT", "NEVER_OUT", "STAYED"),
        "what a condition is called in the documentation; pages show its sentence",
    ),
    "quanyu/events/workflow/leaving.py": dict.fromkeys(
        ("OTHERS_WORK", "OURS", "THEIRS", "MAY_APPEAL", "MOVES_LEFT", "SETTLED_HERE"),
        "what a condition is called in the documentation; pages show its sentence",
    ),
    "quanyu/regions/workflow.py": dict.fromkeys(
        ("ANOTHER", "DISTRICT"),
        "what a condition is called in the documentation; pages show its sentence",
    ),
    "quanyu/organisations/workflow/elections.py": dict.fromkeys(
        ("FULL_LIST", "SEATS_LEFT", "ELECTED"),
        "what a condition is called in the documentation; pages show its sentence",
    ),
    "quanyu/kernel/calendar/actions.py": dict.fromkeys(
        ("_shipped", "_entered"), "a document's title, stored"
    ),
    "quanyu/kernel/calendar/pages.py": dict.fromkeys(
        ("_break", "_set"), "a comma as people type it"
    ),
    "quanyu/kernel/calendar/rules/notice.py": {
        "FESTIVALS": "names as the notice writes them: keys",
        "days_of": "between names of holidays, which are not translated there",
    },
    "quanyu/kernel/calendar/queries.py": {"holiday_name": "names as the notice writes them: keys"},
    "quanyu/kernel/codes/actions/load.py": {"_rests_on": "numbers of clauses: keys"},
    "quanyu/kernel/codes/rules/__init__.py": {
        "ClauseEntry": "brackets of a Chinese document's title; English has its own way there",
        "_NUMBER": "how a clause is numbered",
        "_NUMERALS": "how a clause is numbered",
    },
    "quanyu/kernel/privacy/rules.py": {
        **dict.fromkeys(
            ("_SURNAMES_OF_MORE_SIGNS", "_DETAIL", "_PLACE"),
            "parts of names and addresses, by which they are masked",
        ),
        "SAMPLES": "nobody's data, to show a mask",
        "FADED": "stored in the place of a text that was erased",
    },
    "quanyu/kernel/tables/rules.py": {
        "DANGEROUS": "signs with which a formula may begin",
        **dict.fromkeys(("YES_WORDS", "NO_WORDS", "DAYS"), "words and dates as people type them"),
    },
    "quanyu/regions/actions/street.py": {
        "_building": "an address, stored",
        "_house": "a number as addresses write it",
    },
    "quanyu/regions/models/addresses.py": {"Address": "an address, as it is written"},
    "quanyu/regions/queries/addresses.py": dict.fromkeys(
        ("_note_way", "_down", "_inside", "_note_rest", "_note_unknown"),
        "parts of an address, as they are written",
    ),
    "quanyu/regions/actions/bringing.py": {
        "check_plates_are_free": "how an address writes its number",
    },
    "quanyu/regions/actions/taking.py": {"Buildings": "how an address writes its numbers"},
    "quanyu/regions/pages/housing.py": {"_comma": "between names; English has its own way there"},
    "quanyu/regions/queries/listed.py": dict.fromkeys(
        ("estate_values", "building_values", "dwelling_values"),
        "as the file of the standard writes it, and as it is taken in again",
    ),
    "quanyu/regions/actions/homes.py": {
        "_number": "the word of a staircase, as the standard has it"
    },
    "quanyu/regions/rules/planning.py": dict.fromkeys(
        ("FIGURES", "grid_name", "_counted"), "the name of a new grid, stored"
    ),
    "quanyu/regions/rules/staging.py": {"HEADS": "heads of the columns of a file: keys"},
    "quanyu/regions/rules/standard.py": dict.fromkeys(
        (
            *("NONE", "BUILDING_SAID", "UNIT_SAID", "FLOOR_SAID", "_PLATE", "_BETWEEN"),
            *("BUILDING_ALLOWED", "UNIT_ALLOWED", "FLOOR_ALLOWED", "check_name", "plates_of"),
        ),
        "words and signs of addresses, as the standard writes them",
    ),
    "quanyu/organisations/actions/templates.py": {"_bare": "how the names of offices end"},
    "quanyu/regions/tables.py": dict.fromkeys(
        ("ESTATES", "BUILDINGS", "DWELLINGS"), "examples of what a file must hold, in any language"
    ),
    "quanyu/regions/rules/addresses.py": dict.fromkeys(
        (
            *("_BLANKS", "_NUMERALS", "_COUNTED", "_DASHES", "_ROAD_ENDS", "_TAIL", "_DASHED"),
            *("_DOOR", "Typed", "number", "_is_door", "_has_door"),
        ),
        "words and signs of addresses, as people type them",
    ),
    "quanyu/regions/rules/codes.py": dict.fromkeys(
        ("_COUNTY_ENDINGS", "_MEGA_ENDINGS", "_NOT_MEGA_ENDING"), "how names of places end"
    ),
    "quanyu/regions/rules/places.py": dict.fromkeys(
        ("_COMMITTEES", "short_name", "bare_name"), "how names of places end"
    ),
    "quanyu/web/api.py": {"api": "the name of the system, in both languages"},
    "quanyu/web/templatetags/face.py": dict.fromkeys(
        ("day", "monthday", "moment"), "a date as Chinese writes it; English has its own way there"
    ),
}
"""Chinese that is no sentence: by file, by what it stands in, and why."""


def _place(file: Path) -> str:
    return file.relative_to(catalogue.ROOT).as_posix()


def _is_allowed(place: str) -> bool:
    return any(place.startswith(part) or place.endswith(part) for part in ALLOWED)


def _docstrings(tree: ast.AST) -> Iterator[ast.AST]:
    """Give every string that stands as a statement of its own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def _name(part: ast.AST) -> str:
    """Give the name of a function, a class or what a value is kept under."""
    if isinstance(part, ast.Assign | ast.AnnAssign):
        return ast.unparse(part.targets[0] if isinstance(part, ast.Assign) else part.target)
    return str(getattr(part, "name", ""))


def _unmarked(file: Path) -> list[str]:
    """Give the Chinese of a module that no call marks."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names, data = catalogue.marks(tree), DATA.get(_place(file), {})
    calls = [node for node in ast.walk(tree) if catalogue.marked(node, names)]
    free = {*_docstrings(tree), *(part for call in calls for part in ast.walk(call))}
    read = [node for part in tree.body if _name(part) not in data for node in ast.walk(part)]
    return [
        f"{node.lineno}: {node.value}"
        for node in read
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and catalogue.CHINESE.search(node.value)
        and node not in free
    ]


def _outside(tokens: list[Token]) -> Iterator[Token]:
    """Give what stands outside comments and sentences that run over several tokens."""
    until = ""
    for token in tokens:
        word = token.contents.split()[0] if token.contents.split() else ""
        if token.token_type is TokenType.BLOCK and word in {"comment", "blocktranslate"}:
            until = f"end{word}"
        if not until and token.token_type is not TokenType.COMMENT:
            yield token
        if token.token_type is TokenType.BLOCK and word == until:
            until = ""


def _bare(file: Path) -> list[str]:
    """Give the Chinese of a template that stands outside a sentence."""
    tokens = Lexer(file.read_text(encoding="utf-8")).tokenize()
    return [
        f"{token.lineno}: {token.contents.strip()[:60]}"
        for token in _outside(tokens)
        if catalogue.CHINESE.search(token.contents)
        and not token.contents.startswith("translate ")
        and 'label="中文"' not in token.contents
    ]


def test_every_sentence_has_its_english() -> None:
    assert catalogue.check() == []


@pytest.mark.parametrize("file", MODULES, ids=_place)
def test_a_module_marks_what_people_read(file: Path) -> None:
    assert _is_allowed(_place(file)) or _unmarked(file) == []


@pytest.mark.parametrize("file", TEMPLATES, ids=_place)
def test_a_template_marks_what_people_read(file: Path) -> None:
    assert _bare(file) == []


def test_every_exception_is_still_needed() -> None:
    files = {_place(file): file for file in MODULES if _place(file) in DATA}
    kept = {place: ast.parse(file.read_text(encoding="utf-8")) for place, file in files.items()}
    named = {place: {_name(part) for part in tree.body} for place, tree in kept.items()}
    gone = {place: set(data) - named.get(place, set()) for place, data in DATA.items()}

    assert {place: names for place, names in gone.items() if names} == {}
