"""Steps round a grant tell whom they concern, once, and what is decided goes away (告知)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from quanyu.kernel.access.rules import Actor, Grant, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts import actions as accounts
from quanyu.kernel.accounts.models import Account, Deputy, GrantRequest, GrantRow, Review
from quanyu.kernel.jobs.rules import listeners
from quanyu.kernel.keys import uuid7
from quanyu.kernel.notices import actions, queries
from quanyu.kernel.notices.jobs import TELLS
from quanyu.kernel.notices.models import Delivery, Notice
from quanyu.kernel.notices.rules import FRESH, Group, topics
from quanyu.kernel.notices.rules.administration import AUDIENCES, HEARD, Parties, Whom, whom
from tests.conftest import STREET
from tests.kernel.notices.conftest import WORKER, Hire

pytestmark = pytest.mark.django_db
CITY, ELSEWHERE = settings.QUANYU_CITY, "34/01/11/"
MONTH = timedelta(days=30)


def one(role: Role, path: str = STREET) -> frozenset[Grant]:
    return frozenset({Grant(role, path)})


@pytest.fixture
def sun(hire: Hire) -> Actor:
    """The security administrator of the city."""
    return hire("孙二", email="sun@example.org", grants=one(Role.SEC_ADMIN, CITY))


@pytest.fixture
def li_of_elsewhere(hire: Hire) -> Actor:
    """A stranger: the security administrator of another district."""
    return hire("李三", grants=one(Role.SEC_ADMIN, ELSEWHERE))


@pytest.fixture
def wu(hire: Hire) -> Actor:
    """The audit administrator of the city."""
    return hire("吴五", grants=one(Role.AUDIT_ADMIN, CITY))


@pytest.fixture
def zhou(hire: Hire) -> Actor:
    """Who is to be given a role."""
    return hire("周明", email="zhou@example.org", grants=one(Role.DISPATCHER))


@pytest.fixture
def wish(zhou: Actor, keeper: Actor, at: datetime) -> GrantRequest:
    return ask(zhou, keeper, at)


def account(person: Actor) -> Account:
    return Account.objects.get(name=person.name)


def ask(whose: Actor, actor: Actor, at: datetime, role: Role = Role.CHECKER) -> GrantRequest:
    set_scope(actor)
    return accounts.ask_grant(
        account=account(whose), role=role, region_path=STREET, reason="轮岗", actor=actor, at=at
    )


def decide(verb: str, wish: GrantRequest, actor: Actor, at: datetime) -> Any:
    set_scope(actor)
    return getattr(accounts, verb)(request_id=wish.pk, reason="已核对", actor=actor, at=at)


def happened(topic: str, row: Any, at: datetime, *, later: timedelta = timedelta()) -> int:
    """Let the worker tell of a step, as the queue does after its commit."""
    set_scope(WORKER)
    return actions.tell_administration(
        topic=topic, key=row.pk, since=at, actor=WORKER, at=at + later
    )


def inbox(person: Actor) -> list[str]:
    set_scope(person)
    return [row.topic for row in queries.inbox(actor=person)[0]]


def said(person: Actor, language: str = "zh-hans") -> queries.Said:
    set_scope(person)
    (row,) = queries.inbox(actor=person)[0]
    return queries.said(row, "inapp", language=language, held={})


# ------------------------------------------------------------------ rules


def test_every_step_that_tells_has_a_listener_and_a_wording() -> None:
    assert set(TELLS) == set(HEARD) == {topic for topic in listeners if topic.startswith("grants.")}
    assert {topics[key].group for key in AUDIENCES} == {Group.ADMINISTRATION}


def test_nobody_is_told_twice_and_nobody_of_what_they_asked_for() -> None:
    asker, holder, other = uuid7(), uuid7(), uuid7()
    parties = Parties(account=holder, asked_by=asker, over={Whom.SECURITY: [asker, holder, other]})
    own = Parties(account=holder, asked_by=holder)

    assert whom("grants.asked", parties) == {other: "/desk/grants/requests"}
    assert whom("grants.refused", own) == {holder: "/desk/grants"}
    assert whom("grants.refused", parties) == {
        holder: "/desk/grants",
        asker: "/desk/grants/requests?show=done",
    }
    assert whom("grants.withdrawn", parties) == {}


# ------------------------------------------------------------------ asked for and decided


def test_who_may_decide_is_told_of_a_request(
    wish: GrantRequest, sun: Actor, keeper: Actor, zhou: Actor, at: datetime
) -> None:
    assert happened("grants.asked", wish, at) == 1

    assert said(sun).subject == "授权申请待审批：核查员"
    assert "周明" not in said(sun).body
    assert inbox(keeper) == inbox(zhou) == []


def test_a_stranger_is_told_nothing(
    wish: GrantRequest, li_of_elsewhere: Actor, wu: Actor, at: datetime
) -> None:
    happened("grants.asked", wish, at)

    assert inbox(li_of_elsewhere) == inbox(wu) == []


def test_a_security_administrator_who_asks_is_not_told(
    sun: Actor, hire: Hire, at: datetime
) -> None:
    other = hire("孙六", grants=one(Role.SEC_ADMIN, CITY))
    wish = ask(sun, sun, at, role=Role.SEC_ADMIN)

    happened("grants.asked", wish, at)

    assert inbox(sun) == []
    assert inbox(other) == ["grants.asked"]


def test_a_mail_waits_by_the_choice_for_accounts_and_administration(
    wish: GrantRequest, sun: Actor, post: Any, at: datetime
) -> None:
    happened("grants.asked", wish, at)

    assert Delivery.objects.get().notice.account_id == sun.id


@pytest.mark.parametrize(
    ("verb", "topic"), [("approve_grant", "grants.approved"), ("refuse_grant", "grants.refused")]
)
def test_a_decision_tells_who_asked_and_for_whom_and_goes_off_the_list(
    verb: str,
    topic: str,
    wish: GrantRequest,
    sun: Actor,
    keeper: Actor,
    zhou: Actor,
    at: datetime,
) -> None:
    happened("grants.asked", wish, at)
    decided = at + timedelta(hours=1)
    decide(verb, wish, sun, decided)

    assert happened(topic, wish, decided) == 2
    assert inbox(sun) == []
    assert inbox(keeper) == inbox(zhou) == [topic]


def test_what_is_approved_is_not_told_as_given_besides(
    wish: GrantRequest, sun: Actor, zhou: Actor, at: datetime
) -> None:
    given = decide("approve_grant", wish, sun, at)

    assert happened("grants.given", given, at) == 0
    assert inbox(zhou) == []


def test_a_job_that_runs_after_the_decision_tells_nobody(
    wish: GrantRequest, sun: Actor, at: datetime
) -> None:
    decide("refuse_grant", wish, sun, at)

    assert happened("grants.asked", wish, at) == 0
    assert inbox(sun) == []


def test_what_is_taken_back_goes_off_the_list(
    wish: GrantRequest, sun: Actor, keeper: Actor, at: datetime
) -> None:
    happened("grants.asked", wish, at)
    set_scope(keeper)
    accounts.withdraw_grant(request_id=wish.pk, actor=keeper, at=at + MONTH / 30)

    happened("grants.withdrawn", wish, at + MONTH / 30)

    assert inbox(sun) == []


def test_what_lapsed_tells_both_and_goes_off_the_list(
    wish: GrantRequest, sun: Actor, keeper: Actor, zhou: Actor, at: datetime
) -> None:
    happened("grants.asked", wish, at)
    late = at + timedelta(days=settings.QUANYU_REQUEST_DAYS)
    set_scope(WORKER)
    accounts.lapse_requests(actor=WORKER, at=late)

    happened("grants.lapsed", wish, late)

    assert inbox(sun) == []
    assert inbox(keeper) == inbox(zhou) == ["grants.lapsed"]


def test_one_step_is_told_once(wish: GrantRequest, sun: Actor, at: datetime) -> None:
    assert happened("grants.asked", wish, at) == 1
    assert happened("grants.asked", wish, at, later=timedelta(minutes=5)) == 0


def test_old_news_is_told_to_nobody(wish: GrantRequest, sun: Actor, at: datetime) -> None:
    assert happened("grants.asked", wish, at, later=FRESH + timedelta(minutes=1)) == 0


# ------------------------------------------------------------------ held, ending, ended


def held(person: Actor, at: datetime, until: datetime | None = None) -> GrantRow:
    """Give somebody a role as the system does."""
    worker = system(CITY, job="tests")
    set_scope(worker)
    return accounts.grant(
        account=account(person),
        role=Role.CHECKER,
        region_path=STREET,
        reason="到岗",
        granted_to=until,
        actor=worker,
        at=at,
    )


def test_who_is_given_a_role_is_told_in_both_languages(zhou: Actor, at: datetime) -> None:
    happened("grants.given", held(zhou, at), at)

    assert said(zhou).subject == "您获得了授权：核查员"
    set_scope(zhou)
    (row,) = queries.inbox(actor=zhou)[0]
    assert row.words["role_en"] != row.words["role"]


def test_an_end_within_thirty_days_tells_the_holder_and_who_asked(
    wish: GrantRequest, sun: Actor, keeper: Actor, zhou: Actor, at: datetime
) -> None:
    given = decide("approve_grant", wish, sun, at)
    soon = given.granted_to - timedelta(days=20)

    assert happened("grants.ends_soon", given, soon) == 2

    assert inbox(zhou) == inbox(keeper) == ["grants.ends_soon"]
    assert "终了失效" in said(zhou).body


def test_what_goes_on_by_another_grant_ends_soon_no_more(zhou: Actor, at: datetime) -> None:
    happened("grants.ends_soon", held(zhou, at, at + MONTH), at)
    later = at + timedelta(days=3)

    happened("grants.given", held(zhou, later, at + 3 * MONTH), later)

    assert inbox(zhou) == ["grants.given"]


def test_who_loses_a_role_is_told_and_nothing_else_of_it_stands(
    zhou: Actor, sun: Actor, at: datetime
) -> None:
    given = held(zhou, at)
    happened("grants.given", given, at)
    ended = at + timedelta(hours=1)
    set_scope(sun)
    accounts.end_grant(grant_id=given.pk, reason="调离", actor=sun, at=ended)

    happened("grants.ended", given, ended)

    assert inbox(zhou) == ["grants.ended"]
    assert "调离" not in said(zhou).body


# ------------------------------------------------------------------ standing in


@pytest.fixture
def stand_in(zhou: Actor, hire: Hire, at: datetime) -> Deputy:
    colleague = hire("李娜", grants=one(Role.CHECKER))
    set_scope(zhou)
    return accounts.name_deputy(
        principal_id=account(zhou).pk,
        account_id=account(colleague).pk,
        granted_to=at + timedelta(days=7),
        reason="年休假",
        actor=zhou,
        at=at,
    )


def of_account(person: Account) -> list[str]:
    set_scope(WORKER)
    return list(Notice.objects.filter(account=person, over_at=None).values_list("topic", flat=True))


def test_both_are_told_of_a_deputy_and_of_its_rights_no_second_time(
    stand_in: Deputy, at: datetime
) -> None:
    assert happened("grants.deputy_named", stand_in, at) == 2
    for lent in stand_in.grants.all():
        assert happened("grants.given", lent, at) == 0

    assert of_account(stand_in.account) == of_account(stand_in.principal) == ["grants.deputy_named"]


def test_what_is_about_oneself_goes_to_no_deputy(
    stand_in: Deputy, zhou: Actor, at: datetime
) -> None:
    happened("grants.given", held(zhou, at), at)

    assert of_account(stand_in.account) == []


def test_the_deputy_is_told_when_it_ends(stand_in: Deputy, zhou: Actor, at: datetime) -> None:
    happened("grants.deputy_named", stand_in, at)
    ended = at + timedelta(days=1)
    set_scope(zhou)
    accounts.end_deputy(deputy_id=stand_in.pk, reason="回岗", actor=zhou, at=ended)

    for lent in stand_in.grants.all():
        happened("grants.ended", lent, ended)

    assert of_account(stand_in.account) == ["grants.ended"]
    assert of_account(stand_in.principal) == []


# ------------------------------------------------------------------ reviews


@pytest.fixture
def review(sun: Actor, zhou: Actor, at: datetime) -> Review:
    set_scope(sun)
    return accounts.open_review(region_path=CITY, actor=sun, at=at)


def test_security_administrators_are_told_of_a_review(
    review: Review, sun: Actor, wu: Actor, li_of_elsewhere: Actor, at: datetime
) -> None:
    happened("grants.review_opened", review, at)

    assert inbox(sun) == ["grants.review_opened"]
    assert inbox(wu) == inbox(li_of_elsewhere) == []
    assert said(sun).subject == f"授权复核开始：{review.quarter}"


def test_the_audit_administrator_is_told_too_when_it_is_late(
    review: Review, sun: Actor, wu: Actor, at: datetime
) -> None:
    happened("grants.review_opened", review, at)
    late = at + timedelta(days=90)

    happened("grants.review_late", review, late)

    assert inbox(sun) == inbox(wu) == ["grants.review_late"]


def test_a_review_that_is_done_goes_off_the_list(review: Review, sun: Actor, at: datetime) -> None:
    happened("grants.review_opened", review, at)
    done = at + timedelta(days=1)
    Review.objects.filter(pk=review.pk).update(closed_at=done)

    happened("grants.review_closed", review, done)

    assert inbox(sun) == []


def test_a_day_is_said_in_the_readers_language() -> None:
    words = {"until_on": "2026-10-01", "made_at": datetime(2026, 10, 1, tzinfo=UTC).isoformat()}

    assert queries.words_in(words, "zh-hans")["until_on"] == "2026年10月1日"
    assert queries.words_in({"until_on": ""}, "en") == {"until_on": ""}
