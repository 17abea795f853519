"""An appointment … carries the roles of its post while it lasts, and no longer (任职带权限)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from quanyu.kernel.access.rules import Actor, ActorKind, Grant, Role
from quanyu.kernel.accounts import actions as accounts
from quanyu.kernel.accounts.models import Account
from quanyu.kernel.accounts.rules import RolesApart
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.organisations import actions
from quanyu.organisations.models import Post
from quanyu.organisations.rules import posts as rules
from tests.organisations.conftest import person
from tests.organisations.posts import (
    CITY,
    COMMUNITY,
    GRID,
    WORKER,
    account,
    appointed,
    body,
    do,
    grants,
    post,
    proposed,
    rows_of,
)


@pytest.fixture
def secretary(db: None) -> Actor:
    """社区书记 of the post's community."""
    return person(Role.COMMUNITY_SECRETARY, COMMUNITY)


@pytest.fixture
def worker(db: None, at: datetime) -> Account:
    return account("zhou.ming", at=at)


@pytest.fixture
def where(db: None, district_admin: Actor, at: datetime) -> Post:
    return post(district_admin, at)


def test_counts_once_another_person_has_confirmed_it(
    where: Post, worker: Account, secretary: Actor, commander: Actor, at: datetime
) -> None:
    row = proposed(where, worker, secretary, at)
    assert grants(worker, at=at) == frozenset()

    do(actions.confirm, appointment_id=row.pk, actor=commander, at=at)

    assert grants(worker, at=at) == {WORKER}
    assert Record.objects.filter(topic="appointment.confirm", actor_id=commander.id).count() == 1
    given = Record.objects.get(topic="accounts.grant", job="organisations.appoint")
    assert given.subject == f"accounts.grantrow:{rows_of(row)[0].pk}"


def test_is_confirmed_by_nobody_who_proposed_it_or_is_to_hold_it(
    where: Post, worker: Account, commander: Actor, at: datetime
) -> None:
    row = proposed(where, worker, commander, at)
    themselves = Actor(commander.kind, worker.pk, commander.grants)

    for actor in (commander, themselves):
        with pytest.raises(rules.OwnAppointment):
            do(actions.confirm, appointment_id=row.pk, actor=actor, at=at)


def test_at_a_level_is_confirmed_by_the_level_above(
    worker: Account, district_admin: Actor, secretary: Actor, commander: Actor, at: datetime
) -> None:
    where = post(district_admin, at, code="p-officer", kind="community-officer", place=COMMUNITY)
    row = proposed(where, worker, secretary, at)
    peer = person(Role.COMMUNITY_SECRETARY, COMMUNITY)

    with pytest.raises(rules.NotAppointer):
        do(actions.confirm, appointment_id=row.pk, actor=peer, at=at)
    do(actions.confirm, appointment_id=row.pk, actor=commander, at=at)
    assert grants(worker, at=at) == {Grant(Role.COMMUNITY_OFFICER, COMMUNITY)}


def test_to_a_post_in_a_body_gives_the_role_in_the_body(
    worker: Account, commander: Actor, district_admin: Actor, at: datetime
) -> None:
    where = post(district_admin, at, code="p-h", kind="body-handler", place="", of="street-works")

    appointed(where, worker, commander, district_admin, at)

    assert grants(worker, at=at) == {Grant(Role.HANDLER, body=body("street-works"))}


def test_takes_the_roles_the_moment_it_ends(
    where: Post, worker: Account, secretary: Actor, commander: Actor, at: datetime
) -> None:
    row = appointed(where, worker, secretary, commander, at)
    later = at + timedelta(days=2)

    do(actions.end_appointment, appointment_id=row.pk, reason="调离", actor=secretary, at=later)

    assert grants(worker, at=later) == frozenset()
    row.refresh_from_db()
    assert (row.valid_to, row.end_reason) == (later.date(), "调离")


