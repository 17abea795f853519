"""The map under our own layers, as the operator sets it (底图)."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

GCJ_02 = "gcj02"
DATUMS = ("wgs84", "cgcs2000", GCJ_02)
"""CGCS2000 lies on WGS-84 within centimetres; GCJ-02 lies some hundred metres off."""

SIZES = (256, 512)
_KNOWN = {"tiles", "attribution", "datum", "tile_size", "max_zoom"}
_MOST_ZOOM = 22


class WrongBaseMap(Exception):
    """The setting of the base map is not as it must be; said to the operator, at the start."""


@dataclass(frozen=True, slots=True)
class BaseMap:
    """A base map in square pictures, in the division of the web (底图)."""

    tiles: tuple[str, ...]
    attribution: str
    datum: str
    tile_size: int = 256
    max_zoom: int = 18

    @property
    def is_shifted(self) -> bool:
        """Whether its pictures lie apart from where things are."""
        return self.datum == GCJ_02

    @property
    def origins(self) -> tuple[str, ...]:
        """The servers a browser must be allowed to ask."""
        parts = (urlsplit(template) for template in self.tiles)
        return tuple(dict.fromkeys(f"{part.scheme}://{part.netloc}" for part in parts))


def read_base_map(text: str) -> BaseMap | None:
    """Return the base map that the setting describes, None when it is empty.

    :raises WrongBaseMap: if it describes none
    """
    if not text.strip():
        return None
    try:
        said = json.loads(text)
    except ValueError as fault:
        raise WrongBaseMap(f"not JSON: {fault}") from None
    if not isinstance(said, dict) or not {"tiles", "attribution", "datum"} <= set(said) <= _KNOWN:
        raise WrongBaseMap(f"needs tiles, attribution and datum, and knows {sorted(_KNOWN)}")
    tiles = said["tiles"] if isinstance(said["tiles"], list) else [said["tiles"]]
    made = BaseMap(
        tuple(_template(one) for one in tiles),
        _words(said["attribution"]),
        _one_of("datum", said["datum"], DATUMS),
        _one_of("tile_size", said.get("tile_size", 256), SIZES),
        _one_of("max_zoom", said.get("max_zoom", 18), range(_MOST_ZOOM + 1)),
    )
    if not made.tiles:
        raise WrongBaseMap("tiles names no address")
    return made


def _template(said: Any) -> str:
    """Return an address with places for zoom, column and row, fit to stand in a policy."""
    is_text = isinstance(said, str) and said.isascii() and not set(said) & set(" ;,'\"\\")
    parts = urlsplit(said) if is_text else urlsplit("")
    is_whole = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    if not is_whole or "{" in parts.netloc or not all(f"{{{key}}}" in said for key in "zxy"):
        raise WrongBaseMap(f"tiles: {said!r} is no https address with {{z}}, {{x}} and {{y}}")
    return str(said)


def _words(said: Any) -> str:
    if not isinstance(said, str) or not said.strip():
        raise WrongBaseMap("attribution: a map is not shown without saying whose it is")
    return said.strip()


def _one_of(name: str, said: Any, allowed: Any) -> Any:
    if isinstance(said, bool) or said not in allowed:
        raise WrongBaseMap(f"{name}: {said!r} is none of {', '.join(map(str, allowed))}")
    return said
