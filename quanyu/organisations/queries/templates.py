"""The templates of a street's units (机构设置模板)."""

import json
from pathlib import Path

from quanyu.organisations.rules.templates import Template, Unit

FILE = Path(__file__).parents[1] / "data" / "street_templates.json"


def templates() -> tuple[Template, ...]:
    """Return the templates that are shipped."""
    return tuple(
        Template(
            key=one["key"],
            name=one["name"],
            name_en=one["name_en"],
            source=one["source"],
            units=tuple(Unit(**unit) for unit in one["units"]),
        )
        for one in json.loads(FILE.read_text("utf-8"))
    )
