"""One's own mail address counts once the code that went there is entered (通知邮箱)."""

import re
from datetime import datetime, timedelta

import pytest
from django.conf import settings as configured
from django.db import connection
from django.test import Client
from django.utils import timezone

from quanyu.kernel.access.rules import REPORTER, Actor, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts import actions as accounts
from quanyu.kernel.accounts.models import Account
from quanyu.kernel.accounts.rules import mail_address
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.notices import actions, jobs
from quanyu.kernel.notices.models import MailProof
from quanyu.kernel.notices.rules import proof
from quanyu.kernel.privacy.models import Look
from tests.conftest import person
from tests.kernel.notices.conftest import WORKER, Hire, Post
from tests.seat import administrator, browser_of

pytestmark = pytest.mark.django_db
NEW = "jun.li@example.cn"


def email(person: Actor) -> str:
    return Account.objects.get(name=person.name).email


def ask(person: Actor, at: datetime, text: str = NEW) -> MailProof:
    set_scope(person)
    row = actions.ask_mail(email=text, actor=person, at=at)
    assert row is not None, "mail is on"
    return row


def code_of(row: MailProof) -> str:
    return proof.code(row.pk, secret=configured.SECRET_KEY)


def confirm(person: Actor, code: str, at: datetime) -> None:
    set_scope(person)
    actions.confirm_mail(code=code, actor=person, at=at)


# ------------------------------------------------------------------ rules


