"""What is begun of a body on a page of its own: first of which body it is (选择单位办理)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from quanyu.kernel.access.http import actor_of, field, hidden_if_denied
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.errors import gettext_noop as _noop
from quanyu.organisations.pages.picking import MOST, body_option, node_option, said_in
from quanyu.organisations.queries import led, net
from quanyu.organisations.queries.duties import is_key


@dataclass(frozen=True, slots=True)
class Beginning:
    """A page on which something is begun of a body, and of which bodies somebody begins it."""

    page: str
    back: str
    label: Any
    among: Callable[..., Any]
    """Rows of bodies in order, by ``actor`` and ``on``."""


_OF_WHICH = gettext_lazy("哪个组织")
BEGINNINGS: Final = {
    "post": Beginning("desk_post_new", "desk_posts", gettext_lazy("哪个单位的岗位"), led.opened),
    "meeting": Beginning("desk_meeting_new", "desk_meetings", _OF_WHICH, led.led_bodies),
    "election": Beginning(
        "desk_election_new",
        "desk_elections",
        _OF_WHICH,
        partial(led.led_bodies, is_election=True),
    ),
}


@require_GET
@hidden_if_denied
def begin(request: HttpRequest, what: str) -> HttpResponse:
    """Return the bodies of which something can be begun, as links to where it is."""
    if what not in BEGINNINGS:
        raise Http404
    context = {"begin": beginning(what, actor_of(request), said=said_in(request, "body"))}
    return TemplateResponse(request, "organisations/_begin.html", context)


def beginning(what: str, actor: Actor, *, said: str = "") -> dict[str, Any]:
    """Return what asks for the body of which something is begun: the first few, or those found."""
    one, on = BEGINNINGS[what], timezone.localdate()
    among = one.among(actor=actor, on=on)
    if said:
        found = net.find(said, on=on, among=among)
    else:
        keys = list(among.values_list("pk", flat=True)[: MOST + 1])
        known = net.nodes(keys, on=on)
        found = tuple(known[key] for key in keys if key in known)
    return {
        "label": one.label,
        "url": reverse("desk_organisation_begin", args=[what]),
        "page": reverse(one.page),
        "said": said,
        "options": [node_option(node, is_key=True) for node in found[:MOST]],
        "is_more": len(found) > MOST,
    }


def begun_of(what: str, request: HttpRequest) -> tuple[Any, bool]:
    """Return the body that is asked for, or the only one there is; and whether it is the only one.

    :raises Denied: if somebody begins it of none
    """
    rows = BEGINNINGS[what].among(actor=actor_of(request), on=timezone.localdate())
    few = list(rows[:2])
    if not few:
        raise Denied
    said = request.POST.get("body") or request.GET.get("body", "")
    if said:
        asked = rows.filter(pk=said).first() if is_key(said) else None
    else:
        asked = few[0] if len(few) == 1 else None
    return asked, len(few) == 1


def form_of(
    what: str, body: Any, fields: Sequence[dict[str, Any]], *, button: str, is_only: bool
) -> dict[str, Any]:
    """Return the form in which something is begun of one body, and the way to another."""
    url = reverse(BEGINNINGS[what].page)
    return {
        "of": body_option(body),
        "other_url": "" if is_only else url,
        "form": {
            "url": url,
            "fields": [field("body", "", "hidden", value=body.pk), *fields],
            "button": button,
            "cancel_url": reverse(BEGINNINGS[what].back),
        },
    }


def choose_body() -> Invalid:
    """Return the refusal of a form that names no body."""
    return Invalid(_noop("请选择哪个组织"), field="body")
