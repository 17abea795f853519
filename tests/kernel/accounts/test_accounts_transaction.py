"""One request, one transaction (一次请求一个事务)."""

import pytest
from django.test import Client

from quanyu.kernel.audit.models import Record


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("status", [200, 302, 404, 409, 422, 429])
def test_an_answer_below_500_commits(status: int, browser: Client) -> None:
    browser.get(f"/write/{status}")

    assert Record.objects.filter(topic="test.write").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_fault_that_is_answered_rolls_back(browser: Client) -> None:
    browser.get("/write/503")

    assert not Record.objects.filter(topic="test.write").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore")
def test_a_fault_that_is_raised_rolls_back() -> None:
    browser = Client(raise_request_exception=False)

    answer = browser.get("/fail")

    assert answer.status_code == 500
    assert not Record.objects.filter(topic="test.write").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("path", "inside"), [("/transacting", True), ("/healthz", False), ("/readyz", False)]
)
def test_the_signs_of_life_need_no_transaction(path: str, inside: bool, browser: Client) -> None:
    assert browser.get(path).json() == {"in_transaction": inside}
