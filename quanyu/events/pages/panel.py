"""How the acts on a matter are laid out: the one that is meant, others, other ways (办理栏)."""

from collections.abc import Mapping, Sequence
from typing import Any

AWAY = frozenset(
    {"merge", "convene", "hand_outside", "hand_over", "forward", "void", "force_close"}
)
"""The acts by which a matter goes another way than the one it is on."""

FEW = 2
"""One other way alone is not put into a drawer of its own."""

Shown = Mapping[str, Any]


def laid_out(
    moves: Sequence[Shown], *, ways: Sequence[Shown], exclusion: Shown | None
) -> dict[str, Any]:
    """Return the acts beside the one that is meant, and apart from them the other ways."""
    rest = [move for move in moves if not move["primary"]]
    away = [move for move in rest if move["verb"] in AWAY]
    is_asking = exclusion is not None and bool(exclusion["form"]) and not exclusion["is_due"]
    is_drawer = len(away) + len(ways) + is_asking >= FEW
    away = away if is_drawer else []
    return {
        "others": [move for move in rest if move not in away],
        "away": away,
        "ways": ways,
        "exclusion": exclusion if exclusion is not None and exclusion["form"] else None,
        "is_drawer": is_drawer,
        "is_asking": is_asking,
        "is_away_open": any(move["open"] for move in away)
        or (is_asking and exclusion is not None and exclusion["is_open"]),
    }
