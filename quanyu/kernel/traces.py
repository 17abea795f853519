"""What may be said of an exception: its classes and its places in the code (异常的可说部分).

Never its words: a driver quotes the row that broke a rule, a library the value that it could not
read, and either may be a person's name or telephone.
"""

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FRAMES = 12
"""The innermost places kept."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One exception without its values."""

    kinds: tuple[str, ...]
    """Its class, then the class of what caused it, and so on."""

    places: tuple[str, ...]
    """File, line and function, the outermost first."""

    state: str = ""
    """PostgreSQL's own code of an error (SQLSTATE), such as 23505."""

    rule: str = ""
    """The name of the constraint that said no."""

    @property
    def kind(self) -> str:
        """Return the classes in one line."""
        told = " ← ".join(self.kinds)
        return f"{told} ({self.state})" if self.state else told

    @property
    def place(self) -> str:
        """Return the innermost place in our own code, else the innermost of all."""
        ours = [place for place in self.places if place.startswith("quanyu/")]
        return (ours or self.places or ("",))[-1]


def traced(fault: BaseException) -> Trace:
    """Return what may be said of ``fault``."""
    chain = list(_chain(fault))
    places = [place for one in reversed(chain) for place in _places(one)]
    told = [getattr(one, "diag", None) for one in chain]
    states = [str(getattr(one, "sqlstate", None) or "") for one in chain]
    rules = [str(getattr(one, "constraint_name", None) or "") for one in told]
    return Trace(
        kinds=tuple(_name(type(one)) for one in chain),
        places=tuple(places[-FRAMES:]),
        state=next(filter(None, states), ""),
        rule=next(filter(None, rules), ""),
    )


def lineage(fault: BaseException) -> frozenset[str]:
    """Return the bare names of every class that ``fault`` is, whatever library made it."""
    return frozenset(kind.__name__ for kind in type(fault).__mro__)


def _chain(fault: BaseException) -> Iterator[BaseException]:
    """Give an exception and what lies behind it."""
    seen: set[int] = set()
    one: BaseException | None = fault
    while one is not None and id(one) not in seen and len(seen) < 5:
        seen.add(id(one))
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _places(fault: BaseException) -> Iterator[str]:
    # Without look-ups of lines: a line of code may hold a value too, and reading files is slow.
    for frame, line in traceback.walk_tb(fault.__traceback__):
        code = frame.f_code
        yield f"{_short(code.co_filename)}:{line} {code.co_name}"


def _short(file: str) -> str:
    path = Path(file)
    if path.is_relative_to(ROOT) and "site-packages" not in path.parts:
        return path.relative_to(ROOT).as_posix()
    parts = path.parts
    if "site-packages" in parts:
        return "/".join(parts[parts.index("site-packages") + 1 :])
    return path.name


def _name(kind: type) -> str:
    plain = kind.__module__ in {"builtins", "__main__"}
    return kind.__qualname__ if plain else f"{kind.__module__}.{kind.__qualname__}"
