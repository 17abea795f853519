"""Reveal opens a masked value for a reason and writes it down (查看个人信息)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import override_settings

from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.audit.models import Record
from quanyu.kernel.privacy import actions, queries, rules
from quanyu.kernel.privacy.models import Look
from tests.kernel.privacy.letters.models import Letter

DESK = {Role.OPERATOR}


def test_returns_the_value(letter: Letter, operator: Actor, at: datetime) -> None:
    text = actions.reveal(letter, "phone", by=DESK, reason="contact", actor=operator, at=at)

    assert text == "138 0013 8000"


def test_writes_down_who_looked_at_what_and_why(
    letter: Letter, operator: Actor, at: datetime
) -> None:
    actions.reveal(letter, "phone", by=DESK, reason="contact", actor=operator, at=at)

    look = queries.looks(letter).get()
    assert (look.account_id, look.role, look.fields, look.reason, look.at) == (
        operator.id,
        "operator",
        ["phone"],
        "contact",
        at,
    )


def test_leaves_an_audit_record_without_the_value(
    letter: Letter, operator: Actor, at: datetime
) -> None:
    actions.reveal(letter, "phone", by=DESK, reason="contact", actor=operator, at=at)

    record = Record.objects.get(topic="privacy.reveal")
    assert (record.subject, record.changed) == (f"letters.letter:{letter.pk}", ["phone"])
    assert "0013 8000" not in str(record.parts())


def test_opens_several_fields_as_one_look(letter: Letter, operator: Actor, at: datetime) -> None:
    seen = actions.reveal_all(
        letter, ["phone", "name"], by=DESK, reason="reply", actor=operator, at=at
    )

    assert (seen["name"], Look.objects.count()) == ("欧阳明日", 1)


def test_gives_an_empty_text_for_an_empty_field(
    letter: Letter, operator: Actor, at: datetime
) -> None:
    letter.name = None

    assert actions.reveal(letter, "name", by=DESK, reason="reply", actor=operator, at=at) == ""


@pytest.mark.parametrize("reason", ["", "curious"])
def test_refuses_without_a_listed_reason(
    letter: Letter, operator: Actor, at: datetime, reason: str
) -> None:
    with pytest.raises(rules.ReasonMissing):
        actions.reveal(letter, "phone", by=DESK, reason=reason, actor=operator, at=at)

    assert not Look.objects.exists()


def test_refuses_a_stranger(letter: Letter, stranger: Actor, at: datetime) -> None:
    with pytest.raises(rules.NotYours):
        actions.reveal(letter, "phone", by=DESK, reason="contact", actor=stranger, at=at)

    assert not Record.objects.filter(topic="privacy.reveal").exists()


def test_refuses_a_role_that_the_domain_does_not_name(
    letter: Letter, operator: Actor, at: datetime
) -> None:
    with pytest.raises(rules.NotYours):
        actions.reveal(letter, "phone", by={Role.HANDLER}, reason="contact", actor=operator, at=at)


def test_refuses_more_looks_in_an_hour_than_the_city_allows(
    letter: Letter, operator: Actor, at: datetime
) -> None:
    with override_settings(QUANYU_REVEALS_AN_HOUR=2):
        actions.reveal(letter, "phone", by=DESK, reason="contact", actor=operator, at=at)
        later = at + timedelta(minutes=20)
        actions.reveal(letter, "phone", by=DESK, reason="contact", actor=operator, at=later)

        with pytest.raises(rules.TooManyLooks) as refused:
            actions.reveal(letter, "phone", by=DESK, reason="contact", actor=operator, at=later)

    assert str(refused.value) == "一小时内最多查看 2 次个人信息，请于 41 分钟后再试"


def test_opens_again_when_the_hour_is_over(letter: Letter, operator: Actor, at: datetime) -> None:
    with override_settings(QUANYU_REVEALS_AN_HOUR=1):
        actions.reveal(letter, "phone", by=DESK, reason="contact", actor=operator, at=at)
        later = at + timedelta(minutes=61)

        assert actions.reveal(letter, "phone", by=DESK, reason="contact", actor=operator, at=later)


def test_lets_a_job_look_that_the_domain_names(letter: Letter, at: datetime) -> None:
    job = system("34/01/", job="notices.send")

    actions.reveal(letter, "phone", by={Role.SYSTEM}, reason="notice", actor=job, at=at)

    assert Look.objects.get().job == "notices.send"


def test_says_that_a_changed_value_is_unreadable(
    letter: Letter, operator: Actor, at: datetime
) -> None:
    stored: Any = letter.phone
    other = Letter.objects.create(region_path=letter.region_path, phone="13900139000")
    other.refresh_from_db()
    swapped: Any = other.phone
    swapped._token = stored._token

    with pytest.raises(rules.Unreadable):
        actions.reveal(other, "phone", by=DESK, reason="contact", actor=operator, at=at)

    assert not Look.objects.exists()
