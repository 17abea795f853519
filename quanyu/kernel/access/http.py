"""What the edge of every package needs of a request: who asks, and how a no is said."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Protocol, TypeVar
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods
from pydantic import BaseModel, ValidationError

from quanyu.kernel.access.rules import REPORTER, Actor
from quanyu.kernel.errors import Denied, Invalid, Refusal, TooMany
from quanyu.kernel.errors import gettext_noop as _

S = TypeVar("S", bound=BaseModel)
T = TypeVar("T")
View = Callable[..., HttpResponseBase]

read_or_write = require_http_methods(["GET", "HEAD", "POST"])
"""Open a view to reading and to sending a form, to nothing else."""


class Seated(Protocol):
    """Who sits at the other end, as the middleware of the accounts found it."""

    actor: Actor


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts in this request; without an account a reporter."""
    seat: Seated | None = getattr(request, "seat", None)
    return REPORTER if seat is None else seat.actor


def sentence(refusal: Refusal) -> str:
    """Return a refusal's sentence in the reader's language, its parts filled in."""
    text = gettext(refusal.sentence)
    known = {"field": refusal.field, "value": refusal.value} | refusal.parts
    said = text.format(**known) if "{" in text else text
    return gettext("{whom}：{said}").format(whom=refusal.whom, said=said) if refusal.whom else said


def answer(
    request: HttpRequest, template: str, context: Mapping[str, Any], no: Refusal | None = None
) -> HttpResponse:
    """Return a page; with a refusal the same page, saying why not, under its status."""
    if no is None:
        return TemplateResponse(request, template, dict(context))
    said = {"sentence": sentence(no), "field": no.field}
    response = TemplateResponse(request, template, {"refusal": said, **context}, status=no.status)
    if isinstance(no, TooMany):
        response["Retry-After"] = str(no.retry_after)
    return response


def answered(
    request: HttpRequest,
    act: Callable[[], HttpResponse],
    page: Callable[[Refusal | None], HttpResponse],
) -> HttpResponse:
    """Show the page; where something was sent, act on it, or say on the same page why not."""
    if request.method != "POST":
        return page(None)
    try:
        return act()
    except Refusal as no:
        return page(no)


def hidden_if_denied(view: View) -> View:
    """Answer alike for what is missing and what is out of reach: there is no such page.

    What a page refuses and does not show itself, such as an address that no list was made from,
    is a bad request, with the sentence.
    """

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Denied as denied:
            raise Http404 from denied
        except Refusal as no:
            raise BadRequest(sentence(no)) from no

    return opened


def parsed(schema: type[S], given: Mapping[str, Any], *, labels: Mapping[str, str]) -> S:
    """Return what a form sent, by the schema that the API uses too.

    Empty inputs count as not given; what the schema does not know is the form's own.

    :raises Invalid: at the first field that is not as it must be
    """
    kept = {
        name: value
        for name, value in given.items()
        if name in schema.model_fields and value not in ("", None)
    }
    try:
        return schema.model_validate(kept)
    except ValidationError as fault:
        raise _invalid(fault, labels) from fault


def _invalid(fault: ValidationError, labels: Mapping[str, str]) -> Invalid:
    first = fault.errors()[0]
    field = str(first["loc"][0]) if first["loc"] else ""
    label = str(labels.get(field, field))
    if first["type"] == "missing":
        return Invalid(_("请填写“{label}”"), field=field, label=label)
    limit = first.get("ctx", {}).get("max_length")
    if first["type"] == "string_too_long":
        return Invalid(_("“{label}”最多 {limit} 个字"), field=field, label=label, limit=limit)
    return Invalid(_("“{label}”填写有误，请检查"), field=field, label=label)


def meant(parse: Callable[[str], T], text: str, *, otherwise: Refusal) -> T:
    """Return what one text of a form means: a key, a day, a number.

    :raises Refusal: ``otherwise``, if it means nothing
    """
    try:
        return parse(text)
    except (ValueError, RecursionError) as fault:
        raise otherwise from fault


def key_of(text: str) -> UUID | None:
    """Return the key that an address names, None where it names none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def field(
    name: str, label: str, kind: str = "text", *, no: Refusal | None = None, **more: object
) -> dict[str, object]:
    """Return one field of a form as the templates take it."""
    wrong = sentence(no) if no is not None and no.field == name else ""
    return {"name": name, "label": label, "kind": kind, "required": True, "error": wrong, **more}


def option(value: object, label: object, note: str = "") -> dict[str, str]:
    """Return one choice of a field."""
    return {"value": str(value), "label": str(label), "note": note}


def asked(request: HttpRequest, *names: str) -> dict[str, str]:
    """Return what the address asks for under these names, empty ones left out."""
    found = {name: request.GET.get(name, "") for name in names}
    return {name: value for name, value in found.items() if value}


def is_htmx(request: HttpRequest) -> bool:
    """Answer whether a fragment is asked for, and not a whole page."""
    return bool(request.headers.get("HX-Request")) and not request.headers.get("HX-Boosted")
