"""A body is renamed, hung elsewhere, moved, put right (更名、改变隶属、迁移、更正)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.kernel.keys import uuid7
from quanyu.organisations import actions, rules
from quanyu.organisations.models import Body, Footing
from quanyu.organisations.rules.changing import Nothing
from quanyu.organisations.rules.credit import WrongCredit
from quanyu.organisations.rules.fitting import WrongSuperior, cautions, check_superior
from quanyu.organisations.rules.templates import NoTemplate
from tests.organisations.conftest import COMMUNITY, STREET, Net, person

Changed = Callable[..., Body]


def stood(body: Body) -> list[tuple[str, str, int]]:
    """Return how a body stood: name, change, and how many days until the next; 0 is today's."""
    return [
        (one.name, one.change, (one.valid_to - one.valid_from).days if one.valid_to else 0)
        for one in Footing.objects.filter(body=body).order_by("valid_from")
    ]


def test_a_new_name_holds_from_its_day_and_the_old_one_until_then(
    net: Net, officer: Actor, at: datetime, on: date
) -> None:
    body = actions.rename_body(
        body_id=net.first.pk,
        name="梧桐网格党支部",
        name_en="Wutong Grid Branch",
        day=on - timedelta(days=100),
        because="街党工〔示例〕3号",
        actor=officer,
        at=at,
    )

    assert (body.name, body.initials) == ("梧桐网格党支部", "wtwgdzb")
    assert stood(body) == [("第一网格党支部", "found", 300), ("梧桐网格党支部", "rename", 0)]
    (kept,) = Record.objects.filter(topic="body.rename")
    assert (kept.region_path, kept.changed) == (COMMUNITY, ["name", "name_en"])


def test_what_began_that_day_is_put_right_in_place(
    net: Net, officer: Actor, at: datetime, on: date
) -> None:
    for name in ("甲网格党支部", "乙网格党支部"):
        actions.rename_body(body_id=net.first.pk, name=name, day=on, actor=officer, at=at)

    assert [row[0] for row in stood(net.first)] == ["第一网格党支部", "乙网格党支部"]


def test_a_branch_becomes_a_joint_branch(net: Net, officer: Actor, at: datetime) -> None:
    body = actions.rename_body(
        body_id=net.first.pk,
        name="一二网格联合党支部",
        kind="joint_party_branch",
        actor=officer,
        at=at,
    )

    assert body.kind == "joint_party_branch"


def test_refuses_a_kind_under_which_what_hangs_below_cannot_hang(
    net: Net, officer: Actor, at: datetime
) -> None:
    with pytest.raises(WrongSuperior):
        actions.rename_body(
            body_id=net.community.pk, name="社区党小组", kind="party_group", actor=officer, at=at
        )


def test_hangs_under_another_and_stays_where_it_stands(
    net: Net, commander: Actor, at: datetime, on: date
) -> None:
    body = actions.resubordinate_body(
        body_id=net.group.pk, parent=net.second.pk, day=on, actor=commander, at=at
    )

    assert (body.parent, body.region_path) == (net.second, COMMUNITY)
    assert [row[1] for row in stood(body)] == ["found", "resubordinate"]


def test_moves_to_another_place_and_hangs_where_it_hung(
    net: Net, commander: Actor, at: datetime
) -> None:
    there = f"{STREET}003/"
    body = actions.reseat_body(body_id=net.group.pk, place=there, actor=commander, at=at)

    assert (body.parent, body.region_path) == (net.first, there)


def test_is_neither_hung_under_anothers_body_nor_taken_from_it(
    net: Net, commander: Actor, district_admin: Actor, at: datetime
) -> None:
    district = Body.objects.get(code="district-management")
    agency = Body.objects.get(code="street-enforcement")
    given: dict[str, Any] = {"actor": commander, "at": at}

    with pytest.raises(Denied):
        actions.resubordinate_body(body_id=net.office.pk, parent=district.pk, **given)
    with pytest.raises(Denied):
        actions.resubordinate_body(body_id=agency.pk, parent=net.office.pk, **given)
    actions.resubordinate_body(
        body_id=net.office.pk, parent=district.pk, actor=district_admin, at=at
    )


def test_refuses_a_ring(net: Net, district_admin: Actor, at: datetime) -> None:
    given: dict[str, Any] = {"place": STREET, "actor": district_admin, "at": at}
    top = actions.found_body(code="ring-top", kind="department", name="甲局", **given)
    low = actions.found_body(
        code="ring-low", kind="department", name="甲局一处", parent=top.pk, **given
    )

    with pytest.raises(WrongSuperior) as refused:
        actions.resubordinate_body(body_id=top.pk, parent=low.pk, actor=district_admin, at=at)

    assert refused.value.field == "parent"


@pytest.mark.parametrize(
    ("kind", "above"),
    [
        ("party_branch", "party_branch"),
        ("party_committee", "general_party_branch"),
        ("party_work_committee", "party_committee"),
        ("party_branch", "party_group"),
        ("party_group", "party_group"),
        ("party_branch", "street_office"),
        ("street_unit", "department"),
        ("street_unit", ""),
        ("department", "party_group"),
    ],
)
def test_never_hangs_there(kind: str, above: str) -> None:
    with pytest.raises(WrongSuperior):
        check_superior(kind, above)


