"""deliver … sends at least once and not twice, and says how it went (发送)."""

import threading
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.access.scope import acting, set_scope
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.notices import actions, jobs, queries, rules
from quanyu.kernel.notices.models import Delivery
from quanyu.kernel.notices.rules import USUAL, Way
from tests.kernel.notices.conftest import LATE, WORKER, Hire, Post, Provider, news, tell

pytestmark = pytest.mark.django_db
BOTH = {group: Way(("mail", "sms")) for group in rules.Group}
SMS = {group: Way(("sms",)) for group in rules.Group}


def choose(actor: Actor, *, at: datetime, **more: Any) -> None:
    given: dict[str, Any] = {
        "ways": BOTH,
        "quiet_from": time(20),
        "quiet_to": time(8),
        "quiet_rest_days": True,
        "language": "zh-hans",
        "phone": "13800138000",
    }
    set_scope(actor)
    actions.choose(**(given | more), actor=actor, at=at)


def send(at: datetime) -> Delivery:
    """Send one thing as the worker does, and return the first delivery."""
    jobs.deliver_one(at)
    set_scope(WORKER)
    return Delivery.objects.order_by("id")[0]


def test_sends_a_mail(li: Actor, post: Post, at: datetime, settings: Any) -> None:
    settings.QUANYU_URL = "https://quanyu.example.org"
    tell(li, at=at)

    sent = send(at)

    (mail,) = post.mails
    assert sent.state == "sent"
    assert mail["To"] == "li@example.org"
    assert mail["Subject"] == "路灯坏了：路灯"
    assert mail["Message-ID"] == sent.reference
    assert mail.get_content().splitlines()[-1] == "https://quanyu.example.org/desk/matters/1"


@pytest.mark.parametrize("email", ["li@example.org\nBcc: all@example.org", "li@@example.org", "李"])
def test_sends_nothing_to_what_is_no_address(
    email: str, hire: Hire, post: Post, at: datetime
) -> None:
    tell(hire("李军", email=email), at=at)

    sent = send(at)

    assert (sent.state, post.mails) == ("dead", [])


def test_tries_again_after_a_passing_no(li: Actor, post: Post, at: datetime) -> None:
    post.answers = ["451 later"]
    tell(li, at=at)

    first = send(at)

    assert (first.state, first.fault) == ("waiting", "smtp 451")
    assert first.next_at is not None
    assert jobs.deliver_one(first.next_at - timedelta(seconds=5)) is False
    assert send(first.next_at).state == "sent"
    assert len(post.mails) == 1


def test_gives_up_after_a_final_no(li: Actor, post: Post, at: datetime) -> None:
    post.answers = ["550 no such mailbox li@example.org"]
    tell(li, at=at)

    sent = send(at)

    assert (sent.state, sent.fault) == ("dead", "smtp 550")


def test_gives_up_after_the_last_wait(li: Actor, post: Post, at: datetime) -> None:
    post.answers = ["451 later"] * 10
    tell(li, at=at)

    for _try in range(len(rules.WAITS) + 1):
        at = send(at).next_at or at

    assert Delivery.objects.get().state == "dead"
    assert len(post.answers) == 10 - len(rules.WAITS) - 1


def test_waits_when_nobody_answers(li: Actor, post: Post, at: datetime, settings: Any) -> None:
    settings.QUANYU_MAIL_PORT = 1
    tell(li, at=at)

    assert send(at).fault == "ConnectionRefusedError"


def test_goes_the_next_way_one_chose(
    li: Actor, post: Post, provider: Provider, at: datetime
) -> None:
    post.answers = ["550 no"]
    choose(li, at=at)
    tell(li, at=at)

    send(at)
    send(at + timedelta(minutes=1))

    set_scope(WORKER)
    states = dict(Delivery.objects.values_list("channel", "state"))
    assert states == {"mail": "dead", "sms": "sent"}
    assert provider.asked[0]["to"] == "13800138000"
    assert provider.asked[0]["text"].startswith("【三里庵】")
    assert provider.asked[0]["key"] == "secret"


def test_goes_no_way_twice(
    li: Actor, keeper: Actor, post: Post, provider: Provider, at: datetime
) -> None:
    post.answers = ["550 no", "550 no"]
    choose(li, at=at)
    tell(li, at=at)
    dead = send(at)
    send(at + timedelta(minutes=1))
    actions.resend(delivery_id=dead.pk, actor=keeper, at=at)

    assert send(at + timedelta(minutes=2)).state == "dead"

    assert len(provider.asked) == 1
    assert not Delivery.objects.filter(state="sending").exists()


