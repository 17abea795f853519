"""A post … goes with its place and takes its holders and their roles along (岗位随区划调整)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from quanyu.kernel.access.rules import Actor, Grant, Role
from quanyu.organisations import actions
from quanyu.organisations.actions.relocating_posts import relocate_posts
from quanyu.organisations.models import Post
from quanyu.regions.actions import reorganising
from quanyu.regions.actions.reorganising import Step, Wanted
from quanyu.regions.rules.changes import Change, Named, Operation
from tests.organisations.posts import CITY, COMMUNITY, account, appointed, do, grants, post

pytestmark = pytest.mark.django_db

G1, G2 = f"{COMMUNITY}g001/", f"{COMMUNITY}g002/"
DAY = date(2026, 3, 9)


def merged(commander: Actor, district: Actor, at: datetime, *, moves: bool = True) -> datetime:
    """Merge two grids on a later day, and let posts follow; return that midnight."""
    wanted = Wanted("合并", "户数偏少", "优化方案（示例）", DAY, moves_grants=moves)
    step = Step(Operation(Change.MERGE, (G1, G2), (Named(G1, "荷塘网格"),)))
    row = do(reorganising.propose, wanted=wanted, steps=[step], actor=commander, at=at)
    facts = {"reorganisation_id": row.pk}
    do(reorganising.submit, **facts, actor=commander, at=at)
    do(reorganising.approve, **facts, actor=district, at=at)
    midnight = at.replace(hour=0) + timedelta(days=7)
    do(reorganising.begin, **facts, actor=CITY, at=midnight)
    for verb in (reorganising.proceed, relocate_posts):
        while do(verb, **facts, actor=CITY, at=midnight):
            pass
    return midnight


@pytest.fixture
def posts(district_admin: Actor, at: datetime) -> list[Post]:
    return [
        post(district_admin, at, code=f"p-{n}", place=place) for n, place in enumerate((G1, G2))
    ]


def test_stands_where_its_grid_went_and_only_the_last_end_takes_the_role(
    posts: list[Post], commander: Actor, district_admin: Actor, at: datetime
) -> None:
    who = account("zhou.ming", at=at)
    rows = [appointed(one, who, commander, district_admin, at) for one in posts]

    midnight = merged(commander, district_admin, at)

    posts[1].refresh_from_db()
    stood = list(posts[1].stood.order_by("valid_from").values_list("region_path", "valid_to"))
    assert stood == [(G2, DAY), (G1, None)]
    assert grants(who, at=midnight) == {Grant(Role.GRID_WORKER, G1)}
    facts: dict[str, Any] = {"reason": "调离", "actor": commander, "at": midnight}
    do(actions.end_appointment, appointment_id=rows[0].pk, **facts)
    assert grants(who, at=midnight) == {Grant(Role.GRID_WORKER, G1)}
    do(actions.end_appointment, appointment_id=rows[1].pk, **facts)
    assert grants(who, at=midnight) == frozenset()


def test_ends_with_its_holders_where_grants_are_not_to_go_on(
    posts: list[Post], commander: Actor, district_admin: Actor, at: datetime
) -> None:
    who = account("zhou.ming", at=at)
    row = appointed(posts[1], who, commander, district_admin, at)

    midnight = merged(commander, district_admin, at, moves=False)

    posts[1].refresh_from_db()
    row.refresh_from_db()
    assert (posts[1].valid_to, row.valid_to) == (DAY, DAY)
    assert grants(who, at=midnight) == frozenset()