def test_of_two_with_the_same_role_the_last_end_takes_it(
    where: Post,
    worker: Account,
    district_admin: Actor,
    secretary: Actor,
    commander: Actor,
    at: datetime,
) -> None:
    first = appointed(where, worker, secretary, commander, at)
    other = post(district_admin, at, code="p-other", kind="grid-worker-parttime")
    second = appointed(other, worker, secretary, commander, at)
    later = at + timedelta(days=1)

    do(actions.end_appointment, appointment_id=first.pk, reason="调整", actor=commander, at=later)
    assert grants(worker, at=later) == {WORKER}

    do(actions.end_appointment, appointment_id=second.pk, reason="调整", actor=commander, at=later)
    assert grants(worker, at=later) == frozenset()


def test_in_the_future_begins_and_ends_by_its_own_dates(
    where: Post, worker: Account, secretary: Actor, commander: Actor, at: datetime, on: date
) -> None:
    begins, ends = on + timedelta(days=3), on + timedelta(days=10)
    appointed(where, worker, secretary, commander, at, start=begins, end=ends)
    midnight = at.replace(hour=0) + timedelta(days=3)

    assert grants(worker, at=midnight - timedelta(seconds=1)) == frozenset()
    assert grants(worker, at=midnight) == {WORKER}
    assert grants(worker, at=midnight + timedelta(days=7)) == frozenset()


def test_ending_on_a_later_day_keeps_the_roles_until_then(
    where: Post, worker: Account, secretary: Actor, commander: Actor, at: datetime, on: date
) -> None:
    row = appointed(where, worker, secretary, commander, at)

    do(
        actions.end_appointment,
        appointment_id=row.pk,
        reason="届满",
        end=on + timedelta(days=2),
        actor=commander,
        at=at,
    )

    assert grants(worker, at=at + timedelta(days=1)) == {WORKER}
    assert grants(worker, at=at + timedelta(days=2)) == frozenset()


def test_before_it_began_is_withdrawn_with_its_roles(
    where: Post, worker: Account, secretary: Actor, commander: Actor, at: datetime, on: date
) -> None:
    row = appointed(where, worker, secretary, commander, at, start=on + timedelta(days=3))

    do(actions.end_appointment, appointment_id=row.pk, reason="不再到任", actor=commander, at=at)

    assert grants(worker, at=at + timedelta(days=4)) == frozenset()


def test_entered_late_gives_no_access_for_days_that_are_past(
    where: Post, worker: Account, secretary: Actor, commander: Actor, at: datetime, on: date
) -> None:
    appointed(where, worker, secretary, commander, at, start=on - timedelta(days=20))
    earlier = on - timedelta(days=25)
    appointed(
        post(CITY, at, code="p-past", start=earlier),
        worker,
        secretary,
        commander,
        at,
        start=earlier,
        end=on - timedelta(days=21),
    )

    assert grants(worker, at=at - timedelta(days=1)) == frozenset()
    assert grants(worker, at=at) == {WORKER}


def test_is_refused_when_every_seat_is_taken(
    where: Post, worker: Account, secretary: Actor, commander: Actor, at: datetime, on: date
) -> None:
    row = appointed(where, worker, secretary, commander, at)
    other = account("chen.jing", at=at, name="陈静")
    rival = account("li.jun", at=at, name="李军")
    do(
        actions.end_appointment,
        appointment_id=row.pk,
        reason="届满",
        end=on + timedelta(days=5),
        actor=commander,
        at=at,
    )

    with pytest.raises(rules.NoSeat):
        proposed(where, other, secretary, at)
    appointed(where, other, secretary, commander, at, start=on + timedelta(days=5))
    with pytest.raises(rules.NoSeat):
        proposed(where, rival, secretary, at, start=on + timedelta(days=9))


def test_refuses_the_second_of_two_proposals_for_the_last_seat(
    where: Post, worker: Account, secretary: Actor, commander: Actor, at: datetime
) -> None:
    first = proposed(where, worker, secretary, at)
    second = proposed(where, account("chen.jing", at=at), secretary, at)
    do(actions.confirm, appointment_id=first.pk, actor=commander, at=at)

    with pytest.raises(rules.NoSeat):
        do(actions.confirm, appointment_id=second.pk, actor=commander, at=at)


