"""The English catalogue: taken from the source by Babel, checked, compiled (语言目录).

    python -m tools.catalogue update    bring locale/ to the sentences of the source
    python -m tools.catalogue check     name every entry that is not as it must be
    python -m tools.catalogue compile   write the files that Django reads; they are not committed

Chinese is the source, so English alone is translated, and no GNU gettext program is needed.
"""

import ast
import io
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import django.conf
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from quanyu.project.build import catalogues

ROOT = Path(__file__).resolve().parents[1]
SOURCE = "quanyu"
FILE = "locale/en/LC_MESSAGES/django.po"

_CONTEXT, _PLURAL, _BOTH = ((1, "c"), 2), (1, 2), ((1, "c"), 2, 3)
MARKS: dict[str, Any] = {
    **dict.fromkeys(["_", "gettext", "gettext_lazy", "gettext_noop"], (1,)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], _CONTEXT),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], _PLURAL),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], _BOTH),
}
"""The words that mark a sentence, and which arguments are context, sentence and plural."""

HOMES = {"django.utils.translation", "quanyu.kernel.errors"}
"""The modules that these words come from, under whatever name a file takes them in."""

CHINESE = re.compile(r"[\u3400-\u9fff\u3001-\u303f\uff01-\uff5e]")
QUOTED = re.compile(r'"[^"]*"')
"""What English says of the signs that a file must hold, such as a number and "幢"."""
WIDE = re.compile(r"[\u2018-\u201d\u2026]")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")
# Babel writes these lines; they say nothing, or change with every run.
IDLE = re.compile(
    rb'^"(?:Project-Id|Report|POT|PO-Rev|Last-T|Language-T|Generated)[\w-]*: .*\n', re.MULTILINE
)


def found(root: Path = ROOT) -> Catalog:
    """Give every sentence that the source marks, by file and in reading order."""
    catalogue = Catalog()
    for file in files(root):
        place = file.relative_to(root).as_posix()
        for sentence, context in _sentences(file):
            catalogue.add(sentence, locations=[(place, 0)], context=context)
    return catalogue


def read(root: Path = ROOT) -> Catalog:
    """Read the catalogue as it is committed."""
    file = root / FILE
    with io.BytesIO(file.read_bytes() if file.exists() else b"") as source:
        return read_po(source, locale="en", abort_invalid=True)


def update(root: Path = ROOT) -> list[str]:
    """Bring the catalogue to the source, keep what is translated, and name what is not."""
    kept, fresh = read(root), found(root)
    catalogue = Catalog(locale="en", charset="utf-8", fuzzy=False)
    for message in fresh:
        if message.id:
            old = kept.get(message.id, message.context)
            catalogue[message.id] = message
            message.string = old.string if old else message.string
    write(catalogue, root)
    return check(root)


def write(catalogue: Catalog, root: Path = ROOT) -> None:
    """Write the catalogue so that an unchanged one is the same file."""
    catalogue.header_comment = "# What Quanyu says, in English; the source sentences are Chinese."
    out = io.BytesIO()
    write_po(out, catalogue, width=100, sort_by_file=True, include_lineno=False)
    file = root / FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(IDLE.sub(b"", out.getvalue()))


def check(root: Path = ROOT) -> list[str]:
    """Give a sentence for each entry that is missing, obsolete, fuzzy or ill-formed."""
    kept, fresh = read(root), found(root)
    known, wanted = _keys(kept), _keys(fresh)
    return [
        *(f"not in the catalogue: {_name(one)}" for key, one in wanted.items() if key not in known),
        *(f"obsolete: {_name(one)}" for key, one in known.items() if key not in wanted),
        *(f"obsolete: {_name(one)}" for one in kept.obsolete.values()),
        *(f"{wrong}: {_name(one)}" for one in known.values() for wrong in _wrong(one)),
    ]


def files(root: Path = ROOT) -> Iterator[Path]:
    """Give the files that may hold sentences."""
    for file in sorted((root / SOURCE).rglob("*")):
        if file.suffix in {".py", ".html"} and not {"migrations", "static"} & set(file.parts):
            yield file


def template_words(text: str) -> str:
    """Turn a template into what is left of it as Python: the marked sentences in calls."""
    if not django.conf.settings.configured:
        django.conf.settings.configure()
    # Brackets, because what is left of a template keeps no order of indentation.
    return f"({templatize(text)})"


def marks(tree: ast.AST) -> dict[str, str]:
    """Give the names by which one file calls the words that mark."""
    return {
        name.asname or name.name: name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in HOMES
        for name in node.names
        if name.name in MARKS
    }


def marked(
    call: ast.AST, names: Mapping[str, str]
) -> tuple[str | tuple[str, ...], str | None] | None:
    """Give the sentence that a call marks, with its context, or None if it marks none.

    Read from the tree and not from tokens: a call inside an f-string counts too.
    """
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        return None
    places = MARKS.get(names.get(call.func.id, ""))
    given = call.args[: len(places)] if places else []
    words = [arg.value for arg in given if isinstance(arg, ast.Constant)]
    texts = tuple(word for word in words if isinstance(word, str))
    if not places or len(texts) < len(places):
        return None
    context, texts = (texts[0], texts[1:]) if places[0] != 1 else (None, texts)
    return (texts if len(texts) > 1 else texts[0]), context


def _sentences(file: Path) -> Iterable[tuple[Any, str | None]]:
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".html":
        source = io.BytesIO(template_words(text).encode())
        found = extract("python", source, MARKS, options={"encoding": "utf-8"})
        return [(sentence, context) for _line, sentence, _comments, context in found]
    tree = ast.parse(text)
    names = marks(tree)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    calls.sort(key=lambda node: (node.lineno, node.col_offset))
    return [sentence for call in calls if (sentence := marked(call, names))]


def _keys(catalogue: Catalog) -> dict[tuple[str, str | None], Message]:
    return {(_first(one), one.context): one for one in catalogue if one.id}


def _first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _name(message: Message) -> str:
    place = message.locations[0][0] if message.locations else FILE
    return f"{place}: {_first(message)}"


def _wrong(message: Message) -> Iterator[str]:
    """Say what is wrong with one translated entry."""
    given = message.string or ""
    forms = [given] if isinstance(given, str) else list(given)
    if not all(forms) or message.pluralizable == isinstance(given, str):
        yield "not translated"
        return
    if message.fuzzy:
        yield "fuzzy"
    if any(CHINESE.search(QUOTED.sub("", form)) for form in forms):
        yield "Chinese left in the English"
    if any(WIDE.search(form) for form in forms):
        yield "curly quotes or dots, which Chinese fonts draw wide"
    if not _placeholders_fit(message, forms):
        yield "placeholders differ"


def _placeholders_fit(message: Message, forms: list[str]) -> bool:
    """Tell whether each form fills the same places; the form of one may leave the number out."""
    wanted = Counter(PLACEHOLDER.findall(_first(message)))
    *fewer, last = [Counter(PLACEHOLDER.findall(form)) for form in forms]
    return last == wanted and all(one <= wanted for one in fewer)


def main(words: list[str]) -> int:
    """Do what the one word says, and say what is wrong."""
    wrong: list[str] = []
    match words:
        case ["update"]:
            wrong = update()
        case ["check"]:
            wrong = check()
        case ["compile"]:
            catalogues()
        case _:
            wrong = ["say one of: update, check, compile"]
    sys.stdout.writelines(f"{sentence}\n" for sentence in wrong)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
