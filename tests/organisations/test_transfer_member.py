"""A member … goes to another roll when its officer takes him over (转接组织关系)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.organisations import actions as bodies
from quanyu.organisations.actions import members as actions
from quanyu.organisations.actions import transferring
from quanyu.organisations.models import Body, Membership, MemberTransfer, PartyMember
from quanyu.organisations.queries import members as queries
from quanyu.organisations.rules.dates import WrongDay
from quanyu.organisations.rules.members import TransferAnswered, TransferWaits, WrongMember
from quanyu.organisations.rules.party import NotLedByYou
from quanyu.organisations.rules.terms import NotAnother
from tests.organisations.party import COMMUNITY, done, found, person
from tests.seat import browser_of

THERE = "34/01/04/002/"
"""Another street of the same district."""


@dataclass
class Rolls:
    """Two rolls that two officers keep, and a member of the first."""

    member: PartyMember
    here: Body
    there: Body


@pytest.fixture
def receiver() -> Actor:
    """The party officer of the other street."""
    return person(Role.PARTY_OFFICER, THERE, name="李军")


@pytest.fixture
def rolls(branch: Body, officer: Actor, at: datetime, on: date) -> Rolls:
    there = found("party_branch", THERE, at=at, code="t-there")
    member = done(
        actions.enter_member,
        body_id=branch.pk,
        name="张三",
        standing="full",
        joined=date(2010, 7, 1),
        since=on - timedelta(days=90),
        actor=officer,
        at=at,
    )
    return Rolls(member, branch, there)


@pytest.fixture
def asked(rolls: Rolls, officer: Actor, at: datetime) -> MemberTransfer:
    row: MemberTransfer = done(
        transferring.propose_transfer,
        member_id=rolls.member.pk,
        to=rolls.there.pk,
        actor=officer,
        at=at,
    )
    return row


@pytest.fixture
def sees(rolls: Rolls) -> Callable[[Actor], tuple[bool, int]]:
    """Whether somebody sees the member, past the query and by it, and how many transfers."""

    def seen(actor: Actor) -> tuple[bool, int]:
        set_scope(actor)
        assert PartyMember.objects.visible_to(actor).count() == PartyMember.objects.count()
        transfers = MemberTransfer.objects
        assert transfers.visible_to(actor).count() == transfers.count()
        return PartyMember.objects.filter(pk=rolls.member.pk).exists(), transfers.count()

    return seen


Sees = Callable[[Actor], tuple[bool, int]]


def test_is_seen_by_the_other_officer_from_the_proposal_on(
    asked: MemberTransfer, officer: Actor, receiver: Actor, sees: Sees
) -> None:
    assert sees(receiver) == (True, 1)
    assert sees(officer) == (True, 1)
    assert sees(person(Role.COMMANDER, THERE)) == (False, 0)
    assert sees(person(Role.PARTY_OFFICER, "34/01/04/003/")) == (False, 0)


def test_goes_over_when_the_other_officer_takes_him(
    asked: MemberTransfer,
    rolls: Rolls,
    officer: Actor,
    receiver: Actor,
    sees: Sees,
    at: datetime,
    on: date,
) -> None:
    done(transferring.accept_transfer, transfer_id=asked.pk, actor=receiver, at=at)

    member = PartyMember.objects.get(pk=rolls.member.pk)
    held = Membership.objects.order_by("valid_from").values_list("body", "valid_to")
    assert (member.body_id, member.region_path, member.also_at) == (rolls.there.pk, THERE, "")
    assert list(held) == [(rolls.here.pk, on), (rolls.there.pk, None)]
    assert sees(officer) == (False, 1)
    assert sees(receiver) == (True, 1)


def test_stays_where_he_is_when_the_other_officer_declines(
    asked: MemberTransfer,
    rolls: Rolls,
    officer: Actor,
    receiver: Actor,
    sees: Sees,
    at: datetime,
) -> None:
    done(
        transferring.decline_transfer,
        transfer_id=asked.pk,
        words="不住在本街道",
        actor=receiver,
        at=at,
    )

    assert sees(receiver) == (False, 1)
    assert sees(officer) == (True, 1)
    assert MemberTransfer.objects.get().words == "不住在本街道"
    assert PartyMember.objects.get(pk=rolls.member.pk).body_id == rolls.here.pk


def test_is_declined_with_a_reason_only(
    asked: MemberTransfer, receiver: Actor, at: datetime
) -> None:
    with pytest.raises(WrongMember) as no:
        done(transferring.decline_transfer, transfer_id=asked.pk, words=" ", actor=receiver, at=at)

    assert no.value.field == "words"


def test_is_taken_back_by_whoever_keeps_the_roll(
    asked: MemberTransfer, officer: Actor, receiver: Actor, sees: Sees, at: datetime
) -> None:
    with pytest.raises(NotLedByYou):
        done(transferring.withdraw_transfer, transfer_id=asked.pk, actor=receiver, at=at)

    done(transferring.withdraw_transfer, transfer_id=asked.pk, actor=officer, at=at)

    assert sees(receiver) == (False, 1)
    with pytest.raises(TransferAnswered):
        done(transferring.accept_transfer, transfer_id=asked.pk, actor=receiver, at=at)


def test_is_not_taken_over_by_who_proposed_it(
    rolls: Rolls, asked: MemberTransfer, officer: Actor, at: datetime
) -> None:
    both = person(Role.PARTY_OFFICER, "34/01/04/")
    MemberTransfer.objects.filter(pk=asked.pk).update(proposed_by=both.id)

    with pytest.raises(NotLedByYou):
        done(transferring.accept_transfer, transfer_id=asked.pk, actor=officer, at=at)
    with pytest.raises(NotAnother):
        done(transferring.accept_transfer, transfer_id=asked.pk, actor=both, at=at)


def test_lets_nothing_else_be_done_meanwhile(
    asked: MemberTransfer, rolls: Rolls, officer: Actor, at: datetime
) -> None:
    for verb in (actions.end_member, actions.confirm_member):
        with pytest.raises(TransferWaits):
            done(verb, member_id=rolls.member.pk, actor=officer, at=at)
    with pytest.raises(TransferWaits):
        done(
            transferring.propose_transfer,
            member_id=rolls.member.pk,
            to=rolls.there.pk,
            actor=officer,
            at=at,
        )


def test_gives_the_other_officer_no_verb_but_the_answer(
    asked: MemberTransfer, rolls: Rolls, receiver: Actor, at: datetime
) -> None:
    name = done(
        actions.reveal_member, member_id=rolls.member.pk, reason="verify", actor=receiver, at=at
    )

    assert name == "张三"
    with pytest.raises(Denied):
        done(actions.end_member, member_id=rolls.member.pk, actor=receiver, at=at)


@pytest.mark.parametrize(
    ("days", "fault"), [(1, WrongMember), (-90, WrongDay)], ids=["to come", "before he came"]
)
def test_goes_over_on_no_such_day(
    days: int, fault: type[Exception], rolls: Rolls, officer: Actor, at: datetime, on: date
) -> None:
    with pytest.raises(fault):
        done(
            transferring.propose_transfer,
            member_id=rolls.member.pk,
            to=rolls.there.pk,
            on=on + timedelta(days=days),
            actor=officer,
            at=at,
        )


def test_is_not_proposed_to_where_he_is(rolls: Rolls, officer: Actor, at: datetime) -> None:
    with pytest.raises(WrongMember):
        done(
            transferring.propose_transfer,
            member_id=rolls.member.pk,
            to=rolls.here.pk,
            actor=officer,
            at=at,
        )


def test_is_no_strangers(
    rolls: Rolls, asked: MemberTransfer, far_officer: Actor, at: datetime
) -> None:
    with pytest.raises(Denied):
        done(
            transferring.propose_transfer,
            member_id=rolls.member.pk,
            to=rolls.there.pk,
            actor=far_officer,
            at=at,
        )
    for verb in (transferring.accept_transfer, transferring.withdraw_transfer):
        with pytest.raises(Denied):
            done(verb, transfer_id=asked.pk, actor=far_officer, at=at)
    with pytest.raises(Denied):
        done(
            transferring.decline_transfer,
            transfer_id=asked.pk,
            words="不认识",
            actor=far_officer,
            at=at,
        )
    with pytest.raises(Denied):
        done(actions.look_at_member, member_id=rolls.member.pk, actor=far_officer, at=at)


def test_waits_where_the_other_organisation_has_moved_to(
    asked: MemberTransfer, rolls: Rolls, receiver: Actor, sees: Sees, at: datetime
) -> None:
    moved = "34/01/04/003/"
    mover = system("34/01/", job="tests")
    done(bodies.reseat_body, body_id=rolls.there.pk, place=moved, actor=mover, at=at)

    assert sees(receiver) == (False, 0)
    assert sees(person(Role.PARTY_OFFICER, moved)) == (True, 1)


# ------------------------------------------------------------------ the pages


@pytest.fixture
def keeps(rolls: Rolls, officer: Actor) -> Any:
    return browser_of(officer)


@pytest.fixture
def receives(rolls: Rolls, receiver: Actor) -> Any:
    return browser_of(receiver)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_has_a_page_whose_every_opening_is_written_down(keeps: Any, rolls: Rolls) -> None:
    shown = text(keeps.get(f"/desk/party/members/{rolls.member.pk}"))

    assert "张*" in shown
    assert "张三" not in shown
    assert "党组织管理本组织党员" in shown
    assert Record.objects.filter(topic="member.look").count() == 1


def test_has_a_page_for_the_officers_of_his_roll_alone(
    keeps: Any, receives: Any, rolls: Rolls
) -> None:
    page = f"/desk/party/members/{rolls.member.pk}"
    leads = browser_of(person(Role.COMMUNITY_SECRETARY, COMMUNITY, name="王芳"))

    assert leads.get(page).status_code == 404
    assert receives.get(page).status_code == 404
    assert leads.get("/desk/party/transfers").status_code == 404
    assert leads.post(f"{page}/leave", {}).status_code == 404
    assert not Record.objects.filter(topic="member.look").exists()


def test_goes_over_by_the_pages_of_both_officers(keeps: Any, receives: Any, rolls: Rolls) -> None:
    page = f"/desk/party/members/{rolls.member.pk}"

    assert keeps.post(f"{page}/transfer", {"to": "t-there"}).status_code == 302
    assert "等待接收" in text(receives.get("/desk/party/transfers"))
    assert "撤回转接" in text(keeps.get(page))
    assert receives.post(f"{page}/accept").status_code == 302

    assert "已接收" in text(keeps.get("/desk/party/transfers"))
    assert keeps.get(page).status_code == 404
    assert "t-there 党组织" in text(receives.get(page))


def test_goes_over_at_once_where_one_officer_keeps_both_rolls(
    keeps: Any, rolls: Rolls, committee: Body, at: datetime
) -> None:
    found("party_branch", "34/01/04/001/002/", committee, at=at, code="t-other")

    keeps.post(f"/desk/party/members/{rolls.member.pk}/transfer", {"to": "t-other"})

    assert not MemberTransfer.objects.exists()
    assert PartyMember.objects.get().region_path == "34/01/04/001/002/"


def test_is_declined_on_a_page_that_says_what_is_missing(
    keeps: Any, receives: Any, rolls: Rolls
) -> None:
    page = f"/desk/party/members/{rolls.member.pk}"
    keeps.post(f"{page}/transfer", {"to": "t-there"})

    assert "请写明不接收的理由" in text(receives.post(f"{page}/decline", {"words": ""}))
    assert receives.post(f"{page}/decline", {"words": "不住在本街道"}).status_code == 302
    assert "不住在本街道" in text(keeps.get("/desk/party/transfers"))


def test_says_on_the_list_that_it_was_taken_back_meanwhile(
    keeps: Any, receives: Any, rolls: Rolls
) -> None:
    page = f"/desk/party/members/{rolls.member.pk}"
    keeps.post(f"{page}/transfer", {"to": "t-there"})
    keeps.post(f"{page}/withdraw")

    late = [receives.post(f"{page}/{verb}", {"words": "不认识"}) for verb in ("accept", "decline")]

    assert [one.headers.get("Location") for one in late] == ["/desk/party/transfers"] * 2
    assert "这次转接已经办结" in text(receives.get("/desk/party/transfers"))


def test_leaves_the_roll_by_the_page(keeps: Any, rolls: Rolls) -> None:
    page = f"/desk/party/members/{rolls.member.pk}"

    assert keeps.post(f"{page}/leave", {}).status_code == 302
    assert "365 天后删除" in text(keeps.get(page))
    assert "已经转出名册" in text(keeps.post(f"{page}/leave", {}))


def test_is_made_a_full_member_by_the_page(keeps: Any, rolls: Rolls) -> None:
    page = f"/desk/party/members/{rolls.member.pk}"
    PartyMember.objects.update(standing="probationary")

    assert f"{page}/confirm" in text(keeps.get(page))
    assert keeps.post(f"{page}/confirm").status_code == 302
    assert f"{page}/confirm" not in text(keeps.get(page))


def test_is_told_who_opened_his_name(rolls: Rolls, officer: Actor, at: datetime) -> None:
    done(actions.reveal_member, member_id=rolls.member.pk, reason="verify", actor=officer, at=at)

    assert [(one.at, one.reason) for one in queries.looks(rolls.member)] == [(at, "verify")]