def test_is_for_nobody_whose_account_is_closed_or_who_is_an_administrator(
    where: Post, worker: Account, secretary: Actor, commander: Actor, at: datetime
) -> None:
    guard = account("guard", at=at)
    accounts.grant(
        account=guard, role=Role.SEC_ADMIN, region_path="34/01/", reason="设岗", actor=CITY, at=at
    )
    accounts.end_account(account=worker, reason="离职", actor=CITY, at=at)

    for who in (worker, guard):
        with pytest.raises(rules.WrongAppointment) as refused:
            proposed(where, who, secretary, at)
        assert refused.value.field == "account"
    assert grants(guard, at=at) == {Grant(Role.SEC_ADMIN, "34/01/")}


def test_is_for_nobody_who_becomes_an_administrator_meanwhile(
    where: Post, secretary: Actor, commander: Actor, at: datetime
) -> None:
    guard = account("guard", at=at)
    row = proposed(where, guard, secretary, at)
    accounts.grant(
        account=guard, role=Role.SEC_ADMIN, region_path="34/01/", reason="设岗", actor=CITY, at=at
    )

    with pytest.raises(RolesApart):
        do(actions.confirm, appointment_id=row.pk, actor=commander, at=at)
    assert grants(guard, at=at) == {Grant(Role.SEC_ADMIN, "34/01/")}


def test_is_for_nobody_who_works_in_anothers_place(
    where: Post, secretary: Actor, district_admin: Actor, at: datetime
) -> None:
    far = account("far", at=at)
    facts: dict[str, Any] = {"reason": "设岗", "actor": CITY, "at": at}
    accounts.grant(account=far, role=Role.GRID_WORKER, region_path="34/01/04/002/", **facts)

    with pytest.raises(rules.WrongAppointment) as refused:
        proposed(where, far, secretary, at)

    assert refused.value.field == "account"
    assert proposed(where, far, district_admin, at).account_id == far.pk


def test_ends_with_the_account(
    where: Post, worker: Account, secretary: Actor, commander: Actor, at: datetime
) -> None:
    row = appointed(where, worker, secretary, commander, at)
    later = at + timedelta(days=1)
    accounts.end_account(account=worker, reason="离职", actor=CITY, at=later)
    assert grants(worker, at=later) == frozenset()

    do(actions.end_all_of, account_id=worker.pk, reason="账号已停用", actor=CITY, at=later)

    row.refresh_from_db()
    assert row.valid_to == later.date()
    with pytest.raises(Denied):
        do(actions.end_all_of, account_id=worker.pk, reason="x", actor=commander, at=later)


def test_is_lent_to_a_deputy_and_ends_for_both(
    where: Post,
    worker: Account,
    district_admin: Actor,
    secretary: Actor,
    commander: Actor,
    at: datetime,
) -> None:
    row = appointed(where, worker, secretary, commander, at)
    colleague = account("chen.jing", at=at, name="陈静")
    near = post(district_admin, at, code="p-near", place=COMMUNITY, kind="community-officer")
    appointed(near, colleague, commander, district_admin, at)
    themselves = Actor(ActorKind.PERSON, worker.pk, grants(worker, at=at))

    do(
        actions.name_stand_in,
        appointment_id=row.pk,
        account_id=colleague.pk,
        until=at + timedelta(days=5),
        reason="休假",
        actor=themselves,
        at=at,
    )
    assert WORKER in grants(colleague, at=at)

    do(actions.end_appointment, appointment_id=row.pk, reason="调离", actor=commander, at=at)
    assert WORKER not in grants(colleague, at=at)


