"""The duty list: which body answers for what, where, on which clause (权责清单)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from quanyu.kernel.access.http import (
    actor_of,
    answer,
    answered,
    field,
    hidden_if_denied,
    meant,
    option,
    read_or_write,
)
from quanyu.kernel.access.http import asked as asked_of
from quanyu.kernel.access.narrowing import pick, said, search
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Refusal
from quanyu.organisations import actions, queries
from quanyu.organisations.pages.filled import body_in
from quanyu.organisations.pages.picking import pick_field
from quanyu.organisations.rules import BASIS_WORDS, KIND_WORDS, BodyKind, WrongDuty
from quanyu.organisations.tables import DUTIES
from quanyu.regions import queries as regions


@DUTIES.narrowed_by
def narrowed(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return every duty that the page of this address shows, in its order."""
    return queries.duties_asked(asked, on=timezone.localdate(at))


@DUTIES.told_by
def told(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> list[tuple[str, str]]:
    """Return in words what the address asks for."""
    on = timezone.localdate(at)
    fields = _filters(dict(asked), actor, on=on)
    return said(fields)


LISTS = ("event_class", "part_class")


@read_or_write
@hidden_if_denied
def duties(request: HttpRequest) -> HttpResponse:
    """List the duties that hold on a day; who keeps the list may add one."""
    actor, at = actor_of(request), timezone.now()

    def assign() -> HttpResponse:
        _assigned(request, actor, at=at)
        messages.success(request, _("已登记，从写明的日子起生效"))
        return HttpResponseRedirect(reverse("desk_duties"))

    return answered(request, assign, lambda no: _page(request, actor, at=at, no=no))


def _assigned(request: HttpRequest, actor: Actor, *, at: datetime) -> None:
    given = request.POST
    actions.assign_duty(
        body_id=_body(given.get("body") or given.get("body_q", "")),
        class_prefix=given.get("class_prefix", ""),
        place=given.get("place", ""),
        basis=given.get("basis", ""),
        start=_day(given.get("start", "")),
        clause_id=_clause(given.get("clause", "")),
        note=given.get("note", "")[:200],
        actor=actor,
        at=at,
    )


def _page(request: HttpRequest, actor: Actor, *, at: datetime, no: Refusal | None) -> HttpResponse:
    asked = asked_of(request, *DUTIES.parameters)
    today = timezone.localdate(at)
    found = queries.duty_list(
        on=today,
        class_code=asked.get("class", ""),
        place=asked.get("place", ""),
        body_id=_known_key(asked.get("body", "")),
        said=asked.get("q", ""),
        after=request.GET.get("after", ""),
    )
    keeps = [path for path in actor.stations if actions.KEEPERS & actor.roles_at(path)]
    context = {
        "section": "duties",
        "filters": _filters(asked, actor, on=today),
        "on": today,
        "rows": [_row(entry) for entry in found.rows],
        "total": f"{found.count:,}",
        "pages": {"next_url": _address(asked, after=found.after) if found.after else ""},
        "clear_url": reverse("desk_duties") if asked else "",
        "export_url": _export_url(asked),
        "may_edit": bool(keeps),
        "form": _form(request, keeps, no, at=at) if keeps else None,
        "now": timezone.localtime(at),
    }
    return answer(request, "organisations/duties.html", context, no)


def _row(entry: queries.DutyEntry) -> dict[str, Any]:
    return {
        "class_code": "",
        "class_label": entry.class_name,
        "body": entry.body,
        "kind": _(KIND_WORDS[BodyKind(entry.body_kind)]),
        "place": entry.place_name,
        "clause": entry.clause or entry.basis_name,
        "source": _("示例") if entry.is_sample else entry.note,
        "from": entry.valid_from,
        "to": entry.valid_to,
    }


def _export_url(asked: dict[str, str]) -> str:
    return f"{reverse('desk_export_new', args=[DUTIES.name])}?{urlencode(asked)}"


def _address(asked: dict[str, str], **more: str) -> str:
    return f"{reverse('desk_duties')}?{urlencode({**asked, **more})}"


def _filters(asked: dict[str, str], actor: Actor, *, on: date) -> list[dict[str, Any]]:
    """Return the filters: a body is searched for by name, for a city has ten thousand."""
    places = regions.places_to_pick(actor.stations, asked.get("place", ""))
    home, held = reverse("desk_duties"), _one_body(asked)
    bodies = {str(held.id): held.label} if held else {}
    return [
        search(_("单位"), asked),
        pick("class", _("类别"), _classes(on=on), asked=asked, home=home),
        pick("place", _("辖区"), places, asked=asked, home=home),
        *([pick("body", _("单位"), bodies, asked=asked, home=home)] if held else []),
    ]


def _one_body(asked: dict[str, str]) -> queries.BodyEntry | None:
    """Return the one body that a link from elsewhere asks for."""
    key = _known_key(asked.get("body", ""))
    return queries.body(key) if key else None


def _classes(*, on: date) -> dict[str, str]:
    return {
        entry.code: f"{entry.shown} {codes.label(entry)}"
        for listed in LISTS
        for entry in codes.codes(listed, on=on)
    }


def _form(
    request: HttpRequest, keeps: list[str], no: Refusal | None, *, at: datetime
) -> dict[str, Any]:
    given = request.POST
    today = timezone.localdate(at)
    places = [crumb.path for path in keeps for crumb in regions.below(path)]
    clauses = [option(c.id, codes.cited(codes.clause_entry(c))) for c in codes.clauses()]

    def one(name: str, label: str, kind: str = "select", **more: Any) -> dict[str, Any]:
        more.setdefault("value", given.get(name, ""))
        return field(name, label, kind, no=no, **more)

    return {
        "url": reverse("desk_duties"),
        "title": _("加一项"),
        "fields": [
            pick_field("body", _("单位"), no, given),
            one(
                "class_prefix",
                _("类别"),
                required=False,
                options=[option(code, words) for code, words in _classes(on=today).items()],
                help=_("不选为全部类别"),
            ),
            one(
                "place",
                _("辖区"),
                options=[option(path, regions.label(path)) for path in (*keeps, *places)],
            ),
            one(
                "basis",
                _("责任来源"),
                "radio",
                options=[option(key.value, _(words)) for key, words in BASIS_WORDS.items()],
            ),
            one("clause", _("依据条款"), required=False, options=clauses),
            one("start", _("生效日期"), "date", value=given.get("start") or today.isoformat()),
            one("note", _("说明"), "text", required=False, maxlength=200),
        ],
    }


def _known_key(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _body(text: str) -> UUID:
    found = body_in(text, "body")
    if found is None:
        raise WrongDuty(_("请选择单位"), field="body", value=text)
    return found


def _clause(text: str) -> UUID | None:
    no = WrongDuty(_("没有这一条款"), field="clause", value=text)
    return meant(UUID, text, otherwise=no) if text else None


def _day(text: str) -> date | None:
    if not text:
        return None
    no = WrongDuty(_("日期有误"), field="start", value=text)
    return meant(date.fromisoformat, text, otherwise=no)
