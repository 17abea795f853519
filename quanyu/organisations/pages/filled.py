"""What the forms of the register are made of, and how what was filled in is read (表单字段)."""

import re
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from quanyu.kernel.access.http import field, meant, option
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Invalid, Refusal
from quanyu.organisations import actions, queries
from quanyu.organisations.rules import KIND_WORDS, BodyKind, WrongBody
from quanyu.regions import queries as regions

KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Fields = list[dict[str, Any]]
Given = Any


def one_field(
    name: str,
    label: str,
    no: Refusal | None,
    given: Given,
    kind: str = "text",
    *,
    is_required: bool = True,
    longest: int = 0,
    **more: Any,
) -> dict[str, Any]:
    """Return one field of a form, filled with what is known."""
    if longest:
        more["maxlength"] = longest
    value = given.get(name, "")
    return field(name, label, kind, no=no, value=value, required=is_required, **more)


def when(given: Given, no: Refusal | None, name: str, today: date) -> Fields:
    """Return the fields of the day and of the ground of a change."""
    day = {name: given.get(name) or today.isoformat()}
    help_text = _("从当天或以前的日子起，不登记将来的日子") if name == "day" else ""
    return [
        one_field(name, _("生效日期"), no, day, "date", help=help_text),
        one_field("because", _("依据文件或事由"), no, given, is_required=False, longest=200),
    ]


def kind_options(kinds: list[BodyKind]) -> list[dict[str, str]]:
    """Return kinds of bodies as choices."""
    return [option(kind.value, _(KIND_WORDS[kind])) for kind in kinds]


def place_options(actor: Actor) -> list[dict[str, str]]:
    """Return the places whose register somebody keeps, and those right below."""
    own = [path for path in actor.stations if actions.PARTY_KEEPERS & actor.roles_at(path)]
    below = [crumb.path for path in own for crumb in regions.below(path)]
    return [option(path, regions.label(path)) for path in dict.fromkeys([*own, *below])]


def dated(given: Given) -> dict[str, Any]:
    """Return day and ground as the verbs take them."""
    return {"day": day_in(given.get("day", ""), "day"), "because": given.get("because", "")[:200]}


def day_in(text: str, name: str) -> date | None:
    """Return the day that a text means; None for none."""
    if not text:
        return None
    return meant(date.fromisoformat, text, otherwise=Invalid(_("日期有误"), field=name, value=text))


def body_in(code: str, name: str) -> UUID | None:
    """Return the body that a form names by its code or key; None where it names none.

    :raises WrongBody: if there is none
    """
    said = code.strip().lower()
    if not said:
        return None
    row = queries.body(UUID(said)) if KEY.fullmatch(said) else queries.body_by_code(said)
    if row is None:
        raise WrongBody(_("没有这个单位代码"), field=name, value=code)
    return row.id
