"""Branches cover grids, groups buildings; a street commands agencies (覆盖、指挥)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.errors import Denied
from quanyu.kernel.keys import uuid7
from quanyu.organisations import actions, rules
from quanyu.organisations.models import Body, Command, Cover
from quanyu.organisations.rules.changing import Nothing
from quanyu.organisations.rules.covering import AlreadyCovered, Covered, WrongCover, covered
from quanyu.organisations.rules.fitting import WrongSuperior
from quanyu.regions.queries import choices
from tests.organisations.conftest import GRIDS, STREET, Net, person


def test_a_grid_is_covered_by_one_branch_at_a_time(
    net: Net, officer: Actor, at: datetime, on: date
) -> None:
    given: dict[str, Any] = {"tie": "grid", "grid": GRIDS[0], "actor": officer, "at": at}
    row = actions.cover(body_id=net.first.pk, day=on - timedelta(days=60), **given)
    with pytest.raises(AlreadyCovered):
        actions.cover(body_id=net.second.pk, **given)

    actions.uncover(cover_id=row.pk, day=on - timedelta(days=10), actor=officer, at=at)
    with pytest.raises(AlreadyCovered):
        actions.cover(body_id=net.second.pk, day=on - timedelta(days=20), **given)
    actions.cover(body_id=net.second.pk, day=on - timedelta(days=10), **given)

    assert list(Cover.objects.on(on).values_list("body__code", flat=True)) == ["net-second"]
    with pytest.raises(IntegrityError, match="cover_of_a_grid"), transaction.atomic():
        Cover.objects.create(body=net.first, tie="grid", region_path=GRIDS[0], valid_from=on)


def test_a_group_covers_a_building(net: Net, officer: Actor, at: datetime) -> None:
    house = choices.spots(GRIDS[0])[0]
    row = actions.cover(
        body_id=net.group.pk, tie="building", building_id=house.id, actor=officer, at=at
    )

    assert (row.building_id, row.region_path) == (house.id, "")


@pytest.mark.parametrize(
    ("body", "tie", "grid"),
    [
        ("group", "grid", GRIDS[0]),
        ("first", "building", GRIDS[0]),
        ("community", "grid", GRIDS[0]),
        ("first", "grid", f"{STREET}002/g999/"),
        ("first", "grid", f"{STREET}002/"),
        ("first", "grid", ""),
        ("first", "house", GRIDS[0]),
        ("group", "building", ""),
    ],
)
def test_refuses_what_covers_nothing_of_that_kind(
    net: Net, officer: Actor, at: datetime, body: str, tie: str, grid: str
) -> None:
    with pytest.raises(WrongCover):
        actions.cover(body_id=getattr(net, body).pk, tie=tie, grid=grid, actor=officer, at=at)


def test_tells_own_from_joint() -> None:
    assert covered("party_branch", 1) is Covered.OWN
    assert covered("party_branch", 2) is Covered.JOINT
    assert covered("joint_party_branch", 1) is Covered.JOINT


def test_denies_strangers_and_refuses_who_does_not_keep_it(
    net: Net, officer: Actor, stranger: Actor, at: datetime
) -> None:
    given: dict[str, Any] = {"body_id": net.first.pk, "tie": "grid", "grid": GRIDS[0], "at": at}
    row = actions.cover(**given, actor=officer)

    with pytest.raises(Denied):
        actions.cover(**given, actor=stranger)
    with pytest.raises(Denied):
        actions.uncover(cover_id=row.pk, actor=stranger, at=at)
    with pytest.raises(Denied):
        actions.uncover(cover_id=uuid7(), actor=officer, at=at)
    with pytest.raises(rules.NotKeeper):
        actions.uncover(cover_id=row.pk, actor=person(Role.GRID_WORKER, STREET), at=at)


# ------------------------------------------------------------------ command


@pytest.fixture
def agency(team: Body, net: Net) -> Body:
    return team


def test_a_street_commands_an_agency_that_a_department_owns(
    agency: Body, net: Net, commander: Actor, at: datetime, on: date
) -> None:
    given: dict[str, Any] = {"agency_id": agency.pk, "actor": commander, "at": at}
    actions.command_agency(commander_id=net.office.pk, day=on - timedelta(days=30), **given)
    with pytest.raises(Nothing):
        actions.command_agency(commander_id=net.office.pk, **given)
    actions.command_agency(commander_id=net.street.pk, day=on - timedelta(days=5), **given)

    rows = Command.objects.filter(agency=agency).order_by("valid_from")
    assert [(row.commander, row.valid_to) for row in rows] == [
        (net.office, on - timedelta(days=5)),
        (net.street, None),
    ]
    actions.release_agency(day=on, **given)
    assert not Command.objects.standing().filter(agency=agency).exists()
    with pytest.raises(Denied):
        actions.release_agency(**given)


def test_refuses_what_nobody_commands(
    agency: Body, net: Net, commander: Actor, at: datetime
) -> None:
    for one, by in ((net.office, net.street), (agency, net.community)):
        with pytest.raises(WrongSuperior):
            actions.command_agency(agency_id=one.pk, commander_id=by.pk, actor=commander, at=at)


def test_denies_a_stranger(agency: Body, net: Net, stranger: Actor, at: datetime) -> None:
    with pytest.raises(Denied):
        actions.command_agency(
            agency_id=agency.pk, commander_id=net.office.pk, actor=stranger, at=at
        )
    with pytest.raises(Denied):
        actions.release_agency(agency_id=agency.pk, actor=stranger, at=at)
