"""An appointment … gives no more than two hands above it saw (任职边界)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from quanyu.kernel.access.rules import Actor, Grant, Role
from quanyu.kernel.accounts import actions as accounts
from quanyu.organisations import actions
from quanyu.organisations.models import Body
from quanyu.organisations.queries import holders
from quanyu.organisations.queries.hanging import all_hanging
from quanyu.organisations.rules import posts as rules
from quanyu.organisations.rules.changing import StillHanging
from tests.organisations.conftest import STREET, person
from tests.organisations.posts import (
    CITY,
    COMMUNITY,
    WORKER,
    account,
    appointed,
    body,
    do,
    grants,
    post,
    proposed,
)
from tests.organisations.test_relocate_posts import DAY, G1, G2, merged

pytestmark = pytest.mark.django_db

DISTRICT = "34/01/04/"


def test_in_a_district_is_confirmed_by_the_city_and_no_peer(
    district_admin: Actor, at: datetime
) -> None:
    office = do(
        actions.found_body,
        code="district-office",
        kind="department",
        name="区委办",
        place=DISTRICT,
        start=at.date() - timedelta(days=60),
        actor=district_admin,
        at=at,
    )
    where = post(
        district_admin,
        at,
        code="p-area",
        kind="district-coordinator",
        place=DISTRICT,
        of=office.code,
    )
    row = proposed(where, account("zhou.ming", at=at), district_admin, at)
    peer, city = person(Role.DISTRICT_ADMIN, DISTRICT), person(Role.DISTRICT_ADMIN, "34/01/")

    with pytest.raises(rules.NotAppointer):
        do(actions.confirm, appointment_id=row.pk, actor=peer, at=at)
    assert not do(holders.one, appointment_id=row.pk, actor=peer, at=at).may_decide
    assert do(holders.one, appointment_id=row.pk, actor=city, at=at).may_decide
    do(actions.confirm, appointment_id=row.pk, actor=city, at=at)
    assert grants(row.account, at=at) == {Grant(Role.DISTRICT_ADMIN, DISTRICT)}


def test_entered_late_brings_back_no_role_that_its_kind_has_lost(
    commander: Actor, district_admin: Actor, at: datetime, on: date
) -> None:
    where = post(district_admin, at)
    actions.define_kind(
        code="grid-worker",
        name="专职网格员",
        name_en="Grid worker",
        level="grid",
        start=on - timedelta(days=1),
        actor=CITY,
        at=at,
    )
    who = account("zhou.ming", at=at)

    row = appointed(where, who, commander, district_admin, at, start=on - timedelta(days=20))

    assert row.valid_from == on - timedelta(days=20)
    assert grants(who, at=at) == frozenset()


def test_keeps_apart_from_a_grant_of_ones_own_when_places_merge(
    commander: Actor, district_admin: Actor, at: datetime
) -> None:
    who = account("zhou.ming", at=at)
    row = appointed(post(district_admin, at, place=G1), who, commander, district_admin, at)
    facts: dict[str, Any] = {"reason": "另行授权", "region_path": G2, "actor": CITY, "at": at}
    do(accounts.grant, account=who, role=Role.GRID_WORKER, **facts)

    midnight = merged(commander, district_admin, at)
    facts = {"reason": "调离", "actor": commander, "at": midnight}
    do(actions.end_appointment, appointment_id=row.pk, **facts)

    assert grants(who, at=midnight) == {WORKER}


def test_follows_its_place_though_its_post_is_closed_for_a_later_day(
    commander: Actor, district_admin: Actor, at: datetime
) -> None:
    last = DAY + timedelta(days=30)
    where = post(district_admin, at, place=G2)
    row = appointed(where, account("zhou.ming", at=at), commander, district_admin, at, end=last)
    do(actions.close_post, post_id=where.pk, end=last, actor=district_admin, at=at)

    midnight = merged(commander, district_admin, at)

    where.refresh_from_db()
    row.refresh_from_db()
    stood = list(where.stood.order_by("valid_from").values_list("region_path", "valid_to"))
    assert stood == [(G2, DAY), (G1, last)]
    assert (where.region_path, row.region_path, where.valid_to) == (G1, G1, last)
    assert grants(row.account, at=midnight) == {WORKER}


def test_holds_its_body_until_the_post_is_closed(
    commander: Actor, district_admin: Actor, at: datetime, on: date
) -> None:
    where = post(district_admin, at)
    do(actions.close_post, post_id=where.pk, end=on + timedelta(days=9), actor=commander, at=at)

    kinds = [one.kind for one in all_hanging(body(), actor=CITY, at=at)]
    later = [one.kind for one in all_hanging(body(), actor=CITY, at=at + timedelta(days=9))]

    assert "posts" in kinds
    assert "posts" not in later


def test_lets_no_body_move_away_from_its_posts(
    district_admin: Actor, commander: Actor, at: datetime, on: date
) -> None:
    team = do(
        actions.found_body,
        code="street-team",
        kind="street_office",
        name="街道办事处",
        place=STREET,
        start=on - timedelta(days=60),
        actor=commander,
        at=at,
    )
    where = post(district_admin, at, code="p-h", kind="body-handler", place="", of=team.code)
    facts: dict[str, Any] = {"body_id": team.pk, "place": COMMUNITY, "actor": commander, "at": at}

    with pytest.raises(StillHanging) as refused:
        do(actions.reseat_body, **facts)
    assert (refused.value.field, refused.value.value) == ("place", "street-team")
    do(actions.close_post, post_id=where.pk, end=on, actor=district_admin, at=at)
    do(actions.reseat_body, **facts)

    assert Body.objects.get(pk=team.pk).region_path == COMMUNITY
