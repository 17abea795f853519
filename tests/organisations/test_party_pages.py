"""The pages of party organisations … lead from a warning to what is done about it (党组织页面)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, Role
from quanyu.organisations.actions.party import keep_count
from quanyu.organisations.models import (
    Appointment,
    Body,
    CommitteeTerm,
    Election,
    Meeting,
    PartyMember,
)
from tests.organisations.party import COMMUNITY, GRID, STREET, done, person
from tests.organisations.posts import CITY, account, post
from tests.seat import browser_of


@pytest.fixture
def leads(branch: Body) -> Any:
    """The community's secretary, signed in."""
    return browser_of(person(Role.COMMUNITY_SECRETARY, COMMUNITY, name="王芳"))


@pytest.fixture
def keeps(branch: Body) -> Any:
    """The street's party officer, signed in."""
    return browser_of(person(Role.PARTY_OFFICER, STREET, name="李军"))


@pytest.fixture
def far(branch: Body) -> Any:
    """A party officer of another district, signed in."""
    return browser_of(person(Role.PARTY_OFFICER, "34/01/03/", name="孙远"))


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_list_the_warnings_that_a_count_gives_rise_to(leads: Any, branch: Body) -> None:
    page = f"/desk/party/bodies/{branch.pk}"

    sent = leads.post(f"{page}/count", {"full": "2", "probationary": "0", "source": "年度统计"})

    assert sent.status_code == 302
    assert "不足 3 人" in text(leads.get(page))
    listed = text(leads.get("/desk/party?key=branch_few"))
    assert "t-branch 党组织" in listed
    assert "共 <b>1</b> 项" in listed


def test_show_of_a_past_day_the_members_alone(keeps: Any, branch: Body) -> None:
    day = timezone.localdate() - timedelta(days=10)
    page = f"/desk/party/bodies/{branch.pk}"
    keeps.post(f"{page}/count", {"full": "9", "probationary": "1", "start": day.isoformat()})
    past = f"/desk/organisations/{branch.pk}?on="

    then = text(keeps.get(f"{past}{day.isoformat()}"))
    before = text(keeps.get(f"{past}{(day - timedelta(days=1)).isoformat()}"))

    assert "正式 9 人，预备 1 人" in then
    assert "发起换届选举" not in then
    assert "正式 9 人" not in before


def test_say_that_the_party_officer_works_in_the_street(keeps: Any) -> None:
    scope = keeps.get("/desk/party").context["scope"]

    assert [step["path"] for step in scope] == ["34/01/", "34/01/04/", STREET]


def test_offer_the_party_officer_the_places_of_the_street(keeps: Any) -> None:
    [place] = [
        one for one in keeps.get("/desk/bodies").context["filters"] if one["name"] == "place"
    ]

    assert {STREET, COMMUNITY} <= {one["value"] for one in place["options"]}


def test_say_on_the_same_page_why_not(leads: Any, branch: Body) -> None:
    answer = leads.post(f"/desk/party/bodies/{branch.pk}/count", {"full": "x"})

    assert answer.status_code == 422
    assert "正式党员" in text(answer)


def test_move_an_election_with_two_pairs_of_hands(leads: Any, keeps: Any, branch: Body) -> None:
    page, today = f"/desk/party/bodies/{branch.pk}", timezone.localdate()
    starts = today.replace(day=1) - timedelta(days=1800)
    term = {"form": "committee", "size": "3", "starts": starts.isoformat(), "years": "5"}
    leads.post(f"{page}/term", term)
    later = CommitteeTerm.objects.get(body=branch).due_date + timedelta(days=90)
    asked = {"kind": "postpone", "to": later.isoformat(), "reason": "辖区正在调整"}
    leads.post(f"{page}/ask", asked)

    assert "等待上级批复" in text(keeps.get("/desk/party/due"))
    keeps.post(f"{page}/decide", {"is_approved": "true"})

    assert CommitteeTerm.objects.get(body=branch).moved_to == later


def test_show_names_to_the_party_officer_alone_and_for_a_reason(
    leads: Any, keeps: Any, branch: Body
) -> None:
    page = f"/desk/party/bodies/{branch.pk}"
    said = {"name": "陈静", "standing": "full", "joined": "2010-07-01"}
    keeps.post(f"{page}/enter", said)
    key = PartyMember.objects.values_list("pk", flat=True).get()

    assert "党员名册" not in text(leads.get(page))
    assert "陈*" in text(keeps.get(page))
    assert "陈静" in text(keeps.post(f"/desk/party/members/{key}/reveal", {"reason": "verify"}))
    assert keeps.post(f"/desk/party/members/{key}/reveal", {}).status_code == 422
    assert leads.post(f"/desk/party/members/{key}/reveal", {"reason": "verify"}).status_code == 404


def test_list_what_is_overdue_and_the_rules(leads: Any) -> None:
    assert "主题党日" in text(leads.get("/desk/party/rhythms"))
    rules = text(leads.get("/desk/party/rules"))
    assert "4/5" in rules
    assert "示例" in rules


