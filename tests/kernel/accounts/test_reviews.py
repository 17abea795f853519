"""Every quarter each grant is looked at again (授权复核)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import IntegrityError, transaction
from django.test import Client

from quanyu.kernel.access.rules import Actor, Grant, Role
from quanyu.kernel.accounts import actions, queries, rules
from quanyu.kernel.accounts.models import Account, GrantRow, Review, ReviewLine
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from tests.kernel.accounts.cast import (
    CITY,
    PASSWORD,
    SECRET,
    STREET,
    Hire,
    acting_as,
    body_of,
    code_now,
)


@pytest.fixture
def review(worker: Account, security_administrator: Actor, now: datetime) -> Review:
    return actions.open_review(region_path=CITY, actor=security_administrator, at=now)


@pytest.fixture
def line(review: Review, worker: Account) -> ReviewLine:
    return review.lines.get(account=worker)


@pytest.fixture
def commander(hire: Hire, now: datetime) -> Actor:
    return acting_as(hire("commander", Role.COMMANDER, name="韩四"), now)


def decide(line: ReviewLine, verdict: str, actor: Actor, at: datetime, reason: str = "") -> int:
    return actions.decide_lines(
        line_ids=[line.pk], verdict=verdict, reason=reason, actor=actor, at=at
    )


def test_lists_every_grant_that_lives(review: Review, worker: Account) -> None:
    assert set(review.lines.values_list("account__username", flat=True)) == {"zhou.ming", "sec"}


def test_a_grant_given_later_is_in_the_next_one(review: Review, hire: Hire, now: datetime) -> None:
    hire("later", Role.CHECKER)

    assert not review.lines.filter(account__username="later").exists()


def test_is_opened_once_a_quarter(
    review: Review, security_administrator: Actor, now: datetime
) -> None:
    with pytest.raises(rules.AskedBefore):
        actions.open_review(region_path=CITY, actor=security_administrator, at=now)


@pytest.mark.parametrize("role", [Role.SYS_ADMIN, Role.AUDIT_ADMIN, Role.COMMANDER])
def test_is_opened_by_no_other_role(role: Role, hire: Hire, now: datetime) -> None:
    with pytest.raises(Denied):
        actions.open_review(
            region_path=CITY, actor=acting_as(hire("other", role, CITY), now), at=now
        )


def test_a_stranger_opens_and_decides_nothing(
    line: ReviewLine, stranger: Actor, now: datetime
) -> None:
    with pytest.raises(Denied):
        actions.open_review(region_path=CITY, actor=stranger, at=now)
    with pytest.raises(Denied):
        decide(line, "keep", stranger, now)
    with pytest.raises(Denied):
        actions.propose_lines(line_ids=[line.pk], verdict="keep", reason="", actor=stranger, at=now)
    assert queries.lines(line.review_id, actor=stranger, at=now) == []


def test_keeps_what_is_kept(
    line: ReviewLine, worker: Account, security_administrator: Actor, now: datetime
) -> None:
    decide(line, "keep", security_administrator, now)

    assert queries.grants_of(worker, at=now) == {Grant("dispatcher", STREET)}


def test_ends_what_is_ended_at_once(
    line: ReviewLine, worker: Account, security_administrator: Actor, now: datetime
) -> None:
    decide(line, "end", security_administrator, now, reason="已调离")

    assert queries.grants_of(worker, at=now) == frozenset()
    assert GrantRow.objects.get(account=worker).end_reason == "已调离"


def test_ends_nothing_without_a_reason(
    line: ReviewLine, security_administrator: Actor, now: datetime
) -> None:
    with pytest.raises(rules.WrongGrant, match="终止理由"):
        decide(line, "end", security_administrator, now)


def test_is_decided_once(line: ReviewLine, security_administrator: Actor, now: datetime) -> None:
    decide(line, "keep", security_administrator, now)

    with pytest.raises(rules.Settled):
        decide(line, "end", security_administrator, now, reason="改主意")


def test_nobody_reviews_oneself(
    review: Review, security_administrator: Actor, now: datetime
) -> None:
    own = review.lines.get(account=security_administrator.id)

    with pytest.raises(rules.OwnRequest):
        decide(own, "keep", security_administrator, now)


def test_the_database_refuses_that_one_reviews_oneself(line: ReviewLine, now: datetime) -> None:
    rows = ReviewLine.objects.filter(pk=line.pk)

    with pytest.raises(IntegrityError, match="not_decided_for_oneself"), transaction.atomic():
        rows.update(verdict="keep", decided_by=line.account_id, decided_at=now)


def test_of_several_with_one_refused_none_is_decided(
    review: Review, security_administrator: Actor, now: datetime
) -> None:
    with pytest.raises(rules.OwnRequest):
        actions.decide_lines(
            line_ids=list(review.lines.values_list("pk", flat=True)),
            verdict="keep",
            reason="",
            actor=security_administrator,
            at=now,
        )

    assert not review.lines.exclude(verdict="").exists()


def test_a_leader_proposes_and_the_reviewer_decides(
    line: ReviewLine, commander: Actor, security_administrator: Actor, now: datetime
) -> None:
    actions.propose_lines(
        line_ids=[line.pk], verdict="end", reason="已不在岗", actor=commander, at=now
    )
    with pytest.raises(Denied):
        decide(line, "end", commander, now, reason="已不在岗")

    told = {one.id: one for one in queries.lines(line.review_id, actor=commander, at=now)}
    assert (told[line.pk].proposal, told[line.pk].proposed_by) == ("end", "韩四")
    assert not told[line.pk].may_decide


def test_is_closed_with_its_last_line(
    review: Review, security_administrator: Actor, hire: Hire, now: datetime
) -> None:
    second = acting_as(hire("sec.two", Role.SEC_ADMIN, CITY), now)
    own = review.lines.get(account=security_administrator.id)
    for line in review.lines.exclude(pk=own.pk):
        decide(line, "keep", security_administrator, now)
    decide(own, "keep", second, now)

    review.refresh_from_db()
    assert review.closed_at == now


def test_says_how_far_it_has_come(
    line: ReviewLine, security_administrator: Actor, now: datetime
) -> None:
    decide(line, "end", security_administrator, now, reason="已调离")

    [told] = queries.reviews(actor=security_administrator, at=now)
    assert (told.lines, told.done, told.ended, told.is_late) == (2, 1, 1, False)


def test_ends_nothing_by_itself_and_tells_once_that_it_is_late(
    review: Review, worker: Account, hire: Hire, demo: Actor, now: datetime
) -> None:
    late = now + timedelta(days=31)

    assert actions.tell_late(actor=demo, at=now) == 0
    assert actions.tell_late(actor=demo, at=late) == 1
    assert actions.tell_late(actor=demo, at=late) == 0
    assert queries.grants_of(worker, at=late)
    auditor = acting_as(hire("audit", Role.AUDIT_ADMIN, CITY), now)
    assert [one.id for one in queries.late_reviews(actor=auditor, at=late)] == [review.pk]
    assert Record.objects.filter(topic="accounts.review_late").count() == 1


def test_a_worker_reads_no_review(worker: Account, review: Review, now: datetime) -> None:
    with pytest.raises(Denied):
        queries.reviews(actor=acting_as(worker, now), at=now)


# ------------------------------------------------------------------ at the size of a city


@pytest.fixture
def many(hire: Hire, security_administrator: Actor, worker: Account, now: datetime) -> Review:
    """A review of a worker, of a checker next door, of a handler and of who opened it."""
    hire("he.li", Role.CHECKER, "34/01/11/", name="何丽")
    hire("liu.gong", Role.HANDLER, body=body_of("street-works"), name="刘工")
    return actions.open_review(region_path=CITY, actor=security_administrator, at=now)


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        (queries.Chosen(text="何"), {"he.li"}),
        (queries.Chosen(role="dispatcher"), {"zhou.ming"}),
        (queries.Chosen(place="34/01/11/"), {"he.li"}),
        (queries.Chosen(place="34/01/04/"), {"zhou.ming", "liu.gong"}),
        (queries.Chosen(shown="done"), set()),
        (queries.Chosen(shown="open", role="checker", place=STREET), set()),
    ],
)
def test_finds_lines_by_person_role_and_place(
    chosen: queries.Chosen,
    names: set[str],
    many: Review,
    security_administrator: Actor,
    now: datetime,
) -> None:
    found = queries.lines(many.pk, actor=security_administrator, at=now, chosen=chosen)

    kept = Account.objects.filter(pk__in=[one.account_id for one in found])
    assert set(kept.values_list("username", flat=True)) == names
    assert queries.count_lines(many.pk, actor=security_administrator, chosen=chosen) == len(names)


def test_finds_lines_by_the_body_that_they_name(
    many: Review, security_administrator: Actor, now: datetime
) -> None:
    [body] = queries.bodies_reviewed(many.pk, actor=security_administrator)

    found = queries.lines(
        many.pk, actor=security_administrator, at=now, chosen=queries.Chosen(body=body)
    )

    assert [one.name for one in found] == ["刘工"]


def test_keeps_to_the_address_and_decides_the_chosen_each_for_itself(
    many: Review,
    hire: Hire,
    security_administrator: Actor,
    demo: Actor,
    browser: Client,
    now: datetime,
) -> None:
    second = hire("sec.two", Role.SEC_ADMIN, CITY)
    actions.enrol_totp(account=second, secret=SECRET, actor=demo, at=now)
    browser.post("/desk/sign-in", {"username": "sec.two", "password": PASSWORD})
    browser.post("/desk/sign-in/code", {"code": code_now()})
    lines = {line.account.username: line for line in many.lines.select_related("account")}
    decide(lines["he.li"], "keep", security_administrator, now)
    chosen = [str(lines[name].pk) for name in ("zhou.ming", "he.li", "liu.gong")]
    asked = f"/desk/grants/reviews/{many.pk}/decide?show=open&place=34/01/04/"

    anew = browser.get(f"/desk/grants/reviews/{many.pk}?after=-1&body=x")
    assert (anew.status_code, anew.context["total"]) == (200, 3)

    answer = browser.post(asked, {"line": chosen, "verdict": "end", "reason": "已不在岗"})

    many.refresh_from_db()
    told = [str(one) for one in get_messages(answer.wsgi_request)]
    assert told == ["已处理 2 项", "1 项未处理：该项已复核"]
    assert answer.headers["Location"].endswith("show=open&place=34%2F01%2F04%2F")
    assert Record.objects.filter(topic="accounts.decide_line", actor_id=second.pk).count() == 2
    assert many.lines.filter(verdict="").count() == 1


# ------------------------------------------------------------------ by the clock

FIRST_OF_APRIL = datetime(2026, 4, 1, 1, tzinfo=UTC)
"""A Wednesday, nine in the morning in Hefei."""


def held_since(worker: Account, begins: datetime) -> None:
    GrantRow.objects.filter(account=worker).update(granted_from=begins)


def test_opens_on_the_first_working_day_of_a_quarter(worker: Account, demo: Actor) -> None:
    held_since(worker, FIRST_OF_APRIL - timedelta(days=40))

    opened = actions.open_quarter(actor=demo, at=FIRST_OF_APRIL)

    assert opened is not None
    assert (opened.quarter, opened.lines.count()) == ("2026Q2", 1)
    assert actions.open_quarter(actor=demo, at=FIRST_OF_APRIL + timedelta(days=1)) is None


def test_waits_for_a_working_day(worker: Account, demo: Actor) -> None:
    held_since(worker, FIRST_OF_APRIL - timedelta(days=40))
    holiday = datetime(2026, 10, 1, 1, tzinfo=UTC)

    assert actions.open_quarter(actor=demo, at=holiday) is None
    assert actions.open_quarter(actor=demo, at=holiday + timedelta(days=8)) is not None


def test_a_city_that_began_in_the_quarter_has_nothing_to_review(
    worker: Account, demo: Actor
) -> None:
    held_since(worker, FIRST_OF_APRIL)

    assert actions.open_quarter(actor=demo, at=FIRST_OF_APRIL + timedelta(days=5)) is None
