"""The verbs of the register: what the form of each asks, and what it does (单位变动)."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from quanyu.kernel.access.http import meant, option
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _noop
from quanyu.organisations import actions, queries
from quanyu.organisations.pages.filled import (
    Fields,
    Given,
    body_in,
    dated,
    day_in,
    kind_options,
    one_field,
    place_options,
)
from quanyu.organisations.pages.picking import pick_field
from quanyu.organisations.queries import joined
from quanyu.organisations.rules import KIND_WORDS, BodyKind, WrongBody
from quanyu.organisations.rules.covering import COVERERS, UNITS, Tie
from quanyu.organisations.rules.fitting import check_superior
from quanyu.organisations.rules.kinds import alike
from quanyu.regions import queries as regions
from quanyu.regions.queries import choices
from quanyu.regions.rules import ancestry

STREET_STEPS = 4
"""Province, city, district, street: so many steps down stands a street."""


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
    kinds = alike(row.kind)
    known = given or {"name": row.name, "name_en": row.name_en, "kind": row.kind}
    fields = [
        one_field("name", _("名称"), no, known, longest=80),
        one_field("name_en", _("英文名称"), no, known, is_required=False, longest=120),
    ]
    if len(kinds) > 1:
        options = kind_options([kind for kind in KIND_WORDS if kind in kinds])
        fields.append(one_field("kind", _("类型"), no, known, "select", options=options))
    return fields


def _rename(row: queries.BodyEntry, given: Given, actor: Actor, at: datetime) -> UUID:
    return actions.rename_body(
        body_id=row.id,
        name=given.get("name", ""),
        name_en=given.get("name_en", ""),
        kind=given.get("kind", ""),
        **dated(given),
        actor=actor,
        at=at,
    ).pk


def _hang_fields(row: queries.BodyEntry, given: Given, no: Refusal | None, actor: Actor) -> Fields:
    above = queries.body(row.parent_id) if row.parent_id else None
    known = given or {"parent": above.code if above else ""}
    options = _near(row, frozenset(kind for kind in BodyKind if _fits(row.kind, kind)))
    if above and above.code not in {one["value"] for one in options}:
        options.insert(0, option(above.code, above.label))
    return [
        one_field("parent", _("上级单位"), no, known, "select", is_required=False, options=options)
    ]


def _fits(kind: str, above: str) -> bool:
    try:
        check_superior(kind, above)
    except Refusal:
        return False
    return True


def _near(row: queries.BodyEntry, kinds: frozenset[BodyKind]) -> list[dict[str, str]]:
    """Return the bodies of some kinds that stand in the street of a body, or above it."""
    way = ancestry(row.region_path)
    street = way[min(len(way), STREET_STEPS) - 1]
    inside = queries.bodies(on=timezone.localdate(), place=street)
    over = [one for one in queries.bodies_over(way[:-1]) if one.valid_to is None]
    rows = {one.id: one for one in (*over, *inside) if one.kind in kinds and one.id != row.id}
    return [option(one.code, one.label, one.code) for one in rows.values()]


def _hang(row: queries.BodyEntry, given: Given, actor: Actor, at: datetime) -> UUID:
    parent = body_in(given.get("parent", ""), "parent")
    return actions.resubordinate_body(
        body_id=row.id, parent=parent, **dated(given), actor=actor, at=at
    ).pk


def _seat_fields(row: queries.BodyEntry, given: Given, no: Refusal | None, actor: Actor) -> Fields:
    known = given or {"place": row.region_path}
    return [one_field("place", _("所在辖区"), no, known, "select", options=place_options(actor))]


def _seat(row: queries.BodyEntry, given: Given, actor: Actor, at: datetime) -> UUID:
    place = given.get("place", "")
    return actions.reseat_body(body_id=row.id, place=place, **dated(given), actor=actor, at=at).pk


def _cover_fields(row: queries.BodyEntry, given: Given, no: Refusal | None, actor: Actor) -> Fields:
    if row.kind in COVERERS[Tie.GRID]:
        grids = regions.grids_in(row.region_path)
        options = [option(path, name) for path, name in grids.items()]
        return [one_field("grid", _("网格"), no, given, "select", options=options)]
    houses = [option(one.id, one.address) for one in choices.spots(row.region_path)]
    return [one_field("building", _("楼栋"), no, given, "select", options=houses)]


def _cover(row: queries.BodyEntry, given: Given, actor: Actor, at: datetime) -> UUID:
    house = given.get("building", "")
    tie = Tie.GRID if row.kind in COVERERS[Tie.GRID] else Tie.BUILDING
    no = Invalid(_("请选择楼栋"), field="building", value=house)
    actions.cover(
        body_id=row.id,
        tie=tie,
        grid=given.get("grid", ""),
        building_id=meant(UUID, house, otherwise=no) if tie is Tie.BUILDING else None,
        day=day_in(given.get("day", ""), "day"),
        actor=actor,
        at=at,
    )
    return row.id


def _merge_fields(row: queries.BodyEntry, given: Given, no: Refusal | None, actor: Actor) -> Fields:
    kinds = alike(row.kind)
    near = _near(row, kinds)
    fields = [
        one_field("into", _("并入哪个单位"), no, given, "select", options=near),
        one_field(
            "name", _("合并后的名称"), no, given, is_required=False, help=_("不填：名称不变")
        ),
    ]
    if len(kinds) > 1:
        options = kind_options([kind for kind in KIND_WORDS if kind in kinds])
        label = _("合并后的类型")
        fields.append(
            one_field("kind", label, no, given, "select", is_required=False, options=options)
        )
    return fields


def _merge(row: queries.BodyEntry, given: Given, actor: Actor, at: datetime) -> UUID:
    into = body_in(given.get("into", ""), "into")
    if into is None:
        raise WrongBody(_("请填写并入的单位"), field="into", value="")
    return actions.merge_body(
        body_id=row.id,
        into=into,
        name=given.get("name", ""),
        kind=given.get("kind", ""),
        **dated(given),
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
        one_field(
            "commander", label, no, given, "select", is_required=False, options=options, help=note
        )
    ]


def _command(row: queries.BodyEntry, given: Given, actor: Actor, at: datetime) -> UUID:
    key = given.get("commander", "")
    day = day_in(given.get("day", ""), "day")
    if not key:
        actions.release_agency(agency_id=row.id, day=day, actor=actor, at=at)
        return row.id
    no = Invalid(_("请选择街道"), field="commander", value=key)
    actions.command_agency(
        agency_id=row.id,
        commander_id=meant(UUID, key, otherwise=no),
        **dated(given),
        actor=actor,
        at=at,
    )
    return row.id


def _form_fields(row: queries.BodyEntry, given: Given, no: Refusal | None, actor: Actor) -> Fields:
    there = queries.bodies(on=timezone.localdate(), place=row.region_path)
    options = [option(one.id, one.label) for one in there if one.kind in UNITS]
    label, note = _("组建在哪个单位"), _("不选：解除现在的组建关系")
    return [
        one_field("unit", label, no, given, "select", is_required=False, options=options, help=note)
    ]


def _form(row: queries.BodyEntry, given: Given, actor: Actor, at: datetime) -> UUID:
    key = given.get("unit", "")
    if not key:
        day = day_in(given.get("day", ""), "day")
        actions.part_party(party_id=row.id, day=day, actor=actor, at=at)
        return row.id
    no = Invalid(_("请选择单位"), field="unit", value=key)
    actions.form_party(
        party_id=row.id,
        unit_id=meant(UUID, key, otherwise=no),
        **dated(given),
        actor=actor,
        at=at,
    )
    return row.id


def _join_fields(row: queries.BodyEntry, given: Given, no: Refusal | None, actor: Actor) -> Fields:
    picked = pick_field("member", _("成员单位"), no, given, empty=_("还没有选"))
    return [picked | {"required": True}]


def _join(row: queries.BodyEntry, given: Given, actor: Actor, at: datetime) -> UUID:
    said = given.get("member") or given.get("member_q", "")
    member = body_in(said, "member")
    if member is None:
        raise Invalid(_noop("请选择单位"), field="member", value=said)
    return actions.join_body(
        host_id=row.id, member_id=member, **dated(given), actor=actor, at=at
    ).host_id


def _leave_fields(row: queries.BodyEntry, given: Given, no: Refusal | None, actor: Actor) -> Fields:
    members = joined.members_of(row.id, on=timezone.localdate())
    options = [option(one.code, one.name) for one in members]
    return [one_field("member", _("成员单位"), no, given, "select", options=options)]


def _leave(row: queries.BodyEntry, given: Given, actor: Actor, at: datetime) -> UUID:
    member = body_in(given.get("member", ""), "member")
    if member is None:
        raise Invalid(_noop("请选择单位"), field="member", value="")
    return actions.leave_body(
        host_id=row.id, member_id=member, **dated(given), actor=actor, at=at
    ).host_id


def _correct_fields(
    row: queries.BodyEntry, given: Given, no: Refusal | None, actor: Actor
) -> Fields:
    known = given or {"phone": row.phone, "uscc": row.uscc, "uscc_because": row.uscc_because}
    return [
        one_field("phone", _("办公电话"), no, known, is_required=False, longest=24),
        one_field("uscc", _("统一社会信用代码"), no, known, is_required=False, longest=18),
        one_field(
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
    return actions.dissolve_body(body_id=row.id, **dated(given), actor=actor, at=at).pk


VERBS = {
    "rename": Verb(lambda: _("更名、改设"), _rename_fields, _rename),
    "hang": Verb(lambda: _("改变隶属"), _hang_fields, _hang),
    "seat": Verb(lambda: _("迁移"), _seat_fields, _seat),
    "cover": Verb(lambda: _("登记覆盖"), _cover_fields, _cover),
    "merge": Verb(lambda: _("并入其他单位"), _merge_fields, _merge),
    "command": Verb(lambda: _("指挥关系"), _command_fields, _command),
    "form": Verb(lambda: _("组建在哪个单位"), _form_fields, _form),
    "join": Verb(lambda: _("增加成员单位"), _join_fields, _join),
    "leave": Verb(lambda: _("成员单位退出"), _leave_fields, _leave),
    "correct": Verb(lambda: _("更正信息"), _correct_fields, _correct, is_dated=False),
    "dissolve": Verb(lambda: _("撤销"), lambda *_asked: [], _dissolve),
}