@pytest.mark.parametrize(
    ("kind", "above", "warned"),
    [
        ("party_committee", "party_work_committee", 0),
        ("general_party_branch", "party_committee", 0),
        ("joint_party_branch", "general_party_branch", 0),
        ("party_group", "joint_party_branch", 0),
        ("party_group", "general_party_branch", 1),
        ("party_branch", "party_work_committee", 1),
        ("party_branch", "", 1),
        ("stationed_agency", "department", 0),
        ("stationed_agency", "provider", 1),
        ("street_unit", "street_office", 0),
        ("owners_committee", "", 0),
    ],
)
def test_hangs_there_with_or_without_a_warning(kind: str, above: str, warned: int) -> None:
    check_superior(kind, above)
    found = cautions(kind, above)

    assert len(found) == warned
    assert all(one.clause and one.is_verified for one in found)


def test_refuses_a_day_to_come_and_one_before_the_last_change(
    net: Net, officer: Actor, at: datetime, on: date
) -> None:
    given: dict[str, Any] = {"body_id": net.first.pk, "actor": officer, "at": at}
    actions.rename_body(name="新名", day=on - timedelta(days=10), **given)

    for day in (on + timedelta(days=1), on - timedelta(days=11)):
        with pytest.raises(rules.WrongDay) as refused:
            actions.rename_body(name="又名", day=day, **given)
        assert refused.value.field == "day"


def test_refuses_what_changes_nothing(net: Net, officer: Actor, at: datetime) -> None:
    with pytest.raises(Nothing):
        actions.rename_body(body_id=net.first.pk, name=net.first.name, actor=officer, at=at)


def test_a_credit_code_is_one_bodys(net: Net, commander: Actor, at: datetime) -> None:
    code = "91350100M000100Y43"
    given: dict[str, Any] = {"phone": "", "actor": commander, "at": at}
    actions.correct_body(body_id=net.office.pk, uscc=code, **given)

    with pytest.raises(rules.AlreadyThere):
        actions.correct_body(body_id=net.street.pk, uscc=code, **given)
    with pytest.raises(WrongCredit):
        actions.correct_body(body_id=net.street.pk, uscc=code[:-1] + "4", **given)
    with pytest.raises(IntegrityError, match="body_credit_code_is_one"), transaction.atomic():
        Body.objects.filter(pk=net.street.pk).update(uscc=code)


@pytest.mark.parametrize("days", [(0, None), (-30, 30), (-500, None)])
def test_the_database_keeps_the_periods_of_a_body_apart(
    net: Net, on: date, days: tuple[int, int | None]
) -> None:
    start, end = days
    with pytest.raises(IntegrityError, match="footing_"), transaction.atomic():
        Footing.objects.create(
            body=net.first,
            kind="party_branch",
            name="重叠",
            region_path=COMMUNITY,
            change="found",
            valid_from=on + timedelta(days=start),
            valid_to=on + timedelta(days=end) if end is not None else None,
        )


VERBS: dict[str, dict[str, Any]] = {
    "rename_body": {"name": "别名"},
    "resubordinate_body": {"parent": None},
    "reseat_body": {"place": f"{STREET}003/"},
    "correct_body": {"phone": ""},
    "dissolve_body": {},
}


@pytest.mark.parametrize("verb", VERBS)
def test_denies_a_stranger_and_what_is_not(
    net: Net, stranger: Actor, commander: Actor, at: datetime, verb: str
) -> None:
    act = getattr(actions, verb)
    with pytest.raises(Denied):
        act(body_id=net.first.pk, **VERBS[verb], actor=stranger, at=at)
    with pytest.raises(Denied):
        act(body_id=uuid7(), **VERBS[verb], actor=commander, at=at)


@pytest.mark.parametrize("verb", VERBS)
def test_refuses_who_does_not_keep_the_register(net: Net, at: datetime, verb: str) -> None:
    with pytest.raises(rules.NotKeeper):
        getattr(actions, verb)(
            body_id=net.first.pk, **VERBS[verb], actor=person(Role.DISPATCHER, STREET), at=at
        )


def test_a_party_officer_keeps_party_organisations_only(
    net: Net, officer: Actor, at: datetime
) -> None:
    with pytest.raises(rules.NotKeeper):
        actions.rename_body(body_id=net.office.pk, name="别名", actor=officer, at=at)
    with pytest.raises(rules.NotKeeper):
        actions.found_body(
            code="firm", kind="property_firm", name="物业", place=STREET, actor=officer, at=at
        )


def test_a_street_gets_the_units_of_a_template_once(
    net: Net, commander: Actor, at: datetime
) -> None:
    given: dict[str, Any] = {"office_id": net.office.pk, "template": "one-five-two", "at": at}
    made = actions.found_units(**given, actor=commander)

    assert len(made) == 8
    assert {one.kind for one in made} == {"street_unit"}
    assert made[0].name == "另一街道党政办公室"
    assert actions.found_units(**given, actor=commander) == []
    with pytest.raises(Denied):
        actions.found_units(**given | {"office_id": uuid7()}, actor=commander)
    with pytest.raises(NoTemplate):
        actions.found_units(**given | {"template": "odd"}, actor=commander)


def test_denies_a_stranger_the_units_of_a_street(net: Net, stranger: Actor, at: datetime) -> None:
    with pytest.raises(Denied):
        actions.found_units(office_id=net.office.pk, template="one-five-two", actor=stranger, at=at)
