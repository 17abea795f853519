"""Many bodies and covers at once: by the same steps as one, all or none (批量设立与登记)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.kernel.keys import uuid7
from quanyu.organisations import actions, rules
from quanyu.organisations.actions import NewBody, NewCover
from quanyu.organisations.models import Body, Cover, Footing
from quanyu.organisations.rules.covering import AlreadyCovered
from quanyu.organisations.rules.credit import WrongCredit
from quanyu.organisations.rules.fitting import WrongSuperior
from tests.organisations.conftest import COMMUNITY, GRIDS, Net

PLAIN = {"id", "pk", "code", "body_id", "valid_from_id"}


def _held(row: Any) -> dict[str, Any]:
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.attname not in PLAIN
    }


def _told(topic: str, key: str) -> dict[str, Any]:
    row = Record.objects.get(topic=topic, subject__endswith=key)
    return {"place": row.region_path, "by": row.actor_id, "at": row.at, "changed": row.changed}


def test_one_of_many_is_founded_as_one_alone(
    net: Net, commander: Actor, at: datetime, on: date
) -> None:
    given: dict[str, Any] = {
        "kind": "party_branch",
        "name": " 第九网格党支部 ",
        "name_en": "Branch nine",
        "place": GRIDS[0],
        "parent": net.community.pk,
        "phone": "0551-6000-0000",
        "start": on - timedelta(days=3),
    }

    alone = actions.found_body(code="alone", because="批复", **given, actor=commander, at=at)
    one, other = actions.found_bodies(
        bodies=[NewBody(code="one", **given), NewBody(code="other", **given)],
        because="批复",
        actor=commander,
        at=at,
    )

    kept = [Body.objects.get(pk=row.pk) for row in (alone, one, other)]
    assert _held(kept[0]) == _held(kept[1]) == _held(kept[2])
    stood = [Footing.objects.get(body=row) for row in kept]
    assert _held(stood[0]) == _held(stood[1]) == _held(stood[2])
    assert _told("body.found", str(alone.pk)) == _told("body.found", str(one.pk))


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"code": "good"}, rules.AlreadyThere),
        ({"name": " "}, rules.WrongBody),
        ({"kind": "party_work_committee"}, WrongSuperior),
        ({"uscc": "1"}, WrongCredit),
        ({"parent": uuid7()}, Denied),
        ({"place": "34/01/03/"}, Denied),
    ],
)
def test_none_is_founded_where_one_cannot_be(
    net: Net, commander: Actor, at: datetime, wrong: dict[str, Any], refusal: type[Exception]
) -> None:
    good: dict[str, Any] = {
        "code": "good",
        "kind": "party_branch",
        "name": "好",
        "place": COMMUNITY,
        "parent": net.community.pk,
    }
    bad = {**good, "code": "bad"} | wrong

    with pytest.raises(refusal):
        actions.found_bodies(bodies=[NewBody(**good), NewBody(**bad)], actor=commander, at=at)

    assert not Body.objects.filter(code__in=["good", "bad"]).exists()


def test_one_of_many_covers_as_one_alone(
    net: Net, commander: Actor, at: datetime, on: date
) -> None:
    day = on - timedelta(days=9)

    alone = actions.cover(
        body_id=net.first.pk, tie="grid", grid=GRIDS[0], day=day, actor=commander, at=at
    )
    one, other = actions.cover_all(
        covers=[NewCover(net.first.pk, "grid", grid, day=day) for grid in GRIDS[1:]],
        actor=commander,
        at=at,
    )

    rows = [Cover.objects.get(pk=row.pk) for row in (alone, one, other)]
    assert [row.region_path for row in rows] == list(GRIDS)
    assert len({(row.body_id, row.tie, row.building_id, row.valid_from) for row in rows}) == 1
    told = [_told("cover.begin", str(row.pk)) for row in rows]
    assert [one.pop("place") for one in told] == list(GRIDS)
    assert told[0] == told[1] == told[2]


def test_none_covers_where_two_would_cover_one_grid(
    net: Net, commander: Actor, at: datetime
) -> None:
    with pytest.raises(AlreadyCovered):
        actions.cover_all(
            covers=[NewCover(branch.pk, "grid", GRIDS[0]) for branch in net.branches],
            actor=commander,
            at=at,
        )

    assert not Cover.objects.filter(region_path=GRIDS[0]).exists()


def test_a_stranger_founds_and_covers_nothing(net: Net, stranger: Actor, at: datetime) -> None:
    body = NewBody(code="theirs", kind="department", name="局", place=COMMUNITY)
    with pytest.raises(Denied):
        actions.found_bodies(bodies=[body], actor=stranger, at=at)
    with pytest.raises(Denied):
        actions.cover_all(covers=[NewCover(net.first.pk, "grid", GRIDS[0])], actor=stranger, at=at)
