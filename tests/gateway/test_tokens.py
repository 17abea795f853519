"""A token … opens one system's own door, after two hands and until its end (接口令牌)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from quanyu.gateway import actions, queries
from quanyu.gateway.actions.sources import WRONG_A_MINUTE
from quanyu.gateway.models import Source, Token
from quanyu.gateway.rules import WrongSource, WrongToken
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.errors import Denied, TooMany
from tests.conftest import STREET, person
from tests.gateway.conftest import HOTLINE, knock

pytestmark = pytest.mark.django_db


def opened(secret: str, at: datetime) -> Source:
    source, _actor = actions.open_by_token(secret=secret, address="10.0.0.9", at=at)
    return source


def test_opens_nothing_until_another_confirms_it(
    act: Any, source: Source, sys_admin: Actor, sec_admin: Actor, at: datetime
) -> None:
    secret = act(actions.issue_token, source=source.pk, days=30, actor=sys_admin, at=at)
    token = Token.objects.get()
    with pytest.raises(WrongToken):
        opened(secret, at)
    with pytest.raises(Denied):
        act(actions.confirm_token, token=token.pk, actor=sys_admin, at=at)

    act(actions.confirm_token, token=token.pk, actor=sec_admin, at=at)
    assert opened(secret, at) == source


def test_is_not_confirmed_by_its_maker_in_another_role(
    act: Any, source: Source, sys_admin: Actor, at: datetime
) -> None:
    act(actions.issue_token, source=source.pk, days=30, actor=sys_admin, at=at)
    both = person(Role.SEC_ADMIN, "34/01/")
    same = Actor(both.kind, sys_admin.id, both.grants)

    with pytest.raises(WrongSource):
        act(actions.confirm_token, token=Token.objects.get().pk, actor=same, at=at)


def test_ends_and_is_revoked(
    act: Any, secret: str, source: Source, sec_admin: Actor, at: datetime
) -> None:
    with pytest.raises(WrongToken):
        opened(secret, at + timedelta(days=90))
    act(actions.revoke_token, token=Token.objects.get().pk, actor=sec_admin, at=at)

    with pytest.raises(WrongToken):
        opened(secret, at)


def test_is_kept_as_a_keyed_hash_alone(secret: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT gateway_token::text FROM gateway_token")
        kept = cursor.fetchone()[0]

    assert secret not in kept
    assert secret.removeprefix("qy-hotline-") not in kept


def test_closing_a_system_shuts_it_out(
    act: Any, secret: str, source: Source, sys_admin: Actor, at: datetime
) -> None:
    act(actions.close_source, source=source.pk, actor=sys_admin, at=at)

    assert queries.source_by_token(secret, at=at) is None


def test_wrong_ones_are_counted_against_the_address(at: datetime, db: None) -> None:
    for _try in range(WRONG_A_MINUTE):
        with pytest.raises(WrongToken):
            opened("qy-hotline-guess", at)

    with pytest.raises(TooMany):
        opened("qy-hotline-guess", at)


def test_right_ones_keep_to_the_systems_measure(secret: str, source: Source, at: datetime) -> None:
    for _try in range(source.a_minute):
        opened(secret, at)

    with pytest.raises(TooMany):
        opened(secret, at)


@pytest.mark.parametrize("role", [Role.SEC_ADMIN, Role.OPERATOR, Role.DISTRICT_ADMIN])
def test_no_other_role_registers_a_system(role: Role, act: Any, at: datetime) -> None:
    given = {"code": "hotline", "place": STREET, **HOTLINE}

    with pytest.raises(Denied):
        act(actions.register_source, actor=person(role, "34/01/"), at=at, **given)


def test_a_stranger_makes_and_confirms_and_revokes_none(
    act: Any, secret: str, source: Source, at: datetime
) -> None:
    elsewhere = person(Role.SYS_ADMIN, "34/01/02/")
    token = Token.objects.get().pk
    for verb, facts in (
        (actions.issue_token, {"source": source.pk, "days": 1}),
        (actions.close_source, {"source": source.pk}),
        (actions.confirm_token, {"token": token}),
        (actions.revoke_token, {"token": token}),
    ):
        with pytest.raises(Denied):
            act(verb, actor=elsewhere, at=at, **facts)


def test_a_wrong_one_is_answered_as_a_problem(client: Client, source: Source) -> None:
    response = knock(client, "wrong", "answers", Accept_Language="en")

    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"].startswith("Bearer ")
    bare = client.get("/api/v1/exchange/answers")
    assert (bare.status_code, bare["WWW-Authenticate"]) == (401, 'Bearer realm="quanyu"')
    assert "WWW-Authenticate" not in client.get("/api/v1/events/")
