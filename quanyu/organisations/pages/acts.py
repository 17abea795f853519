"""The forms by which a body is founded and changed, each one verb (单位变动表单)."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quanyu.kernel.access.http import (
    actor_of,
    answer,
    answered,
    field,
    hidden_if_denied,
    meant,
    option,
    read_or_write,
    sentence,
)
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Invalid, Refusal
from quanyu.organisations import actions, queries
from quanyu.organisations.pages import net
from quanyu.organisations.queries import hanging
from quanyu.organisations.queries.coverage import places_of
from quanyu.organisations.rules import KIND_WORDS, PARTY, BodyKind, WrongBody
from quanyu.organisations.rules.covering import COVERERS, Tie
from quanyu.organisations.rules.fitting import BRANCHES, COMMUNITY_PARTY
from quanyu.regions import queries as regions
from quanyu.regions.queries import choices

Fields = list[dict[str, Any]]
Given = Any


@read_or_write
@hidden_if_denied
def found_one(request: HttpRequest) -> HttpResponse:
    """Found a body where one keeps the register."""
    actor, at = actor_of(request), timezone.now()
    if not net.may_keep(actor):
        raise Http404

    def act() -> HttpResponse:
        given = request.POST
        body = actions.found_body(
            code=given.get("code", "").strip(),
            kind=given.get("kind", ""),
            name=given.get("name", ""),
            name_en=given.get("name_en", ""),
            place=given.get("place", ""),
            parent=_body(given.get("parent", ""), "parent"),
            phone=given.get("phone", "").strip(),
            uscc=given.get("uscc", "").strip().upper(),
            uscc_because=given.get("uscc_because", ""),
            start=_day(given.get("start", ""), "start"),
            because=given.get("because", ""),
            actor=actor,
            at=at,
        )
        messages.success(request, _("已设立"))
        return HttpResponseRedirect(reverse("desk_organisation", args=[body.pk]))

    return answered(request, act, lambda no: _found_page(request, actor, no, at=at))


def _found_page(
    request: HttpRequest, actor: Actor, no: Refusal | None, *, at: datetime
) -> HttpResponse:
    given = request.POST
    is_whole = any(actions.KEEPERS & actor.roles_at(path) for path in places_of(actor))
    kinds = [kind for kind in KIND_WORDS if is_whole or kind in PARTY]
    asked = request.GET.get("parent", "")
    fields = [
        _one("name", _("名称"), no, given, longest=80),
        _one("kind", _("类型"), no, given, "select", options=_kinds(kinds)),
        _one("code", _("单位代码"), no, given, longest=40, help=_("小写字母、数字和横线")),
        _one("place", _("所在辖区"), no, given, "select", options=_place_options(actor)),
        _one(
            "parent",
            _("上级单位代码"),
            no,
            {"parent": given.get("parent", asked)},
            is_required=False,
            help=_("没有上级的不填"),
        ),
        _one("name_en", _("英文名称"), no, given, is_required=False, longest=120),
        _one("phone", _("办公电话"), no, given, is_required=False, longest=24),
        _one("uscc", _("统一社会信用代码"), no, given, is_required=False, longest=18),
        _one(
            "uscc_because",
            _("信用代码核对情况"),
            no,
            given,
            is_required=False,
            help=_("校验位不符而登记证上确为此号的，写明谁在哪里核对过"),
        ),
        *_when(given, no, "start", timezone.localdate(at)),
    ]
    context = {
        "section": "net",
        "title": _("设立单位"),
        "form": {
            "url": reverse("desk_organisation_found"),
            "fields": fields,
            "button": _("设立"),
            "cancel_url": reverse("desk_organisations"),
        },
        "now": timezone.localtime(at),
    }
    return answer(request, "organisations/act.html", context, no)


@read_or_write
@hidden_if_denied
def act_on(request: HttpRequest, body_id: UUID, verb: str) -> HttpResponse:
    """Show the form of one verb, and do it."""
    row = queries.body(body_id)
    actor, at = actor_of(request), timezone.now()
    if row is None or verb not in VERBS or not net.keeps(actor, row):
        raise Http404
    known = row

    def act() -> HttpResponse:
        there = VERBS[verb].do(known, request.POST, actor, at)
        messages.success(request, _("已登记，从写明的日子起生效"))
        return HttpResponseRedirect(reverse("desk_organisation", args=[there]))

    return answered(request, act, lambda no: _act_page(request, known, verb, actor, no, at=at))


def _act_page(
    request: HttpRequest,
    row: queries.BodyEntry,
    verb: str,
    actor: Actor,
    no: Refusal | None,
    *,
    at: datetime,
) -> HttpResponse:
    made = VERBS[verb]
    ends = verb in {"merge", "dissolve"}
    fields = made.fields(row, request.POST, no, actor)
    fields += _when(request.POST, no, "day", timezone.localdate(at)) if made.is_dated else []
    context = {
        "section": "net",
        "title": made.title(),
        "body": row,
        "url": reverse("desk_organisation", args=[row.id]),
        "hanging": hanging.all_hanging(row.id, actor=actor, at=at) if ends else (),
        "is_merge": verb == "merge",
        "form": {
            "url": reverse("desk_organisation_act", args=[row.id, verb]),
            "fields": fields,
            "button": made.title(),
            "cancel_url": reverse("desk_organisation", args=[row.id]),
        },
        "now": timezone.localtime(at),
    }
    return answer(request, "organisations/act.html", context, no)


@require_POST
@hidden_if_denied
def end_cover(request: HttpRequest, cover_id: UUID) -> HttpResponse:
    """Let a body cover something no more."""
    try:
        row = actions.uncover(
            cover_id=cover_id,
            day=_day(request.POST.get("day", ""), "day"),
            actor=actor_of(request),
            at=timezone.now(),
        )
    except Refusal as no:
        messages.error(request, sentence(no))
        return HttpResponseRedirect(reverse("desk_covers"))
    messages.success(request, _("已解除覆盖"))
    return HttpResponseRedirect(reverse("desk_organisation", args=[row.body_id]))


# ------------------------------------------------------------------ the verbs


class Verb:
    """One verb of the register: what its form asks, and what it does."""

    def __init__(
        self,
        title: Callable[[], str],
        fields: Callable[..., Fields],
        do: Callable[..., UUID],
        *,
        is_dated: bool = True,
    ) -> None:
        self.title, self.fields, self.do, self.is_dated = title, fields, do, is_dated


def _rename_fields(
    row: queries.BodyEntry, given: Given, no: Refusal | None, actor: Actor
) -> Fields:
    kinds = next((g for g in (BRANCHES, COMMUNITY_PARTY) if row.kind in g), frozenset())
    known = given or {"name": row.name, "name_en": row.name_en, "kind": row.kind}
    fields = [
        _one("name", _("名称"), no, known, longest=80),
        _one("name_en", _("英文名称"), no, known, is_required=False, longest=120),
    ]
    if kinds:
        words = [kind for kind in KIND_WORDS if kind in kinds]
        fields.append(_one("kind", _("类型"), no, known, "select", options=_kinds(words)))
    return fields


def _rename(row: queries.BodyEntry, given: Given, actor: Actor, at: datetime) -> UUID:
    return actions.rename_body(
        body_id=row.id,
        name=given.get("name", ""),
        name_en=given.get("name_en", ""),
        kind=given.get("kind", ""),
        **_dated(given),
        actor=actor,
        at=at,
    ).pk


def _hang_fields(row: queries.BodyEntry, given: Given, no: Refusal | None, actor: Actor) -> Fields:
    above = queries.body(row.parent_id) if row.parent_id else None
    known = given or {"parent": above.code if above else ""}
    return [
        _one(
            "parent",
            _("上级单位代码"),
            no,
            known,
            is_required=False,
            help=_("没有上级的不填"),
        )
    ]


def _hang(row: queries.BodyEntry, given: Given, actor: Actor, at: datetime) -> UUID:
    parent = _body(given.get("parent", ""), "parent")
    return actions.resubordinate_body(
        body_id=row.id, parent=parent, **_dated(given), actor=actor, at=at
    ).pk


def _seat_fields(row: queries.BodyEntry, given: Given, no: Refusal | None, actor: Actor) -> Fields:
    known = given or {"place": row.region_path}
    return [_one("place", _("所在辖区"), no, known, "select", options=_place_options(actor))]


def _seat(row: queries.BodyEntry, given: Given, actor: Actor, at: datetime) -> UUID:
    place = given.get("place", "")
    return actions.reseat_body(body_id=row.id, place=place, **_dated(given), actor=actor, at=at).pk


def _cover_fields(row: queries.BodyEntry, given: Given, no: Refusal | None, actor: Actor) -> Fields:
    if row.kind in COVERERS[Tie.GRID]:
        grids = regions.grids_in(row.region_path)
        options = [option(path, name) for path, name in grids.items()]
        return [_one("grid", _("网格"), no, given, "select", options=options)]
    houses = [option(one.id, one.address) for one in choices.spots(row.region_path)]
    return [_one("building", _("楼栋"), no, given, "select", options=houses)]


def _cover(row: queries.BodyEntry, given: Given, actor: Actor, at: datetime) -> UUID:
    house = given.get("building", "")
    tie = Tie.GRID if row.kind in COVERERS[Tie.GRID] else Tie.BUILDING
    no = Invalid(_("请选择楼栋"), field="building", value=house)
    actions.cover(
        body_id=row.id,
        tie=tie,
        grid=given.get("grid", ""),
        building_id=meant(UUID, house, otherwise=no) if tie is Tie.BUILDING else None,
        day=_day(given.get("day", ""), "day"),
        actor=actor,
        at=at,
    )
    return row.id


def _merge_fields(row: queries.BodyEntry, given: Given, no: Refusal | None, actor: Actor) -> Fields:
    kinds = next((g for g in (BRANCHES, COMMUNITY_PARTY) if row.kind in g), frozenset())
    words = [kind for kind in KIND_WORDS if kind in kinds]
    fields = [
        _one("into", _("并入哪个单位"), no, given, help=_("单位代码")),
        _one("name", _("合并后的名称"), no, given, is_required=False, help=_("不填：名称不变")),
    ]
    if words:
        options = _kinds(words)
        label = _("合并后的类型")
        fields.append(_one("kind", label, no, given, "select", is_required=False, options=options))
    return fields


def _merge(row: queries.BodyEntry, given: Given, actor: Actor, at: datetime) -> UUID:
    into = _body(given.get("into", ""), "into")
    if into is None:
        raise WrongBody(_("请填写并入的单位"), field="into", value="")
    return actions.merge_body(
        body_id=row.id,
        into=into,
        name=given.get("name", ""),
        kind=given.get("kind", ""),
        **_dated(given),
        actor=actor,
        at=at,
    ).pk


def _command_fields(
    row: queries.BodyEntry, given: Given, no: Refusal | None, actor: Actor
) -> Fields:
    street = queries.bodies(on=timezone.localdate(), kind=BodyKind.STREET_OFFICE)
    options = [option(one.id, one.label) for one in street]
    label, note = _("由哪个街道指挥"), _("不选：解除现在的指挥关系")
    return [
        _one("commander", label, no, given, "select", is_required=False, options=options, help=note)
    ]


def _command(row: queries.BodyEntry, given: Given, actor: Actor, at: datetime) -> UUID:
    key = given.get("commander", "")
    day = _day(given.get("day", ""), "day")
    if not key:
        actions.release_agency(agency_id=row.id, day=day, actor=actor, at=at)
        return row.id
    no = Invalid(_("请选择街道"), field="commander", value=key)
    actions.command_agency(
        agency_id=row.id,
        commander_id=meant(UUID, key, otherwise=no),
        **_dated(given),
        actor=actor,
        at=at,
    )
    return row.id


def _correct_fields(
    row: queries.BodyEntry, given: Given, no: Refusal | None, actor: Actor
) -> Fields:
    known = given or {"phone": row.phone, "uscc": row.uscc, "uscc_because": row.uscc_because}
    return [
        _one("phone", _("办公电话"), no, known, is_required=False, longest=24),
        _one("uscc", _("统一社会信用代码"), no, known, is_required=False, longest=18),
        _one(
            "uscc_because",
            _("信用代码核对情况"),
            no,
            known,
            is_required=False,
            help=_("校验位不符而登记证上确为此号的，写明谁在哪里核对过"),
        ),
    ]


def _correct(row: queries.BodyEntry, given: Given, actor: Actor, at: datetime) -> UUID:
    return actions.correct_body(
        body_id=row.id,
        phone=given.get("phone", "").strip(),
        uscc=given.get("uscc", "").strip().upper(),
        uscc_because=given.get("uscc_because", ""),
        actor=actor,
        at=at,
    ).pk


def _dissolve(row: queries.BodyEntry, given: Given, actor: Actor, at: datetime) -> UUID:
    return actions.dissolve_body(body_id=row.id, **_dated(given), actor=actor, at=at).pk


VERBS = {
    "rename": Verb(lambda: _("更名、改设"), _rename_fields, _rename),
    "hang": Verb(lambda: _("改变隶属"), _hang_fields, _hang),
    "seat": Verb(lambda: _("迁移"), _seat_fields, _seat),
    "cover": Verb(lambda: _("登记覆盖"), _cover_fields, _cover),
    "merge": Verb(lambda: _("并入"), _merge_fields, _merge),
    "command": Verb(lambda: _("指挥关系"), _command_fields, _command),
    "correct": Verb(lambda: _("更正信息"), _correct_fields, _correct, is_dated=False),
    "dissolve": Verb(lambda: _("撤销"), lambda *_asked: [], _dissolve),
}


# ------------------------------------------------------------------ fields


def _one(
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
    if longest:
        more["maxlength"] = longest
    value = given.get(name, "")
    return field(name, label, kind, no=no, value=value, required=is_required, **more)


def _when(given: Given, no: Refusal | None, name: str, today: date) -> Fields:
    day = {name: given.get(name) or today.isoformat()}
    help_text = _("从当天或以前的日子起，不登记将来的日子") if name == "day" else ""
    return [
        _one(name, _("生效日期"), no, day, "date", help=help_text),
        _one("because", _("依据文件或事由"), no, given, is_required=False, longest=200),
    ]


def _kinds(kinds: list[BodyKind]) -> list[dict[str, str]]:
    return [option(kind.value, _(KIND_WORDS[kind])) for kind in kinds]


def _place_options(actor: Actor) -> list[dict[str, str]]:
    own = [path for path in places_of(actor) if actions.PARTY_KEEPERS & actor.roles_at(path)]
    below = [crumb.path for path in own for crumb in regions.below(path)]
    return [option(path, regions.label(path)) for path in dict.fromkeys([*own, *below])]


def _dated(given: Given) -> dict[str, Any]:
    return {"day": _day(given.get("day", ""), "day"), "because": given.get("because", "")[:200]}


def _day(text: str, name: str) -> date | None:
    if not text:
        return None
    return meant(date.fromisoformat, text, otherwise=Invalid(_("日期有误"), field=name, value=text))


def _body(code: str, name: str) -> UUID | None:
    """Return the body of a code that a form names; None for no code.

    :raises WrongBody: if there is none
    """
    if not code.strip():
        return None
    row = queries.body_by_code(code.strip().lower())
    if row is None:
        raise WrongBody(_("没有这个单位代码"), field=name, value=code)
    return row.id
