"""A unit has a party organisation of its own … from day to day, and is counted by it (组建)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.organisations import actions, rules
from quanyu.organisations.actions.party import keep_count
from quanyu.organisations.models import Body, Formation
from quanyu.organisations.queries import formed
from quanyu.organisations.rules import BodyKind
from quanyu.organisations.rules.changing import Nothing, StillHanging
from quanyu.organisations.rules.covering import WrongCover
from quanyu.organisations.tables import BODIES
from tests.organisations.conftest import COMMUNITY, STREET, Net, person
from tests.seat import browser_of


@pytest.fixture
def firm(net: Net) -> Body:
    return Body.objects.get(code="property-demo")


@pytest.fixture
def own(net: Net, firm: Body, officer: Actor, at: datetime, on: date) -> Formation:
    """The second branch is the firm's since ninety days."""
    return actions.form_party(
        party_id=net.second.pk,
        unit_id=firm.pk,
        day=on - timedelta(days=90),
        because="组建批复，示例",
        actor=officer,
        at=at,
    )


def firms(actor: Actor, on: date) -> formed.Units:
    return formed.units(BodyKind.PROPERTY_FIRM, actor=actor, on=on, place=COMMUNITY)


def test_is_counted_with_its_members_from_that_day(
    own: Formation, net: Net, firm: Body, officer: Actor, at: datetime, on: date
) -> None:
    keep_count(body_id=net.second.pk, full=7, probationary=1, actor=officer, at=at)

    now, then = firms(officer, on), firms(officer, on - timedelta(days=91))

    [unit] = now.of(formed.WITH)
    assert (unit.id, unit.party_id, now.members) == (firm.pk, net.second.pk, 8)
    assert len(now.of("")) == len(now.of(formed.WITH)) + len(now.of(formed.WITHOUT))
    assert (then.of(formed.WITH), len(then.of(formed.WITHOUT))) == ((), len(now.of("")))
    assert Record.objects.get(topic="body.form").actor_id == officer.id


def test_stands_on_both_pages_and_on_the_page_of_coverage(
    own: Formation, net: Net, firm: Body
) -> None:
    browser = browser_of(person(Role.PARTY_OFFICER, STREET))

    assert "绩溪路社区示例物业服务中心" in text(browser, f"/desk/organisations/{net.second.pk}")
    assert net.second.name in text(browser, f"/desk/organisations/{firm.pk}")
    assert net.second.name in text(browser, "/desk/coverage?firms=with")
    assert net.second.name not in text(browser, "/desk/coverage?firms=without")


def text(browser: Any, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_ends_and_is_said_anew(
    own: Formation, net: Net, firm: Body, officer: Actor, at: datetime, on: date
) -> None:
    given: dict[str, Any] = {"party_id": net.second.pk, "actor": officer, "at": at}
    with pytest.raises(Nothing):
        actions.form_party(unit_id=firm.pk, **given)

    actions.part_party(**given)

    assert firms(officer, on).of(formed.WITH) == ()
    with pytest.raises(Denied):
        actions.part_party(**given)
    with pytest.raises(rules.WrongDay):
        actions.form_party(unit_id=firm.pk, day=on - timedelta(days=9), **given)
    assert actions.form_party(unit_id=firm.pk, **given).valid_from == on


def test_is_of_a_kind_that_a_unit_has(net: Net, firm: Body, commander: Actor, at: datetime) -> None:
    for party, unit in ((net.group, firm), (net.street, firm), (net.first, net.office)):
        with pytest.raises(WrongCover):
            actions.form_party(party_id=party.pk, unit_id=unit.pk, actor=commander, at=at)


def test_is_out_of_a_strangers_reach(
    own: Formation, net: Net, firm: Body, stranger: Actor, at: datetime
) -> None:
    given: dict[str, Any] = {"actor": stranger, "at": at}
    with pytest.raises(Denied):
        actions.form_party(party_id=net.first.pk, unit_id=firm.pk, **given)
    with pytest.raises(Denied):
        actions.part_party(party_id=net.second.pk, **given)


def test_holds_its_unit_and_goes_with_its_party(
    own: Formation, net: Net, firm: Body, commander: Actor, at: datetime
) -> None:
    with pytest.raises(StillHanging) as refused:
        actions.dissolve_body(body_id=firm.pk, actor=commander, at=at)
    assert "parties" in (refused.value.allowed or ())

    actions.dissolve_body(body_id=net.second.pk, actor=commander, at=at)

    own.refresh_from_db()
    assert own.valid_to == at.date()


def test_is_in_one_unit_at_a_time_by_the_database(own: Formation, net: Net, firm: Body) -> None:
    with pytest.raises(IntegrityError, match="formation_"), transaction.atomic():
        Formation.objects.create(party=net.second, unit=firm, valid_from=own.valid_from)


def test_does_not_end_on_the_day_it_was_formed(
    net: Net, firm: Body, officer: Actor, commander: Actor, at: datetime
) -> None:
    actions.form_party(party_id=net.second.pk, unit_id=firm.pk, actor=officer, at=at)

    with pytest.raises(rules.WrongDay):
        actions.dissolve_body(body_id=net.second.pk, actor=commander, at=at)


def test_ends_with_a_party_that_a_file_ends(
    own: Formation, net: Net, officer: Actor, at: datetime, on: date
) -> None:
    row = {
        "code": net.second.code,
        "name": net.second.name,
        "name_en": net.second.name_en,
        "kind": net.second.kind,
        "place": net.second.region_path,
        "parent": net.second.parent.code if net.second.parent else None,
        "start": net.second.valid_from,
        "end": on,
    }
    key = (net.second.code,)
    taking = BODIES.intake(keys={key: 2}, actor=officer, at=at)
    [held] = taking.held([key], is_locked=True).values()
    taking.check(row, held=held)
    assert list(taking.end()) == []
    taking.write([], [row])
    taking.finish()

    own.refresh_from_db()
    assert own.valid_to == on
    assert Record.objects.filter(topic="body.part", actor_id=officer.id).exists()
