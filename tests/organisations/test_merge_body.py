"""Two bodies become one, or one ends; nothing is left without an owner (合并、撤销)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from quanyu.events.models import Event
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.organisations import actions, rules
from quanyu.organisations.models import Body, Cover, Duty, Footing, Succession
from quanyu.organisations.queries.hanging import all_hanging
from quanyu.organisations.rules.changing import StillHanging, WrongMerge
from tests.organisations.conftest import GRIDS, Net


@pytest.fixture
def covered(net: Net, officer: Actor, at: datetime, on: date) -> Net:
    for body, grid in ((net.first, GRIDS[0]), (net.second, GRIDS[1])):
        actions.cover(
            body_id=body.pk,
            tie="grid",
            grid=grid,
            day=on - timedelta(days=300),
            actor=officer,
            at=at,
        )
    return net


def test_two_branches_with_their_grids_become_one(
    covered: Net, officer: Actor, at: datetime, on: date
) -> None:
    day = on - timedelta(days=90)
    stays = actions.merge_body(
        body_id=covered.first.pk,
        into=covered.second.pk,
        name="一二网格联合党支部",
        kind="joint_party_branch",
        day=day,
        because="正式党员不足三人",
        actor=officer,
        at=at,
    )

    gone = Body.objects.get(pk=covered.first.pk)
    assert (gone.valid_to, stays.kind, stays.name) == (
        day,
        "joint_party_branch",
        "一二网格联合党支部",
    )
    assert _grids(stays, on) == set(GRIDS[:2])
    assert _grids(gone, day - timedelta(days=1)) == {GRIDS[0]}
    assert Body.objects.get(pk=covered.group.pk).parent == stays
    (kept,) = Succession.objects.all()
    assert (kept.origin, kept.target, kept.on) == (gone, stays, day)
    assert not Footing.objects.standing().filter(body=gone).exists()
    assert all_hanging(gone.pk, actor=officer, at=at) == ()
    (said,) = Record.objects.filter(topic="body.merge")
    assert said.subject.endswith(str(gone.pk))


def test_a_department_takes_its_duties_along(
    team: Body, district_admin: Actor, at: datetime, on: date
) -> None:
    given: dict[str, Any] = {"actor": district_admin, "at": at}
    other = actions.found_body(
        code="lamp-office",
        kind="stationed_agency",
        name="路灯所",
        place=team.region_path,
        start=on - timedelta(days=60),
        **given,
    )
    for body, prefix in ((team, "P0118"), (team, "P0119"), (other, "P0118")):
        actions.assign_duty(
            body_id=body.pk,
            class_prefix=prefix,
            place=team.region_path,
            basis="owner",
            start=on - timedelta(days=30),
            **given,
        )

    actions.merge_body(body_id=team.pk, into=other.pk, day=on - timedelta(days=3), **given)

    held = Duty.objects.on(on).filter(body__in=[team, other])
    assert sorted(held.values_list("body__code", "class_prefix")) == [
        ("lamp-office", "P0118"),
        ("lamp-office", "P0119"),
    ]


def test_ends_when_nothing_hangs_on_it(covered: Net, officer: Actor, at: datetime) -> None:
    body = actions.dissolve_body(body_id=covered.group.pk, actor=officer, at=at)

    assert body.valid_to == at.date()
    assert not Footing.objects.standing().filter(body=body).exists()


def test_refuses_to_end_and_names_what_hangs_on_it(
    covered: Net, officer: Actor, at: datetime
) -> None:
    with pytest.raises(StillHanging) as refused:
        actions.dissolve_body(body_id=covered.first.pk, actor=officer, at=at)

    assert refused.value.allowed == ["below", "covers"]
    assert "下级单位 1、覆盖的网格和楼栋 1" in str(refused.value)
    assert Body.objects.get(pk=covered.first.pk).valid_to is None


@pytest.mark.parametrize(
    ("goes", "into"), [("first", "first"), ("first", "community"), ("street", "office")]
)
def test_refuses_what_cannot_become_one(
    net: Net, commander: Actor, at: datetime, goes: str, into: str
) -> None:
    with pytest.raises(WrongMerge):
        actions.merge_body(
            body_id=getattr(net, goes).pk, into=getattr(net, into).pk, actor=commander, at=at
        )


def test_refuses_a_day_before_what_goes_along_began(
    covered: Net, officer: Actor, at: datetime, on: date
) -> None:
    with pytest.raises(rules.WrongDay):
        actions.merge_body(
            body_id=covered.first.pk,
            into=covered.second.pk,
            day=on - timedelta(days=350),
            actor=officer,
            at=at,
        )

    assert Cover.objects.standing().filter(body=covered.first).exists()


def test_refuses_a_body_that_has_ended(net: Net, officer: Actor, at: datetime) -> None:
    actions.dissolve_body(body_id=net.second.pk, actor=officer, at=at)

    with pytest.raises(WrongMerge):
        actions.merge_body(body_id=net.first.pk, into=net.second.pk, actor=officer, at=at)
    with pytest.raises(rules.WrongDay):
        actions.dissolve_body(body_id=net.second.pk, actor=officer, at=at)


def test_denies_a_stranger(net: Net, stranger: Actor, at: datetime) -> None:
    with pytest.raises(Denied):
        actions.merge_body(body_id=net.first.pk, into=net.second.pk, actor=stranger, at=at)


def _grids(body: Body, day: date) -> set[str]:
    return set(Cover.objects.on(day).filter(body=body).values_list("region_path", flat=True))


def test_open_matters_keep_a_body_from_ending(
    accepted: Event, team: Body, district_admin: Actor, at: datetime
) -> None:
    handed = accepted
    Event.objects.filter(pk=handed.pk).update(body_id=team.pk)

    with pytest.raises(StillHanging) as refused:
        actions.dissolve_body(body_id=team.pk, actor=district_admin, at=at)

    assert refused.value.allowed == ["matters"]
