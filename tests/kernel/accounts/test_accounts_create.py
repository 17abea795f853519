"""Making and ending accounts, passwords, second factors (账号): the system administrator's work."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator

from quanyu.kernel.access.rules import REPORTER, Actor, Role
from quanyu.kernel.accounts import actions, queries, rules
from quanyu.kernel.accounts.models import Account, GrantRow
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied, Invalid, Refusal
from tests.kernel.accounts.cast import (
    CITY,
    OTHER,
    PASSWORD,
    SECRET,
    STREET,
    Hire,
    acting_as,
    body_of,
)

Acts: dict[str, Callable[[Actor, Account, datetime], object]] = {
    "create": lambda actor, _worker, now: actions.create_account(
        username="new", name="新人", password=None, actor=actor, at=now
    ),
    "create_many": lambda actor, _worker, now: actions.create_accounts(
        people=[actions.NewAccount("new", "新人")], actor=actor, at=now
    ),
    "end": lambda actor, worker, now: actions.end_account(
        account=worker, reason="离职", actor=actor, at=now
    ),
    "set_password": lambda actor, worker, now: actions.set_password(
        account=worker, password=OTHER, actor=actor, at=now
    ),
    "invite": lambda actor, worker, now: actions.invite(account=worker, actor=actor, at=now),
    "set_email": lambda actor, worker, now: actions.set_email(
        account=worker, email="zhou@example.cn", actor=actor, at=now
    ),
    "reset_totp": lambda actor, worker, now: actions.reset_totp(
        account=worker, actor=actor, at=now
    ),
    "enrol_totp": lambda actor, worker, now: actions.enrol_totp(
        account=worker, secret=SECRET, actor=actor, at=now
    ),
}


def test_makes_an_account_whose_name_has_no_capitals(
    system_administrator: Actor, now: datetime
) -> None:
    made = actions.create_account(
        username=" Li.Na ", name="李娜", password=PASSWORD, actor=system_administrator, at=now
    )

    assert made.username == "li.na"


def test_makes_an_account_that_holds_a_post_and_never_signs_in(
    system_administrator: Actor, now: datetime
) -> None:
    made = actions.create_account(
        username="li.na", name="李娜", password=None, actor=system_administrator, at=now
    )

    assert not made.has_usable_password()


def test_keeps_passwords_as_argon2(worker: Account) -> None:
    assert worker.password.startswith("argon2$argon2id$")


def test_leaves_a_record_without_personal_values(
    system_administrator: Actor, now: datetime
) -> None:
    made = actions.create_account(
        username="li.na", name="李娜", password=None, actor=system_administrator, at=now
    )

    record = Record.objects.get(subject=f"accounts.account:{made.pk}")
    assert (record.topic, record.changed) == ("accounts.create", ["name", "username"])


def test_refuses_a_name_that_is_taken(
    worker: Account, system_administrator: Actor, now: datetime
) -> None:
    with pytest.raises(rules.NameTaken):
        actions.create_account(
            username="ZHOU.MING", name="周明", password=None, actor=system_administrator, at=now
        )


@pytest.mark.parametrize("username", ["", "a", "x y", "a" * 61, "a/b", "<b>"])
def test_refuses_a_misshapen_name(
    username: str, system_administrator: Actor, now: datetime
) -> None:
    with pytest.raises(rules.WrongName):
        actions.create_account(
            username=username, name="周明", password=None, actor=system_administrator, at=now
        )


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("Sh0rt-one", "10"),
        ("alllowercaseletters", "三种"),
        ("zhou.Ming.2026", "用户名"),
        ("Password123", "常见"),
    ],
)
def test_refuses_a_weak_password_in_plain_words(
    password: str, why: str, system_administrator: Actor, now: datetime
) -> None:
    with pytest.raises(Invalid, match=why):
        actions.create_account(
            username="zhou.ming", name="周明", password=password, actor=system_administrator, at=now
        )


def test_ending_an_account_ends_every_grant(
    worker: Account, system_administrator: Actor, now: datetime
) -> None:
    actions.end_account(account=worker, reason="离职", actor=system_administrator, at=now)

    assert not GrantRow.objects.filter(account=worker).exclude(granted_to__lte=now).exists()


def test_an_ended_account_is_nobody(
    worker: Account, system_administrator: Actor, now: datetime
) -> None:
    actions.end_account(account=worker, reason="离职", actor=system_administrator, at=now)

    assert queries.standing(worker.pk, at=now) is None


def test_an_ended_account_gets_no_role(
    worker: Account,
    system_administrator: Actor,
    demo: Actor,
    now: datetime,
) -> None:
    actions.end_account(account=worker, reason="离职", actor=system_administrator, at=now)

    with pytest.raises(rules.Ended):
        actions.grant(
            account=worker,
            role=Role.CHECKER,
            region_path=CITY,
            reason="返聘",
            actor=demo,
            at=now,
        )


def test_nobody_ends_ones_own_account(system_administrator: Actor, now: datetime) -> None:
    with pytest.raises(rules.OwnGrant):
        actions.end_account(
            account=Account.objects.get(pk=str(system_administrator.id)),
            reason="离职",
            actor=system_administrator,
            at=now,
        )


def test_a_password_from_an_administrator_must_be_changed(
    system_administrator: Actor, now: datetime
) -> None:
    made = actions.create_account(
        username="li.na", name="李娜", password=OTHER, actor=system_administrator, at=now
    )

    assert made.must_change_password


def test_ones_own_password_need_not_be_changed_again(worker: Account, now: datetime) -> None:
    changed = actions.set_password(
        account=worker, password=OTHER, actor=acting_as(worker, now), at=now
    )

    assert not changed.must_change_password


def test_the_secret_of_a_second_factor_lies_sealed(
    worker: Account, demo: Actor, now: datetime
) -> None:
    actions.enrol_totp(account=worker, secret=SECRET, actor=demo, at=now)

    assert SECRET not in Authenticator.objects.get(user=worker).data["secret"]


def test_a_second_factor_is_not_set_up_over_another(
    worker: Account, demo: Actor, now: datetime
) -> None:
    actions.enrol_totp(account=worker, secret=SECRET, actor=demo, at=now)

    with pytest.raises(rules.Ended):
        actions.enrol_totp(account=worker, secret=SECRET, actor=demo, at=now)


def test_an_administrator_resets_the_factor_of_somebody_else(
    worker: Account, demo: Actor, system_administrator: Actor, now: datetime
) -> None:
    actions.enrol_totp(account=worker, secret=SECRET, actor=demo, at=now)

    actions.reset_totp(account=worker, actor=system_administrator, at=now)

    assert not queries.has_second_factor(worker.pk)


def test_a_system_administrator_does_not_reset_the_factor_of_an_administrator(
    system_administrator: Actor, security_administrator: Actor, now: datetime
) -> None:
    target = Account.objects.get(pk=str(security_administrator.id))

    with pytest.raises(rules.RolesApart):
        actions.reset_totp(account=target, actor=system_administrator, at=now)


@pytest.mark.parametrize("role", [Role.SEC_ADMIN, Role.AUDIT_ADMIN])
def test_another_administrator_resets_the_factor_of_an_administrator(
    role: Role, hire: Hire, demo: Actor, system_administrator: Actor, now: datetime
) -> None:
    target = Account.objects.get(pk=str(system_administrator.id))
    actions.enrol_totp(account=target, secret=SECRET, actor=demo, at=now)

    actions.reset_totp(account=target, actor=acting_as(hire("other", role, CITY), now), at=now)

    assert not queries.has_second_factor(target.pk)


@pytest.mark.parametrize("role", [Role.SEC_ADMIN, Role.AUDIT_ADMIN])
def test_who_resets_the_factor_of_an_administrator_sets_no_password(
    role: Role, hire: Hire, system_administrator: Actor, now: datetime
) -> None:
    target = Account.objects.get(pk=str(system_administrator.id))

    with pytest.raises(Denied):
        actions.set_password(
            account=target, password=OTHER, actor=acting_as(hire("other", role, CITY), now), at=now
        )


@pytest.mark.parametrize("role", [Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDIT_ADMIN])
def test_nobody_resets_ones_own_factor(role: Role, hire: Hire, now: datetime) -> None:
    account = hire("oneself", role, CITY)

    with pytest.raises(Refusal):
        actions.reset_totp(account=account, actor=acting_as(account, now), at=now)


DISTRICT = "34/01/04/"


@pytest.fixture
def of_the_district(hire: Hire, now: datetime) -> Actor:
    """The system administrator of one district."""
    return acting_as(hire("sys.district", Role.SYS_ADMIN, DISTRICT), now)


@pytest.mark.parametrize("verb", ["end", "reset_totp", "invite"])
def test_one_of_a_district_acts_on_those_whose_rights_lie_in_it(
    verb: str, worker: Account, of_the_district: Actor, now: datetime
) -> None:
    Acts[verb](of_the_district, worker, now)

    assert Record.objects.filter(topic=f"accounts.{verb}").exists()


@pytest.mark.parametrize("verb", ["end", "reset_totp", "invite"])
@pytest.mark.parametrize("later", [timedelta(), timedelta(days=3)])
def test_one_of_a_district_does_not_act_on_wider_rights(
    verb: str,
    later: timedelta,
    worker: Account,
    of_the_district: Actor,
    demo: Actor,
    now: datetime,
) -> None:
    actions.grant(
        account=worker,
        role=Role.CHECKER,
        region_path=CITY,
        granted_from=now + later,
        reason="借调",
        actor=demo,
        at=now,
    )

    with pytest.raises(Denied):
        Acts[verb](of_the_district, worker, now)


def test_one_of_a_district_does_not_act_on_a_post_in_a_body_of_the_city(
    worker: Account, of_the_district: Actor, demo: Actor, now: datetime
) -> None:
    actions.grant(
        account=worker,
        role=Role.HANDLER,
        body=body_of("city-lighting"),
        reason="派驻",
        actor=demo,
        at=now,
    )

    with pytest.raises(Denied):
        Acts["invite"](of_the_district, worker, now)


def test_rights_that_have_ended_do_not_count(
    hire: Hire, demo: Actor, of_the_district: Actor, now: datetime
) -> None:
    account = hire("former", Role.CHECKER, CITY)
    held = GrantRow.objects.get(account=account)
    actions.end_grant(grant_id=held.pk, reason="调离", actor=demo, at=now)
    actions.grant(
        account=account, role=Role.CHECKER, region_path=STREET, reason="到岗", actor=demo, at=now
    )

    Acts["invite"](of_the_district, account, now)

    assert queries.is_invited(account, at=now)


def test_an_account_that_holds_nothing_is_for_the_city(
    hire: Hire, of_the_district: Actor, now: datetime
) -> None:
    with pytest.raises(Denied):
        Acts["invite"](of_the_district, hire("nothing"), now)


@pytest.mark.parametrize("name", ["", " ", "名" * 41])
def test_refuses_an_empty_or_endless_name_of_a_person(
    name: str, system_administrator: Actor, now: datetime
) -> None:
    with pytest.raises(Invalid):
        actions.create_account(
            username="li.na", name=name, password=None, actor=system_administrator, at=now
        )


def test_keeps_where_notices_go_and_leaves_a_record_without_it(
    worker: Account, system_administrator: Actor, now: datetime
) -> None:
    actions.set_email(account=worker, email=" zhou@example.cn ", actor=system_administrator, at=now)

    worker.refresh_from_db()
    record = Record.objects.get(topic="accounts.set_email")
    assert (worker.email, record.changed) == ("zhou@example.cn", ["email"])


def test_one_says_where_ones_own_notices_go_and_takes_it_back(
    worker: Account, now: datetime
) -> None:
    oneself = acting_as(worker, now)
    actions.set_email(account=worker, email="zhou@example.cn", actor=oneself, at=now)

    actions.set_email(account=worker, email="", actor=oneself, at=now)

    worker.refresh_from_db()
    assert worker.email == ""


@pytest.mark.parametrize(
    "text", ["zhou", "zhou@", "a b@example.cn", "x@y", "a@b..cn", "a@" + "b" * 250 + ".cn"]
)
def test_refuses_what_is_no_mail_address(
    text: str, system_administrator: Actor, now: datetime
) -> None:
    with pytest.raises(Invalid):
        actions.create_account(
            username="li.na",
            name="李娜",
            password=None,
            email=text,
            actor=system_administrator,
            at=now,
        )


@pytest.mark.parametrize("verb", Acts)
@pytest.mark.parametrize("role", [Role.SEC_ADMIN, Role.AUDIT_ADMIN, Role.COMMANDER])
def test_nobody_else_may(verb: str, role: Role, worker: Account, hire: Hire, now: datetime) -> None:
    other = acting_as(hire("other", role, CITY), now)

    with pytest.raises(Denied):
        Acts[verb](other, worker, now)


@pytest.mark.parametrize("verb", Acts)
def test_a_reporter_may_not(verb: str, worker: Account, now: datetime) -> None:
    with pytest.raises(Denied):
        Acts[verb](REPORTER, worker, now)


@pytest.mark.parametrize("verb", ["end", "reset_totp", "enrol_totp", "set_password"])
def test_a_system_administrator_of_another_district_may_not(
    verb: str, worker: Account, hire: Hire, now: datetime
) -> None:
    stranger = acting_as(hire("sys.else", Role.SYS_ADMIN, "34/01/11/"), now)

    with pytest.raises(Denied):
        Acts[verb](stranger, worker, now)


def test_old_failures_are_swept(db: None, now: datetime) -> None:
    yesterday = now - timedelta(days=2)
    actions.count_failure(kind="name", value="somebody", actor=REPORTER, at=yesterday)

    assert actions.sweep_attempts(at=now) == 1


def test_one_of_many_is_made_as_one_alone(system_administrator: Actor, now: datetime) -> None:
    alone = actions.create_account(
        username=" Li.Na ", name=" 李娜 ", password=None, actor=system_administrator, at=now
    )
    people = [actions.NewAccount(name, " 李娜 ") for name in (" Li.Na1 ", "li.na2")]

    made = actions.create_accounts(people=people, actor=system_administrator, at=now)

    rows = [Account.objects.get(pk=one.pk) for one in (alone, *made)]
    assert [one.username for one in rows] == ["li.na", "li.na1", "li.na2"]
    assert not any(one.has_usable_password() for one in rows)
    same = ("name", "email", "is_active", "is_demo", "must_change_password", "created_at")
    assert len({tuple(getattr(one, field) for field in same) for one in rows}) == 1
    kept = [
        Record.objects.get(topic="accounts.create", subject__endswith=str(one.pk)) for one in rows
    ]
    assert len({(one.actor_id, one.at, tuple(one.changed)) for one in kept}) == 1


@pytest.mark.parametrize("names", [["one", "ONE "], ["one", "a b"]])
def test_none_is_made_where_one_cannot_be(
    system_administrator: Actor, now: datetime, names: list[str]
) -> None:
    people = [actions.NewAccount(name, "李娜") for name in names]

    with pytest.raises(Refusal):
        actions.create_accounts(people=people, actor=system_administrator, at=now)

    assert not Account.objects.filter(username="one").exists()
