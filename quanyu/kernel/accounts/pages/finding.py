"""A place or a body, found by a part of its name and chosen: nobody types a code."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quanyu.kernel.access.http import actor_of, answer, field, hidden_if_denied, option
from quanyu.kernel.accounts import queries
from quanyu.kernel.errors import Denied, Refusal

WORDS = "_q"
"""What the name of the box that searches ends in, beside the name of the choice."""

PLACE, BODY = "region_path", "body"
NEAR = 5
LONGEST = 40


@require_GET
@hidden_if_denied
def find_places(request: HttpRequest) -> HttpResponse:
    """Return the places that the typed words name, to choose from."""
    said = _said(request, PLACE)
    return _found(request, PLACE, said, queries.find_places(said))


@require_GET
@hidden_if_denied
def find_bodies(request: HttpRequest) -> HttpResponse:
    """Return the bodies that the typed words name, to choose from."""
    said = _said(request, BODY)
    return _found(request, BODY, said, queries.find_bodies(said, on=timezone.localdate()))


def place_field(
    given: Mapping[str, str], no: Refusal | None, *, near: Sequence[str] = ()
) -> dict[str, object]:
    """Return the field in which a place is found by its name and chosen.

    :param near: the places to choose from before anything was typed
    """
    words, chosen = given.get(PLACE + WORDS, ""), given.get(PLACE, "")
    found = queries.find_places(words) if words else queries.named_places(near[:NEAR])
    known = queries.named_places([chosen]) if chosen else []
    return field(
        PLACE,
        _("辖区"),
        "pick",
        no=no,
        required=False,
        words=words,
        value=chosen,
        options=[*_options([*known, *found]), option("", _("不选"))],
        url=reverse("desk_find_places"),
        placeholder=_("名称里的字"),
        help=_("处置人不选辖区，改选机构"),
    )


def body_field(given: Mapping[str, str], no: Refusal | None) -> dict[str, object]:
    """Return the field in which a body is found by its name and chosen."""
    words, chosen = given.get(BODY + WORDS, ""), given.get(BODY, "")
    found = queries.find_bodies(words, on=timezone.localdate()) if words else []
    return field(
        BODY,
        _("机构"),
        "pick",
        no=no,
        required=False,
        words=words,
        value=chosen,
        options=[*_options([*_known(chosen), *found]), option("", _("不在机构内"))],
        url=reverse("desk_find_bodies"),
        placeholder=_("名称里的字"),
        help=_("处置人所在的机构"),
    )


def _known(chosen: str) -> list[queries.Found]:
    try:
        return queries.named_body(UUID(chosen))
    except ValueError:
        return []


def _said(request: HttpRequest, name: str) -> str:
    if actor_of(request).id is None:
        raise Denied
    return request.GET.get(name + WORDS, "").strip()[:LONGEST]


def _found(
    request: HttpRequest, name: str, said: str, found: Sequence[queries.Found]
) -> HttpResponse:
    shown = {"name": name, "value": "", "required": False}
    context = {"field": shown, "said": said, "options": _options(found)}
    return answer(request, "accounts/_found.html", context)


def _options(found: Sequence[queries.Found]) -> list[dict[str, str]]:
    once = {one.key: one for one in found}
    return [option(one.key, one.name, one.note) for one in once.values()]