def test_a_number_that_no_key_opens_holds_up_nobody(
    li: Actor, hire: Hire, post: Post, provider: Provider, at: datetime
) -> None:
    choose(li, at=at, ways=SMS)
    tell(li, at=at)
    set_scope(WORKER)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notices_choice SET phone = set_byte(phone, 20, 255 - get_byte(phone, 20))"
        )
    other = hire("孙远", email="sun@example.org")
    tell(other, at=at)

    assert send(at).fault == "no address"
    send(at)

    assert provider.asked == []
    assert [mail["To"] for mail in post.mails] == ["sun@example.org"]


def test_logs_the_look_at_a_number_it_sends_to(li: Actor, provider: Provider, at: datetime) -> None:
    choose(li, at=at, ways=SMS)
    tell(li, at=at)

    send(at)

    assert Record.objects.filter(topic="privacy.reveal", job="notices.deliver").count() == 1


def test_holds_it_through_the_night(li: Actor, post: Post, at: datetime) -> None:
    night = at.replace(hour=22)
    tell(li, at=night)

    assert jobs.deliver_one(night) is False
    assert send(at.replace(day=3, hour=8)).state == "sent"


def test_sends_an_emergency_at_night(li: Actor, post: Post, at: datetime) -> None:
    night = at.replace(hour=22)
    tell(li, at=night, given=news(is_urgent=True))

    assert send(night).state == "sent"


def test_collects_into_one_mail(li: Actor, post: Post, at: datetime) -> None:
    for number in range(3):
        tell(li, at=at, given=news(LATE.key, occasion=str(number)))

    morning = at.replace(day=3, hour=8, minute=30)
    send(morning)

    assert USUAL[LATE.group].is_digest
    (mail,) = post.mails
    assert mail["Subject"] == "3 条通知"
    assert mail.get_content().count("已逾期：路灯") == 3
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_repeats_a_mail_cut_short_once_under_the_same_id(
    li: Actor, post: Post, at: datetime
) -> None:
    tell(li, at=at)
    batch = actions.claim(actor=WORKER, at=at)  # and here the worker is killed
    later = at + rules.SILENT + timedelta(minutes=1)

    actions.recover(actor=WORKER, at=later)

    assert batch is not None
    assert batch.parcel is not None
    assert send(later).state == "sent"
    assert post.mails[0]["Message-ID"].startswith(f"<{batch.parcel.reference}@")
    Delivery.objects.update(state="sending", fault="cut short")
    actions.recover(actor=WORKER, at=later + timedelta(hours=1))
    assert Delivery.objects.get().state == "unknown"


def test_repeats_no_text_message_cut_short(li: Actor, provider: Provider, at: datetime) -> None:
    choose(li, at=at, ways=SMS)
    tell(li, at=at)
    actions.claim(actor=WORKER, at=at)  # and here the worker is killed

    actions.recover(actor=WORKER, at=at + timedelta(minutes=11))

    assert Delivery.objects.get().state == "unknown"
    assert jobs.deliver_one(at + timedelta(minutes=12)) is False


def test_leaves_a_sending_that_still_goes_on(li: Actor, post: Post, at: datetime) -> None:
    tell(li, at=at)
    actions.claim(actor=WORKER, at=at)

    assert actions.recover(actor=WORKER, at=at + timedelta(minutes=9)) == 0


def test_does_not_know_of_a_text_whose_answer_was_lost(
    li: Actor, provider: Provider, at: datetime
) -> None:
    provider.answers = [(0, {})]
    choose(li, at=at, ways=SMS)
    tell(li, at=at)

    assert send(at).state == "unknown"


@pytest.mark.parametrize(
    ("answer", "state", "fault"),
    [
        ((200, {"Code": "BUSY"}), "waiting", "provider BUSY"),
        ((200, {"Code": "BAD_NUMBER"}), "dead", "provider BAD_NUMBER"),
        ((503, {}), "waiting", "http 503"),
        ((429, {}), "waiting", "http 429"),
        ((400, {}), "dead", "http 400"),
    ],
)
def test_reads_what_the_provider_says(
    answer: Any, state: str, fault: str, li: Actor, provider: Provider, at: datetime
) -> None:
    provider.answers = [answer]
    choose(li, at=at, ways=SMS)
    tell(li, at=at)

    sent = send(at)

    assert (sent.state, sent.fault) == (state, fault)


