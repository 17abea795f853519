"""Which units a street has, as templates kept as data (街道机构设置模板)."""

from dataclasses import dataclass

from quanyu.kernel.errors import Refusal


class NoTemplate(Refusal):
    """There is no such template, or the body is no street office."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of a street in a template."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Template:
    """Which units a street has (一办五部两中心)."""

    key: str
    name: str
    name_en: str
    source: str
    """Where it is from; a sample says so."""
    units: tuple[Unit, ...]


def unit_code(street: str, unit: str) -> str:
    """Return the code of a unit of a street."""
    return f"{street}-{unit}"
