"""The language catalogues: taken from the source, checked, compiled (语言目录).

Chinese is the source, so English alone is translated.
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]


def check(root: Path = ROOT) -> list[str]:
    """Give a sentence for each entry that is missing, fuzzy or ill-formed."""
    return [
        f"{file.relative_to(root)}: {wrong}"
        for file in sorted(root.glob("locale/*/LC_MESSAGES/*.po"))
        for wrong in _wrong(_read(file))
    ]


def _read(file: Path) -> Catalog:
    with file.open("rb") as read:
        return read_po(read, locale=file.parents[1].name, abort_invalid=True)


def _wrong(catalogue: Catalog) -> list[str]:
    entries = [entry for entry in catalogue if entry.id]
    untranslated = [f"not translated: {entry.id}" for entry in entries if not entry.string]
    fuzzy = [f"fuzzy: {entry.id}" for entry in entries if entry.fuzzy]
    broken = [f"{error}: {entry.id}" for entry, errors in catalogue.check() for error in errors]
    return [*untranslated, *fuzzy, *broken]


if __name__ == "__main__":
    found = check()
    sys.stderr.write("\n".join(found))
    sys.exit(bool(found))