@pytest.mark.parametrize("verb", ["propose", "confirm", "refuse", "end", "stand_in", "withdraw"])
def test_is_out_of_a_strangers_reach(
    verb: str,
    where: Post,
    worker: Account,
    secretary: Actor,
    commander: Actor,
    stranger: Actor,
    at: datetime,
) -> None:
    row = proposed(where, worker, secretary, at)
    acts: dict[str, Any] = {
        "propose": lambda: proposed(where, worker, stranger, at),
        "confirm": lambda: do(actions.confirm, appointment_id=row.pk, actor=stranger, at=at),
        "refuse": lambda: do(
            actions.refuse, appointment_id=row.pk, reason="不妥", actor=stranger, at=at
        ),
        "end": lambda: do(
            actions.end_appointment, appointment_id=row.pk, reason="x", actor=stranger, at=at
        ),
        "stand_in": lambda: do(
            actions.name_stand_in,
            appointment_id=row.pk,
            account_id=worker.pk,
            until=at,
            reason="x",
            actor=stranger,
            at=at,
        ),
        "withdraw": lambda: do(actions.withdraw, appointment_id=row.pk, actor=stranger, at=at),
    }

    with pytest.raises(Denied):
        acts[verb]()


def test_refused_or_withdrawn_gives_nothing_and_may_be_proposed_again(
    where: Post, worker: Account, secretary: Actor, commander: Actor, at: datetime
) -> None:
    first = proposed(where, worker, secretary, at)
    with pytest.raises(rules.WrongAppointment):
        do(actions.refuse, appointment_id=first.pk, reason=" ", actor=commander, at=at)
    do(actions.refuse, appointment_id=first.pk, reason="另行安排", actor=commander, at=at)
    second = proposed(where, worker, secretary, at)
    with pytest.raises(Denied):
        do(actions.withdraw, appointment_id=second.pk, actor=commander, at=at)
    do(actions.withdraw, appointment_id=second.pk, actor=secretary, at=at)

    assert grants(worker, at=at) == frozenset()
    with pytest.raises(rules.Settled):
        do(actions.confirm, appointment_id=second.pk, actor=commander, at=at)
    assert proposed(where, worker, secretary, at).pk


def test_refuses_who_is_proposed_already(
    where: Post, worker: Account, secretary: Actor, commander: Actor, at: datetime
) -> None:
    proposed(where, worker, secretary, at)

    with pytest.raises(rules.Settled):
        proposed(where, worker, commander, at)


def test_many_leave_the_same_rows_records_and_grants_as_one_by_one(
    db: None, district_admin: Actor, commander: Actor, at: datetime
) -> None:
    people = [account(f"many.{n}", at=at) for n in range(6)]
    ones = [post(district_admin, at, code=f"p-one-{n}") for n in range(3)]
    new = [
        actions.NewPost(
            code=f"p-many-{n}",
            kind="grid-worker",
            body=body(),
            place=GRID,
            start=at.date() - timedelta(days=30),
        )
        for n in range(3)
    ]
    many = do(actions.open_posts, posts=new, actor=district_admin, at=at)
    single = [
        appointed(where, who, commander, district_admin, at)
        for where, who in zip(ones, people[:3], strict=True)
    ]
    nominees = [
        actions.Nominee(post=where.pk, account=who.pk, reason="工作需要")
        for where, who in zip(many, people[3:], strict=True)
    ]
    rows = do(actions.propose_all, nominees=nominees, actor=commander, at=at)

    do(actions.confirm_batch, batch=rows[0].batch, actor=district_admin, at=at)

    for one, other in zip(single, rows, strict=True):
        assert _said(one) == _said(other)
    for where, other_post in zip(ones, many, strict=True):
        assert _said(where) == _said(other_post)
        assert _said(where.stood.get()) == _said(other_post.stood.get())


def _said(row: Any) -> Any:
    """Return all that a row, its records and its grants say, but for keys and names."""
    row.refresh_from_db()
    apart = {"id", "post_id", "account_id", "batch", "code"}
    held = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    about = Record.objects.filter(subject=f"{row._meta.label_lower}:{row.pk}").order_by("topic")
    told = [(one.topic, one.region_path, one.actor_id, one.at, one.changed) for one in about]
    given = []
    for grant in rows_of(row):
        record = Record.objects.get(subject=f"accounts.grantrow:{grant.pk}")
        given.append(
            (
                grant.role,
                grant.region_path,
                grant.body_id,
                grant.granted_from,
                grant.granted_to,
                grant.granted_by,
                grant.reason,
                record.topic,
                record.actor_kind,
                record.job,
                record.changed,
            )
        )
    return {k: v for k, v in held.items() if k not in apart}, told, given