def test_list_the_counts_in_numbers(leads: Any, branch: Body, secretary: Actor) -> None:
    done(keep_count, body_id=branch.pk, full=17, actor=secretary, at=timezone.now())

    assert ">17<" in text(leads.get("/desk/party/counts"))


def test_are_no_strangers(far: Any, branch: Body) -> None:
    page = f"/desk/party/bodies/{branch.pk}"

    assert far.get(page).status_code == 404
    assert far.post(f"{page}/count", {"full": "3"}).status_code == 404
    assert "t-branch" not in text(far.get("/desk/party"))


# ------------------------------------------------------------------ meetings


@pytest.fixture
def meeting(leads: Any, branch: Body) -> str:
    """The address of a meeting that began an hour ago."""
    moment = timezone.localtime() - timedelta(hours=1)
    said = {"body": branch.pk, "kind": "general", "starts_at": moment.strftime("%Y-%m-%dT%H:%M")}
    answer = leads.post("/desk/meetings/new", said | {"title": "讨论路灯", "place": "服务中心"})
    return str(answer.headers["Location"])


def test_plan_a_meeting_record_it_and_settle_what_it_resolved(leads: Any, meeting: str) -> None:
    came = {"expected": "21", "present": "19", "observing": "2", "minutes": "逐户听取意见。"}
    leads.post(f"{meeting}/record", came)
    due = (timezone.localdate() + timedelta(days=30)).isoformat()
    leads.post(f"{meeting}/adopt", {"text": "整理楼道", "due": due, "in_favour": "18"})

    shown = text(leads.get(meeting))
    row = Meeting.objects.get().resolutions.get()
    assert "应到 21 人，实到 19 人，列席 2 人" in shown
    assert "超过应到会人数的半数" in shown
    assert "整理楼道" in text(leads.get("/desk/meetings"))
    leads.post(f"/desk/meetings/resolutions/{row.pk}/settle", {"words": "已整理"})
    assert "整理楼道" not in text(leads.get("/desk/meetings"))


def test_keep_what_was_typed_of_a_meeting_that_cannot_be_recorded(leads: Any, meeting: str) -> None:
    answer = leads.post(f"{meeting}/record", {"expected": "3", "present": "9", "minutes": "记录"})

    assert answer.status_code == 422
    assert "记录</textarea>" in text(answer)


def test_change_a_meeting_and_call_it_off(leads: Any, meeting: str) -> None:
    changed = {"kind": "lecture", "starts_at": "2030-01-02T09:00", "title": "学习"}
    assert leads.post(f"{meeting}/change", changed).status_code == 302
    leads.post(f"{meeting}/call_off", {"words": "下雨"})

    shown = text(leads.get(meeting))
    assert "党课" in shown
    assert "已取消" in shown


def test_of_meetings_are_no_strangers(far: Any, meeting: str) -> None:
    assert far.get(meeting).status_code == 404
    assert far.post(f"{meeting}/record", {"expected": "3", "present": "3"}).status_code == 404
    assert "讨论路灯" not in text(far.get("/desk/meetings"))


# ------------------------------------------------------------------ elections


@pytest.fixture
def election(leads: Any, branch: Body) -> str:
    """The address of an election of a secretary."""
    today = timezone.localdate().isoformat()
    said = {"body": branch.pk, "meeting_date": today, "entitled": "20", "secretaries": "1"}
    return str(leads.post("/desk/elections/new", said).headers["Location"])


def test_go_through_an_election_to_its_record(leads: Any, election: str, branch: Body) -> None:
    today = timezone.localdate().isoformat()
    leads.post(f"{election}/nominate", {"name": "王芳", "seat": "secretary"})
    leads.post(f"{election}/close_list")
    who = Election.objects.get().candidates.get()
    sheet = {"held_on": today, "entitled": "20", "present": "16", "issued": "16"}
    sheet |= {"returned": "16", "invalid": "0"}
    few = leads.post(f"{election}/count", sheet | {"present": "15", f"votes_{who.pk}": "11"})
    enough = leads.post(f"{election}/count", sheet | {f"votes_{who.pk}": "11"})
    leads.post(f"{election}/conclude", {})

    assert few.status_code in {409, 422}
    assert enough.status_code == 302
    assert CommitteeTerm.objects.get(body=branch).form == "secretary"
    assert "当选" in text(leads.get(election))


