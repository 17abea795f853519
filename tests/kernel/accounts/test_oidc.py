"""Signing in by the city's identity provider (统一身份认证登录): a real one, on loopback."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import signing
from django.test import Client

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.accounts import actions, means, oidc
from quanyu.kernel.accounts.models import Account, Identity, SessionRow
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from tests.kernel.accounts.cast import CITY, SECRET, Hire, acting_as, code_now
from tests.kernel.accounts.provider import Provider, running

SignIn = Callable[..., Any]
Come = Callable[..., Any]


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running() as started:
        yield started


@pytest.fixture(autouse=True)
def switched_on(provider: Provider, settings: Any) -> None:
    settings.QUANYU_OIDC_ISSUER = provider.url
    settings.QUANYU_OIDC_CLIENT_ID = "quanyu"
    settings.QUANYU_OIDC_CLIENT_SECRET = "a secret of the tests"


@pytest.fixture
def come(browser: Client, provider: Provider) -> Come:
    """Go to the provider, sign in there as a subject, and come back."""

    def came(subject: str, client: Client = browser, query: str = "") -> Any:
        asked = client.get(f"/desk/sign-in/oidc{query}").headers["Location"]
        return client.get(provider.approve(asked, subject))

    return came


@pytest.fixture
def linked(worker: Account, demo: Actor, now: datetime, provider: Provider) -> Account:
    """A worker whose subject ``s-1`` is linked."""
    link(worker, provider, demo, now)
    return worker


def link(
    account: Account, provider: Provider, actor: Actor, at: datetime, subject: str = "s-1"
) -> None:
    actions.link_subject(account=account, issuer=provider.url, subject=subject, actor=actor, at=at)


def said(answer: Any) -> str:
    sentence: str = answer.context["refusal"]["sentence"]
    return sentence


# ------------------------------------------------------------------ the way there
def test_asks_with_state_nonce_and_a_challenge_for_the_subject_alone(
    db: None, browser: Client
) -> None:
    asked = urlsplit(browser.get("/desk/sign-in/oidc").headers["Location"])

    given = {name: values[0] for name, values in parse_qs(asked.query).items()}
    assert given["redirect_uri"] == "http://testserver/desk/sign-in/oidc/back"
    assert (given["scope"], given["response_type"]) == ("openid", "code")
    assert given["code_challenge_method"] == "S256"
    assert min(len(given[name]) for name in ("state", "nonce", "code_challenge")) > 30


def test_opens_no_session_for_who_only_looks(db: None, browser: Client) -> None:
    browser.get("/desk/sign-in/oidc")

    assert not SessionRow.objects.exists()


def test_stands_on_the_sign_in_page(db: None, browser: Client) -> None:
    assert "统一身份认证登录" in browser.get("/desk/sign-in").content.decode()


def test_is_not_there_when_the_settings_name_no_provider(
    db: None, browser: Client, settings: Any
) -> None:
    settings.QUANYU_OIDC_CLIENT_SECRET = ""

    paths = ("/desk/sign-in/oidc", "/desk/sign-in/oidc/back")
    assert [browser.get(path).status_code for path in paths] == [404, 404]
    assert "统一身份认证登录" not in browser.get("/desk/sign-in").content.decode()


# ------------------------------------------------------------------ back again
def test_signs_in_whose_subject_is_linked(linked: Account, browser: Client, come: Come) -> None:
    answer = come("s-1")

    assert answer.headers["Location"] == "/desk/"
    assert browser.get("/who").json()["id"] == str(linked.pk)


def test_leads_to_the_page_that_was_asked_for(linked: Account, come: Come) -> None:
    answer = come("s-1", query="?next=/desk/matters%3Fstate=filed")

    assert answer.headers["Location"] == "/desk/matters?state=filed"


def test_leads_nowhere_else(linked: Account, come: Come) -> None:
    assert come("s-1", query="?next=//elsewhere.example/").headers["Location"] == "/desk/"


def test_is_written_down(linked: Account, come: Come) -> None:
    come("s-1")

    topics = set(Record.objects.filter(actor_id=linked.pk).values_list("topic", flat=True))
    assert {"accounts.vouched", "accounts.sign_in"} <= topics


def test_makes_no_account_of_an_unknown_subject(
    worker: Account, browser: Client, come: Come
) -> None:
    answer = come("nobody-yet")

    assert said(answer) == "您的统一身份还没有绑定本系统的账号"
    assert answer.context["code"].replace("-", "") == Identity.objects.get().code
    assert Account.objects.count() == 1
    assert browser.get("/who").json()["kind"] == "reporter"


def test_links_nobody_by_name_or_mail(hire: Hire, browser: Client, come: Come) -> None:
    hire(["zhou.ming", "city.example.cn"][0], Role.DISPATCHER)

    come("zhou.ming")

    assert browser.get("/who").json()["kind"] == "reporter"


def test_shows_an_unknown_subject_the_same_code_again(db: None, come: Come) -> None:
    first = come("nobody-yet").context["code"]

    assert come("nobody-yet").context["code"] == first


def test_refuses_the_subject_of_a_closed_account(
    linked: Account, demo: Actor, now: datetime, come: Come
) -> None:
    actions.end_account(account=linked, reason="离职", actor=demo, at=now)

    assert said(come("s-1")) == "您的账号已停用，不能登录"


def test_asks_an_administrator_for_the_second_factor_all_the_same(
    hire: Hire, demo: Actor, now: datetime, provider: Provider, browser: Client, come: Come
) -> None:
    account = hire("admin", Role.SEC_ADMIN, CITY)
    actions.enrol_totp(account=account, secret=SECRET, actor=demo, at=now)
    actions.link_own(
        account=account,
        issuer=provider.url,
        subject="s-9",
        actor=acting_as(account, now),
        at=now,
    )

    answer = come("s-9")

    assert answer.headers["Location"] == "/desk/sign-in/code"
    assert browser.get("/who").json()["kind"] == "reporter"
    browser.post("/desk/sign-in/code", {"code": code_now()})
    assert browser.get("/who").json()["roles"] == ["sec_admin"]


def test_gives_an_administrator_without_a_second_factor_nothing(
    hire: Hire, now: datetime, provider: Provider, browser: Client, come: Come
) -> None:
    account = hire("admin", Role.SEC_ADMIN, CITY)
    actor = acting_as(account, now)
    actions.link_own(account=account, issuer=provider.url, subject="s-9", actor=actor, at=now)

    come("s-9")

    assert browser.get("/who").json()["roles"] == []
    assert browser.get("/desk/").headers["Location"].startswith("/desk/second-factor")


def test_does_not_ask_for_a_new_password_that_was_not_used(
    linked: Account, browser: Client, come: Come
) -> None:
    Account.objects.filter(pk=linked.pk).update(must_change_password=True)

    come("s-1")

    assert browser.get("/who").json()["roles"] == ["dispatcher"]


def test_changes_the_person_who_sits_there(
    linked: Account, hire: Hire, browser: Client, provider: Provider, sign_in: SignIn
) -> None:
    hire("wang.wu", Role.DISPATCHER)
    asked = browser.get("/desk/sign-in/oidc").headers["Location"]
    sign_in("wang.wu")

    browser.get(provider.approve(asked, "s-1"))

    assert browser.get("/who").json()["id"] == str(linked.pk)


# ------------------------------------------------------------------ what goes wrong is said
def test_says_that_the_person_declined(db: None, browser: Client, provider: Provider) -> None:
    asked = browser.get("/desk/sign-in/oidc").headers["Location"]

    answer = browser.get(provider.deny(asked))

    assert (answer.status_code, said(answer)) == (422, "您取消了登录，或统一身份认证没有准许")
    assert Record.objects.filter(topic="accounts.vouching_denied").exists()


EXPIRED = "这次登录已超过十分钟，或已用过，请重新开始"


def test_says_that_another_browser_began(
    linked: Account, browser: Client, provider: Provider
) -> None:
    asked = browser.get("/desk/sign-in/oidc").headers["Location"]

    answer = Client().get(provider.approve(asked, "s-1"))

    assert said(answer) == EXPIRED


def test_says_that_it_took_too_long(
    linked: Account, browser: Client, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = browser.get("/desk/sign-in/oidc").headers["Location"]
    monkeypatch.setattr(oidc, "LIVES", -1)

    assert said(browser.get(provider.approve(asked, "s-1"))) == EXPIRED


def test_takes_no_answer_twice(linked: Account, browser: Client, provider: Provider) -> None:
    asked = browser.get("/desk/sign-in/oidc").headers["Location"]
    kept = browser.cookies[oidc.COOKIE].value
    back = provider.approve(asked, "s-1")
    browser.get(back)
    browser.post("/desk/sign-out")
    browser.cookies[oidc.COOKIE] = kept

    assert said(browser.get(back)) == EXPIRED


def test_takes_no_other_state(linked: Account, browser: Client, provider: Provider) -> None:
    asked = browser.get("/desk/sign-in/oidc").headers["Location"]

    answer = browser.get(provider.approve(asked, "s-1").replace("state=", "state=x"))

    assert said(answer) == EXPIRED


def test_takes_no_answer_to_another_question(
    linked: Account, browser: Client, provider: Provider
) -> None:
    asked = browser.get("/desk/sign-in/oidc").headers["Location"]
    kept = signing.loads(browser.cookies[oidc.COOKIE].value, salt=oidc.SALT)
    browser.cookies[oidc.COOKIE] = signing.dumps(kept | {"nonce": "another"}, salt=oidc.SALT)

    answer = browser.get(provider.approve(asked, "s-1"))

    assert said(answer) == "统一身份认证的答复不符合要求，请告诉系统管理员"
    assert browser.get("/who").json()["kind"] == "reporter"


def test_bears_any_sign_in_the_state(linked: Account, browser: Client) -> None:
    browser.get("/desk/sign-in/oidc")

    answer = browser.get("/desk/sign-in/oidc/back", {"code": "1", "state": "状态"})

    assert said(answer) == EXPIRED


def test_takes_no_invented_code(linked: Account, browser: Client) -> None:
    asked = urlsplit(browser.get("/desk/sign-in/oidc").headers["Location"])
    state = parse_qs(asked.query)["state"][0]

    answer = browser.get("/desk/sign-in/oidc/back", {"code": "invented", "state": state})

    assert (answer.status_code, said(answer)[:14]) == (422, "统一身份认证的答复不符合要求")


def test_says_that_the_provider_is_down(db: None, browser: Client, settings: Any) -> None:
    settings.QUANYU_OIDC_ISSUER = "http://127.0.0.1:9"

    answer = browser.get("/desk/sign-in/oidc")

    assert (answer.status_code, said(answer)) == (422, "统一身份认证暂时连接不上，请稍后再试")


@pytest.mark.parametrize("issuer", ["http://idp.city.example.cn", "ftp://127.0.0.1.example"])
def test_talks_over_no_open_line(issuer: str, db: None, browser: Client, settings: Any) -> None:
    settings.QUANYU_OIDC_ISSUER = issuer

    assert said(browser.get("/desk/sign-in/oidc"))[:14] == "统一身份认证的答复不符合要求"


def test_lets_nobody_fill_the_log(db: None, browser: Client) -> None:
    def decline() -> int:
        asked = urlsplit(browser.get("/desk/sign-in/oidc").headers.get("Location", ""))
        state = parse_qs(asked.query).get("state", [""])[0]
        given = {"error": "access_denied", "state": state}
        return browser.get("/desk/sign-in/oidc/back", given).status_code

    answers = [decline() for _time in range(62)]

    assert answers.count(429) >= 1
    assert Record.objects.filter(topic="accounts.vouching_denied").count() <= 60


# ------------------------------------------------------------------ linking
def test_links_the_person_who_has_just_signed_in(
    worker: Account, browser: Client, sign_in: SignIn, come: Come
) -> None:
    sign_in("zhou.ming")
    browser.post("/desk/account/identity")

    answer = come("s-1")

    assert answer.headers["Location"] == "/desk/account"
    assert Identity.objects.get(subject="s-1").account_id == worker.pk


def test_links_nobody_who_did_not_ask_for_it(
    worker: Account, browser: Client, sign_in: SignIn
) -> None:
    sign_in("zhou.ming")

    assert browser.get("/desk/sign-in/oidc").headers["Location"] == "/desk/"


def test_asks_for_the_password_late_in_a_session(
    worker: Account, browser: Client, sign_in: SignIn
) -> None:
    sign_in("zhou.ming")
    session = browser.session
    session["began"] -= 660
    session.save()

    answer = browser.post("/desk/account/identity", {"current": "wrong"})

    assert said(answer) == "当前密码不正确"


def test_links_no_subject_of_somebody_else(
    linked: Account, hire: Hire, browser: Client, sign_in: SignIn, come: Come
) -> None:
    hire("wang.wu", Role.DISPATCHER)
    sign_in("wang.wu")
    browser.post("/desk/account/identity")

    assert said(come("s-1")) == "这个统一身份已绑定另一个账号"


def test_links_by_the_code_that_the_person_was_shown(
    hire: Hire, system_administrator: Actor, now: datetime, browser: Client, come: Come
) -> None:
    somebody_new = hire("li.na", password=None)
    code = come("s-1").context["code"].lower()
    actions.link_by_code(account=somebody_new, code=code, actor=system_administrator, at=now)

    come("s-1")

    assert browser.get("/who").json()["id"] == str(somebody_new.pk)


@pytest.mark.parametrize("way", ["code", "subject"])
def test_an_identity_that_an_administrator_links_waits_for_another(
    way: str,
    worker: Account,
    system_administrator: Actor,
    security_administrator: Actor,
    now: datetime,
    provider: Provider,
    browser: Client,
    come: Come,
) -> None:
    if way == "code":
        code = come("s-1").context["code"]
        actions.link_by_code(account=worker, code=code, actor=system_administrator, at=now)
    else:
        link(worker, provider, system_administrator, now)

    assert said(come("s-1")) == "您的统一身份要等安全管理员当面核对本人后才能使用"
    assert browser.get("/who").json()["kind"] == "reporter"

    way_id = Identity.objects.get().pk
    given: dict[str, Any] = {"account": worker, "way_id": way_id, "at": now}
    actions.confirm_way_in(actor=security_administrator, **given)
    come("s-1")
    assert browser.get("/who").json()["id"] == str(worker.pk)


def test_an_identity_that_waits_is_shown_so_and_confirmed_by_no_system_administrator(
    worker: Account, system_administrator: Actor, now: datetime, provider: Provider
) -> None:
    link(worker, provider, system_administrator, now)
    way_id = Identity.objects.get().pk

    assert means.of(worker).waits
    with pytest.raises(Denied):
        actions.confirm_way_in(account=worker, way_id=way_id, actor=system_administrator, at=now)


def test_a_code_is_good_for_a_week(
    worker: Account, system_administrator: Actor, now: datetime, come: Come
) -> None:
    code = come("s-1").context["code"]
    later = now + timedelta(days=7, minutes=1)

    with pytest.raises(Exception, match="没有找到这个绑定码"):
        actions.link_by_code(account=worker, code=code, actor=system_administrator, at=later)


def test_a_subject_that_nobody_links_is_forgotten(db: None, now: datetime, come: Come) -> None:
    come("s-1")

    actions.sweep_identities(at=now + timedelta(days=7, minutes=1))

    assert not Identity.objects.exists()


def test_keeps_the_subject_and_nothing_else(linked: Account, provider: Provider) -> None:
    kept = Identity.objects.get()

    assert (kept.issuer, kept.subject) == (provider.url, "s-1")
    assert {field.name for field in Identity._meta.fields} == {
        *("id", "issuer", "subject", "account", "code", "made_at", "linked_at", "linked_by"),
        *("needs_confirmation", "confirmed_by", "confirmed_at"),
    }


# ------------------------------------------------------------------ leaving
def test_leaving_takes_access_at_once_in_every_browser(
    linked: Account, demo: Actor, now: datetime, browser: Client, come: Come
) -> None:
    other = Client()
    come("s-1")
    come("s-1", other)

    actions.end_account(account=linked, reason="离职", actor=demo, at=now)

    assert [one.get("/who").json()["kind"] for one in (browser, other)] == ["reporter"] * 2


def test_unlinking_ends_what_it_opened_and_nothing_else(
    linked: Account,
    system_administrator: Actor,
    now: datetime,
    browser: Client,
    come: Come,
    sign_in: SignIn,
) -> None:
    other = Client()
    come("s-1", other)
    sign_in("zhou.ming")

    actions.unlink(account=linked, actor=system_administrator, at=now)

    assert other.get("/who").json()["kind"] == "reporter"
    assert browser.get("/who").json()["kind"] == "person"
    assert said(come("s-1", other)) == "您的统一身份还没有绑定本系统的账号"


def test_unlinks_ones_own(linked: Account, browser: Client, sign_in: SignIn) -> None:
    sign_in("zhou.ming")

    browser.post("/desk/account/identity/unlink")

    assert not Identity.objects.exists()


def test_leaves_one_who_has_no_password_a_way_in(
    linked: Account, browser: Client, come: Come
) -> None:
    Account.objects.filter(pk=linked.pk).update(password="!")  # noqa: S106
    come("s-1")

    answer = browser.post("/desk/account/identity/unlink")

    assert said(answer) == "您没有密码，解除后将无法登录，请找系统管理员办理"


# ------------------------------------------------------------------ passwords switched off
def test_passwords_are_off_for_staff_when_the_city_says_so(
    linked: Account, sign_in: SignIn, settings: Any
) -> None:
    settings.QUANYU_OIDC_ONLY = True

    assert said(sign_in("zhou.ming")) == "密码登录已关闭，请用统一身份认证登录"


def test_passwords_stay_on_for_administrators(hire: Hire, sign_in: SignIn, settings: Any) -> None:
    settings.QUANYU_OIDC_ONLY = True
    hire("admin", Role.SYS_ADMIN, CITY)

    assert sign_in("admin").status_code == 302


# ------------------------------------------------------------------ strangers
def test_a_stranger_links_nobody(
    worker: Account, stranger: Actor, now: datetime, provider: Provider
) -> None:
    with pytest.raises(Denied):
        link(worker, provider, stranger, now)


def test_a_stranger_links_nobody_by_code(
    worker: Account, stranger: Actor, now: datetime, come: Come
) -> None:
    code = come("s-1").context["code"]

    with pytest.raises(Denied):
        actions.link_by_code(account=worker, code=code, actor=stranger, at=now)


def test_a_stranger_does_not_link_themselves_to_somebody(
    worker: Account, stranger: Actor, now: datetime, provider: Provider
) -> None:
    with pytest.raises(Denied):
        actions.link_own(account=worker, issuer=provider.url, subject="s-2", actor=stranger, at=now)


def test_a_stranger_unlinks_nobody(linked: Account, stranger: Actor, now: datetime) -> None:
    with pytest.raises(Denied):
        actions.unlink(account=linked, actor=stranger, at=now)
