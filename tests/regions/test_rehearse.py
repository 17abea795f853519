"""A rehearsal … is found by a job, kept for its page, and gone once it begins (预演)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts.models import Account, GrantRow
from quanyu.kernel.errors import Denied
from quanyu.kernel.keys import uuid7
from quanyu.kernel.workflow.spec import NotAllowed
from quanyu.regions import jobs, queries
from quanyu.regions.actions import reorganising as actions
from quanyu.regions.actions.reorganising import NotRehearsed, Step, Wanted
from quanyu.regions.models import Building, Edition, Region, Rehearsal, Reorganisation
from quanyu.regions.queries import rehearsed
from quanyu.regions.rules.changes import Change, Named, Operation
from tests.conftest import STREET, person
from tests.seat import browser_of

COMMUNITY = f"{STREET}001/"
G1, G2 = f"{COMMUNITY}g001/", f"{COMMUNITY}g002/"
DAY = date(2026, 3, 9)
SAID = Wanted("合并荷塘两个网格", "户数偏少", "街道网格优化方案第3条（示例）", DAY)
CITY = system("34/01/", job="tests")


@pytest.fixture
def secretary() -> Actor:
    return person(Role.COMMUNITY_SECRETARY, COMMUNITY, name="吴静")


@pytest.fixture
def commander() -> Actor:
    return person(Role.COMMANDER, STREET, name="郑强")


@pytest.fixture
def drafted(act: Any, secretary: Actor, at: datetime) -> Reorganisation:
    row = act(actions.draft, wanted=SAID, region_path=COMMUNITY, actor=secretary, at=at)
    step = Step(Operation(Change.MERGE, (G1, G2), (Named(G1, "荷塘网格"),)))
    act(actions.add_operation, reorganisation_id=row.pk, step=step, actor=secretary, at=at)
    return row


def kept(row: Reorganisation) -> Rehearsal | None:
    set_scope(CITY)
    return rehearsed.kept(row, actor=CITY)


def test_is_kept_in_both_languages(drafted: Reorganisation, at: datetime) -> None:
    jobs.rehearse(drafted.pk, at)

    one = kept(drafted)
    assert one is not None
    assert one.done_at is not None
    assert {language: told["moves"][0]["count"] for language, told in one.told.items()} == {
        "zh-hans": Building.objects.filter(region_path=G2).count(),
        "en": Building.objects.filter(region_path=G2).count(),
    }


def test_is_found_once(drafted: Reorganisation, at: datetime) -> None:
    jobs.rehearse(drafted.pk, at)
    first = kept(drafted)

    jobs.rehearse(drafted.pk, at)

    again = kept(drafted)
    assert first is not None
    assert again is not None
    assert again.done_at == first.done_at


def test_is_of_an_earlier_state_once_the_draft_has_changed(
    act: Any, drafted: Reorganisation, secretary: Actor, at: datetime
) -> None:
    jobs.rehearse(drafted.pk, at)

    act(actions.amend, reorganisation_id=drafted.pk, wanted=SAID, actor=secretary, at=at)

    assert kept(drafted) is None


def test_is_found_anew_when_somebody_asks(
    act: Any, drafted: Reorganisation, secretary: Actor, at: datetime
) -> None:
    jobs.rehearse(drafted.pk, at)

    act(actions.rehearse, reorganisation_id=drafted.pk, actor=secretary, at=at)

    one = kept(drafted)
    assert one is not None
    assert (one.done_at, one.told) == (None, {})


def test_is_asked_for_by_who_may_act_on_it_alone(
    act: Any, drafted: Reorganisation, at: datetime
) -> None:
    worker = person(Role.COMMUNITY_OFFICER, COMMUNITY, name="李军")

    with pytest.raises(NotAllowed):
        act(actions.rehearse, reorganisation_id=drafted.pk, actor=worker, at=at)
    page = browser_of(worker).get(f"/desk/reorganisations/{drafted.pk}").content.decode()

    assert "重新预演" not in page


def test_says_why_it_does_not_hold_together(
    drafted: Reorganisation, secretary: Actor, at: datetime
) -> None:
    Region.objects.filter(path=G2).update(valid_to=date(2026, 3, 1))

    jobs.rehearse(drafted.pk, at)

    one = kept(drafted)
    assert one is not None
    assert G2 in one.told["zh-hans"]["wrong"]


def test_says_that_something_went_wrong_and_leaves_nobody_waiting(
    drafted: Reorganisation, at: datetime
) -> None:
    set_scope(CITY)
    Region.objects.filter(path=G2).update(shape=b"no border")

    jobs.rehearse(drafted.pk, at)

    one = kept(drafted)
    assert one is not None
    assert "重新预演" in one.told["zh-hans"]["wrong"]


def test_is_gone_once_it_begins(
    act: Any, drafted: Reorganisation, secretary: Actor, commander: Actor, at: datetime
) -> None:
    jobs.rehearse(drafted.pk, at)
    act(actions.submit, reorganisation_id=drafted.pk, actor=secretary, at=at)
    act(actions.approve, reorganisation_id=drafted.pk, actor=commander, at=at)

    jobs.take_effect(drafted.pk, at + timedelta(days=7))

    set_scope(CITY)
    assert not Rehearsal.objects.exists()
    with pytest.raises(NotRehearsed):
        act(actions.rehearse, reorganisation_id=drafted.pk, actor=secretary, at=at)


def test_names_who_holds_grants_to_who_leads_there_alone(
    act: Any, drafted: Reorganisation, commander: Actor, at: datetime
) -> None:
    account = Account.objects.create(username="lijun", name="李军", created_at=at)
    GrantRow.objects.create(
        account=account, role=Role.GRID_WORKER, region_path=G2, granted_from=at, reason="任职"
    )
    jobs.rehearse(drafted.pk, at)
    one = kept(drafted)
    assert one is not None

    leads = rehearsed.shown(one, actor=commander, place=COMMUNITY)
    looks = rehearsed.shown(one, actor=person(Role.DISPATCHER, STREET), place=COMMUNITY)

    def lot(told: dict[str, Any]) -> tuple[int, int]:
        (found,) = [each for each in told["moves"] if each["kind"] == "grants"]
        return found["count"], len(found["lines"])

    assert (lot(leads), lot(looks)) == ((1, 1), (1, 0))


def test_a_stranger_has_nothing_rehearsed(
    act: Any, drafted: Reorganisation, stranger: Actor, at: datetime
) -> None:
    with pytest.raises(Denied):
        act(actions.rehearse, reorganisation_id=drafted.pk, actor=stranger, at=at)


@pytest.mark.parametrize(
    ("verb", "more"),
    [
        (actions.open_rehearsal, {}),
        (actions.note_rehearsal, {"done": 1, "total": 2}),
        (actions.keep_rehearsal, {"told": {}}),
    ],
)
def test_is_written_by_the_system_alone(
    act: Any,
    drafted: Reorganisation,
    secretary: Actor,
    at: datetime,
    verb: Any,
    more: dict[str, Any],
) -> None:
    with pytest.raises(Denied):
        act(verb, reorganisation_id=drafted.pk, actor=secretary, at=at, **more)


def test_its_page_waits_and_then_shows_it(
    drafted: Reorganisation, commander: Actor, at: datetime
) -> None:
    browser = browser_of(commander)
    address = f"/desk/reorganisations/{drafted.pk}"

    before = browser.get(address).content.decode()
    asked = browser.get(f"{address}/trying")
    jobs.rehearse(drafted.pk, at)
    after = browser.get(f"{address}/trying")

    shown = browser.get(address).content.decode()
    assert "等候预演" in before
    assert "HX-Refresh" not in asked.headers
    assert after.headers["HX-Refresh"] == "true"
    assert "会转移的" in shown
    assert "请重新预演" not in shown


def test_is_stale_once_the_tree_has_changed(
    drafted: Reorganisation, commander: Actor, at: datetime
) -> None:
    jobs.rehearse(drafted.pk, at)
    Edition.objects.update(mark=uuid7())
    queries.forget()

    page = browser_of(commander).get(f"/desk/reorganisations/{drafted.pk}").content.decode()

    assert "请重新预演" in page