def test_offer_another_ballot_before_a_term_with_an_empty_seat(leads: Any, branch: Body) -> None:
    today = timezone.localdate().isoformat()
    said = {"body": branch.pk, "meeting_date": today, "entitled": "20"}
    said |= {"secretaries": "1", "members": "1"}
    election = leads.post("/desk/elections/new", said).headers["Location"]
    for name, seat in (("王芳", "secretary"), ("李军", "member")):
        leads.post(f"{election}/nominate", {"name": name, "seat": seat})
    leads.post(f"{election}/close_list")
    first, second = Election.objects.get().candidates.order_by("number")
    sheet = {"held_on": today, "entitled": "20", "present": "16", "issued": "16"}
    votes = {f"votes_{first.pk}": "11", f"votes_{second.pk}": "10"}
    leads.post(f"{election}/count", sheet | {"returned": "16", "invalid": "0"} | votes)

    acts = leads.get(election).context["acts"]

    assert [(one["prefix"], one["open"]) for one in acts][:2] == [
        ("again", True),
        ("conclude", False),
    ]


def test_say_of_an_election_that_was_put_off_when_it_was_met_for(leads: Any, election: str) -> None:
    late = timezone.localdate() - timedelta(days=1)
    leads.post(f"{election}/nominate", {"name": "王芳", "seat": "secretary"})
    leads.post(f"{election}/close_list")
    few = {"held_on": late.isoformat(), "entitled": "20", "present": "9"}
    leads.post(f"{election}/adjourn", few)

    one, [row] = leads.get(election), leads.get("/desk/elections").context["rows"]

    assert one.context["one"]["day"] == row["day"] == late
    assert "第 1 次投票" not in text(one)


def test_fill_in_who_votes_and_how_large_the_committee_was(leads: Any, branch: Body) -> None:
    page, today = f"/desk/party/bodies/{branch.pk}", timezone.localdate().isoformat()
    leads.post(f"{page}/count", {"full": "37", "probationary": "0"})
    leads.post(f"{page}/term", {"form": "committee", "size": "5", "starts": today, "years": "5"})

    form = leads.get(f"/desk/elections/new?body={branch.pk}").context["form"]

    known = {one["name"]: one["value"] for one in form["fields"]}
    assert known == known | {"body": branch.pk, "entitled": "37", "members": "4"}
    assert known["secretaries"] == "1"


def test_propose_the_elected_by_one_form(leads: Any, election: str, branch: Body) -> None:
    now = timezone.localtime()
    where = post(CITY, now, code="p-sec", kind="grid-branch-secretary", place=GRID, of=branch.code)
    who = account("wang.fang", at=now, name="王芳")
    given = {"name": "王芳", "seat": "secretary", "account": "wang.fang"}
    sheet = dict.fromkeys(("entitled", "present", "issued", "returned"), "20")
    leads.post(f"{election}/nominate", given)
    leads.post(f"{election}/close_list")
    one = Election.objects.get().candidates.get()
    held = {"held_on": now.date().isoformat(), f"votes_{one.pk}": "20"}
    leads.post(f"{election}/count", sheet | held)
    leads.post(f"{election}/conclude", {})
    offered = text(leads.get(election))
    said = {f"post_{one.pk}": where.pk, "reason": "换届当选"}

    wrong = leads.post(f"{election}/elected", said | {f"account_{one.pk}": "nobody"})
    sent = leads.post(f"{election}/elected", said | {f"account_{one.pk}": "wang.fang"})

    assert "提名当选人" in offered
    assert 'value="wang.fang"' in offered
    assert (wrong.status_code, sent.status_code) == (422, 302)
    assert "待确认" in text(leads.get(election))
    row = Appointment.objects.visible_to(CITY).get()
    assert (row.post_id, row.account_id) == (where.pk, who.pk)


def test_print_the_record_of_an_election(leads: Any, election: str) -> None:
    answer = leads.get(f"{election}/record.pdf")

    assert answer.content.startswith(b"%PDF")


def test_put_an_election_off_and_strike_a_candidate(leads: Any, election: str) -> None:
    for name in ("王芳", "李军"):
        leads.post(f"{election}/nominate", {"name": name, "seat": "secretary"})
    who = Election.objects.get().candidates.get(number=2)
    leads.post(f"{election}/strike", {"candidate": who.pk})
    leads.post(f"{election}/close_list")
    today = timezone.localdate().isoformat()
    leads.post(f"{election}/adjourn", {"held_on": today, "entitled": "20", "present": "9"})

    shown = text(leads.get(election))
    assert "没有达到规定，没有投票" in shown
    assert "李军" not in shown
    assert leads.post(f"{election}/reopen", {"words": "有人退出"}).status_code == 302
    assert leads.post(f"{election}/withdraw", {"words": "不选了"}).status_code == 302


def test_of_elections_are_no_strangers(far: Any, election: str) -> None:
    assert far.get(election).status_code == 404
    assert far.get(f"{election}/record.pdf").status_code == 404
    assert far.post(f"{election}/close_list").status_code == 404


def test_read_in_english(leads: Any, meeting: str, election: str, at: datetime) -> None:
    leads.cookies["django_language"] = "en"

    for page in ("/desk/party", "/desk/meetings", "/desk/elections", meeting, election, GRID):
        assert leads.get(page).status_code in {200, 404}