@pytest.mark.parametrize("status", [302, 307])
def test_carries_no_number_where_an_answer_points_to(
    status: int, li: Actor, provider: Provider, at: datetime
) -> None:
    provider.answers = [(status, {})]
    choose(li, at=at, ways=SMS)
    tell(li, at=at)

    sent = send(at)

    assert (sent.state, sent.fault) == ("waiting", f"http {status}")
    assert [one.get("followed") for one in provider.asked] == [None]


@pytest.mark.parametrize(("said", "state"), [("DELIVRD", "delivered"), ("UNDELIV", "dead")])
def test_takes_the_providers_receipt(
    said: str, state: str, li: Actor, provider: Provider, at: datetime, settings: Any
) -> None:
    settings.QUANYU_SMS_RECEIPTS = "a-long-secret"
    choose(li, at=at, ways=SMS)
    tell(li, at=at)
    send(at)

    answer = Client().post(
        "/receipts/sms",
        [{"id": "m-1", "state": said}, {"id": "", "state": said}, {"id": "\x00", "state": said}],
        content_type="application/json",
        headers={"Authorization": "Bearer a-long-secret"},
    )

    assert answer.json()["known"] == 1
    assert Delivery.objects.get().state == state


@pytest.mark.parametrize("secret", ["", "wrong"])
def test_takes_no_receipt_without_the_secret(secret: str, provider: Provider, db: None) -> None:
    answer = Client().post(
        "/receipts/sms", {}, content_type="application/json", headers={"Authorization": secret}
    )

    assert answer.status_code == 404


def test_drops_what_has_waited_for_days(li: Actor, post: Post, at: datetime) -> None:
    tell(li, at=at)

    assert send(at + timedelta(days=4)).state == "dropped"
    assert post.mails == []


def test_resend_is_for_the_keeper_alone(li: Actor, keeper: Actor, post: Post, at: datetime) -> None:
    post.answers = ["550 no"]
    tell(li, at=at)
    dead = send(at)
    with pytest.raises(Denied):
        actions.resend(delivery_id=dead.pk, actor=li, at=at)
    with pytest.raises(Denied):
        queries.troubled(actor=li)

    actions.resend(delivery_id=dead.pk, actor=keeper, at=at)

    assert send(at).state == "sent"


def test_let_be_ends_it(li: Actor, keeper: Actor, post: Post, at: datetime) -> None:
    post.answers = ["550 no"]
    tell(li, at=at)
    dead = send(at)
    with pytest.raises(Denied):
        actions.let_be(delivery_id=dead.pk, actor=li, at=at)

    actions.let_be(delivery_id=dead.pk, actor=keeper, at=at)

    with pytest.raises(rules.NotSent):
        actions.resend(delivery_id=dead.pk, actor=keeper, at=at)


# ------------------------------------------------------------------ choosing


def test_choose_is_ones_own(li: Actor, hire: Hire, provider: Provider, at: datetime) -> None:
    choose(li, at=at)
    stranger = hire("孙远")
    set_scope(stranger)

    assert queries.choice_row(stranger) is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM notices_choice")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ways": {rules.Group.DUE: Way(("phone",))}},
        {"ways": {rules.Group.DUE: Way(("mail", "mail"))}},
        {"ways": {"gossip": Way()}},
        {"language": "fr"},
        {"phone": "0551-1234567"},
    ],
)
def test_choose_refuses_what_there_is_not(wrong: Any, li: Actor, at: datetime) -> None:
    with pytest.raises(Invalid):
        choose(li, at=at, **wrong)


def test_choose_takes_the_number_away_again(li: Actor, at: datetime) -> None:
    choose(li, at=at)
    choose(li, at=at, phone="")
    assert str(queries.choice_row(li).phone) == "138****8000"  # type: ignore[union-attr]

    choose(li, at=at, phone="-")

    assert queries.choice_row(li).phone is None  # type: ignore[union-attr]


# ------------------------------------------------------------------ races


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_sends(li: Actor, post: Post, at: datetime) -> None:
    with acting(WORKER):
        tell(li, at=at)
    start = threading.Barrier(2)

    def work() -> None:
        try:
            start.wait()
            jobs.deliver_one(at)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()

    assert len(post.mails) == 1