@pytest.mark.parametrize(
    "text",
    [
        *("li", "li@", "@example.cn", "li@example", "a b@example.cn", "李@example.cn"),
        *("Li <li@example.cn>", "li@example.cn,wu@example.cn", "li@example.cn\nBcc: x@y.cn"),
        *("li..jun@example.cn", f"{'l' * 65}@example.cn", f"li@{'e.' * 130}cn"),
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        mail_address(text)


def test_an_address_is_kept_as_it_is_written() -> None:
    assert mail_address(" Jun.Li+quanyu@mail.hefei.gov.cn ") == "Jun.Li+quanyu@mail.hefei.gov.cn"


def test_a_code_is_six_digits_and_another_for_each_proof(
    li: Actor, post: Post, at: datetime
) -> None:
    first = code_of(ask(li, at))
    second = code_of(ask(li, at + proof.APART))

    assert re.fullmatch(r"\d{6}", first)
    assert first != second


# ------------------------------------------------------------------ where mail is on


def test_the_old_address_stays_until_the_code_is_entered(
    li: Actor, post: Post, at: datetime
) -> None:
    row = ask(li, at)
    assert email(li) == "li@example.org"

    confirm(li, code_of(row), at + timedelta(minutes=14))

    assert email(li) == NEW
    assert not MailProof.objects.exists()


def test_the_code_goes_to_the_new_address(li: Actor, post: Post) -> None:
    row = ask(li, timezone.now())
    set_scope(WORKER)

    jobs.send_code(row.pk, row.asked_at)

    (mail,) = post.mails
    assert mail["To"] == NEW
    assert code_of(row) in mail.get_content()


def test_an_address_that_takes_no_mail_fails_no_job(li: Actor, post: Post) -> None:
    post.answers.append("550 no such box")
    row = ask(li, timezone.now())
    set_scope(WORKER)

    jobs.send_code(row.pk, row.asked_at)

    assert post.mails == []


def test_what_is_settled_is_not_sent_any_more(li: Actor, post: Post) -> None:
    row = ask(li, timezone.now())
    confirm(li, code_of(row), timezone.now())
    set_scope(WORKER)

    jobs.send_code(row.pk, timezone.now())

    assert post.mails == []


def test_a_wrong_code_counts_and_five_are_enough(li: Actor, post: Post, at: datetime) -> None:
    row = ask(li, at)
    wrong = "000000" if code_of(row) != "000000" else "111111"
    for _n in range(proof.MOST):
        with pytest.raises(proof.WrongCode, match="不正确"):
            confirm(li, wrong, at)

    with pytest.raises(proof.WrongCode, match="已失效"):
        confirm(li, code_of(row), at)
    assert email(li) == "li@example.org"


def test_a_code_is_good_for_a_quarter_of_an_hour(li: Actor, post: Post, at: datetime) -> None:
    row = ask(li, at)

    with pytest.raises(proof.WrongCode, match="已失效"):
        confirm(li, code_of(row), at + proof.LIVES)


def test_nobodys_box_is_filled(li: Actor, post: Post, at: datetime) -> None:
    ask(li, at)

    with pytest.raises(proof.TooSoon):
        ask(li, at + proof.APART / 2, "wu@example.cn")


def test_what_was_removed_is_not_confirmed_afterwards(li: Actor, post: Post, at: datetime) -> None:
    row = ask(li, at)
    actions.remove_mail(actor=li, at=at)

    with pytest.raises(proof.WrongCode):
        confirm(li, code_of(row), at)
    with pytest.raises(proof.TooSoon):
        ask(li, at)
    assert email(li) == ""


def test_what_nobody_confirmed_is_deleted(li: Actor, post: Post, at: datetime) -> None:
    ask(li, at)
    set_scope(WORKER)

    jobs.forget(at + timedelta(hours=1))

    assert not MailProof.objects.exists()


# ------------------------------------------------------------------ where it is off


def test_without_mail_it_is_kept_for_later(li: Actor, at: datetime) -> None:
    set_scope(li)

    assert actions.ask_mail(email=NEW, actor=li, at=at) is None
    assert email(li) == NEW


# ------------------------------------------------------------------ strangers, and the log


def test_a_strangers_code_confirms_nothing(li: Actor, hire: Hire, post: Post, at: datetime) -> None:
    row = ask(li, at)
    stranger = hire("孙远")

    with pytest.raises(proof.WrongCode):
        confirm(stranger, code_of(row), at)
    assert email(stranger) == ""


def test_nobody_changes_or_removes_the_address_of_another(
    li: Actor, keeper: Actor, at: datetime
) -> None:
    with pytest.raises(Invalid, match="只能由本人"):
        accounts.set_email(
            account=Account.objects.get(name=li.name), email=NEW, actor=keeper, at=at
        )
    assert email(li) == "li@example.org"


def test_a_stranger_writes_down_nobodys_address(li: Actor, hire: Hire, at: datetime) -> None:
    with pytest.raises(Denied):
        accounts.set_email(
            account=Account.objects.get(name=li.name), email=NEW, actor=hire("孙远"), at=at
        )


def test_an_empty_one_is_none(li: Actor, at: datetime) -> None:
    with pytest.raises(Invalid, match="请填写邮箱"):
        actions.ask_mail(email=" ", actor=li, at=at)


@pytest.mark.parametrize("verb", ["ask_mail", "confirm_mail", "remove_mail"])
def test_who_has_no_account_has_no_address(verb: str, at: datetime) -> None:
    more = {"ask_mail": {"email": NEW}, "confirm_mail": {"code": "000000"}}.get(verb, {})

    with pytest.raises(Denied):
        getattr(actions, verb)(actor=REPORTER, at=at, **more)


def test_what_waits_is_hidden_from_others_by_the_database_and_sealed(
    li: Actor, hire: Hire, post: Post, at: datetime
) -> None:
    ask(li, at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM notices_mailproof")
        assert NEW.encode() not in bytes(cursor.fetchone()[0])
    set_scope(hire("孙远"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM notices_mailproof")
        assert cursor.fetchone() == (0,)


def test_it_is_in_the_log_without_the_address(li: Actor, post: Post, at: datetime) -> None:
    confirm(li, code_of(ask(li, at)), at)

    kept = Record.objects.filter(topic__in=["notices.ask_mail", "accounts.set_email"])
    assert [row.changed for row in kept.order_by("id")] == [["address"], ["email"]]
    assert Look.objects.get().reason == "notice"


# ------------------------------------------------------------------ pages


@pytest.fixture
def browser(db: None) -> Client:
    return browser_of(person(Role.DISPATCHER, name="周明"))


def mine() -> Account:
    return Account.objects.get(name="周明")


def test_the_page_writes_down_and_removes(browser: Client) -> None:
    page = browser.post("/desk/account/mail", {"email": NEW}, follow=True)

    assert NEW in page.content.decode()
    assert "邮件接通后开始使用" in page.content.decode()
    assert mine().email == NEW

    browser.post("/desk/account/mail/remove")
    assert mine().email == ""


def test_the_page_asks_for_the_code_and_takes_it(browser: Client, post: Post) -> None:
    page = browser.post("/desk/account/mail", {"email": NEW}, follow=True).content.decode()
    assert "填写核对码" in page
    assert NEW not in page

    no = browser.post("/desk/account/mail/confirm", {"code": "12"})
    assert "核对码不正确" in no.content.decode()
    set_scope(WORKER)
    row = MailProof.objects.get()
    assert row.tries == 1

    browser.post("/desk/account/mail/confirm", {"code": code_of(row)})
    assert mine().email == NEW


def test_the_page_says_what_is_no_address(browser: Client) -> None:
    page = browser.post("/desk/account/mail", {"email": "li"})

    assert page.status_code == 422
    assert "邮箱应为" in page.content.decode()


def test_long_after_the_sign_in_it_asks_for_the_password(browser: Client) -> None:
    account = mine()
    account.set_password("Lamp-post-7-green")
    account.save()
    browser.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = browser.session
    session["began"] = int((timezone.now() - timedelta(minutes=20)).timestamp())
    session.save()

    assert "当前密码" in browser.get("/desk/account/mail").content.decode()
    browser.post("/desk/account/mail", {"email": NEW})
    assert mine().email == ""


def test_nobody_signed_out_opens_it(client: Client) -> None:
    assert client.get("/desk/account/mail").status_code in {302, 404}
    assert client.post("/desk/account/mail", {"email": NEW}).status_code in {302, 404}


def test_an_administrator_never_sees_it(browser: Client) -> None:
    browser.post("/desk/account/mail", {"email": NEW})
    keeper = person(Role.SYS_ADMIN, configured.QUANYU_CITY, name="钱一")
    page = administrator(keeper)

    for url in ("/desk/people", f"/desk/people/{mine().pk}"):
        answer = page.get(url)
        assert answer.status_code == 200
        assert NEW not in answer.content.decode()
