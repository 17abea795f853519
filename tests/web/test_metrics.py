"""The figures for Prometheus … are right, and for who runs the machine alone (监控指标)."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from tests.architecture.source import ROOT
from tests.kernel.jobs.test_failures import put

pytestmark = pytest.mark.django_db

LABELS = {"method", "route", "status", "task", "state", "finding", "release", "le"}
"""What a figure may be split by: never a person, an account, an address or a place."""


def read(client: Client, **headers: str) -> dict[str, list[Any]]:
    """Return the samples of each figure."""
    answer = client.get("/metrics", **headers)  # type: ignore[arg-type]
    assert answer.status_code == 200
    found: dict[str, list[Any]] = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample)
    return found


def test_count_an_answer_by_route(client: Client) -> None:
    def answered() -> float:
        wanted = {"method": "GET", "route": "follow/<str:code>", "status": "404"}
        samples = read(client).get("quanyu_requests_total", [])
        return sum(sample.value for sample in samples if sample.labels == wanted)

    before = answered()
    client.get("/follow/1111222233334444")

    assert answered() == before + 1


def test_name_no_path_and_no_odd_method(client: Client) -> None:
    client.generic("BREW", "/13800138000")

    text = client.get("/metrics").content.decode()

    assert 'method="other",route="-"' in text
    assert "13800138000" not in text
    assert "BREW" not in text


def test_count_no_person(client: Client) -> None:
    found = read(client)

    assert {name for samples in found.values() for one in samples for name in one.labels} <= LABELS
    assert not [name for name in found if re.search("account|session|user|person|online", name)]


def test_say_how_the_jobs_stand(client: Client) -> None:
    put(), put()

    jobs = {(s.labels["task"], s.labels["state"]): s.value for s in read(client)["quanyu_jobs"]}

    assert jobs["quanyu.tests.fall", "dead"] == 2
    levels = {s.labels["finding"]: s.value for s in read(client)["quanyu_finding_level"]}
    assert levels["jobs"] == 2


def test_say_how_everything_else_stands(client: Client) -> None:
    found = read(client)

    assert found["quanyu_database_up"][0].value == 1
    assert found["quanyu_database_bytes"][0].value > 1_000_000
    assert found["quanyu_disk_free_bytes"][0].value > 0
    assert found["quanyu_migrations_pending"][0].value == 0
    assert "quanyu_backup_age_seconds" not in found, "no backup has no age"


@pytest.mark.parametrize(
    "headers",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"HTTP_X_FORWARDED_FOR": "192.0.2.7"},
        {"HTTP_FORWARDED": "for=192.0.2.7"},
        {"HTTP_X_REAL_IP": "192.0.2.7"},
        {"REMOTE_ADDR": "here"},
        {"REMOTE_ADDR": "192.0.2.7", "HTTP_AUTHORIZATION": "Bearer "},
    ],
)
def test_are_not_there_for_the_world(client: Client, headers: dict[str, str]) -> None:
    assert client.get("/metrics", **headers).status_code == 404  # type: ignore[arg-type]


def test_are_not_there_for_this_machine_behind_a_proxy(client: Client, settings: Any) -> None:
    settings.QUANYU_HTTPS = True

    assert client.get("/metrics").status_code == 404


def test_are_there_for_who_has_the_token(client: Client, settings: Any) -> None:
    settings.QUANYU_METRICS_TOKEN = "a-long-token"
    settings.QUANYU_HTTPS = True

    def asked(given: str) -> int:
        headers = {"REMOTE_ADDR": "192.0.2.7", "HTTP_AUTHORIZATION": given}
        return client.get("/metrics", **headers).status_code  # type: ignore[arg-type]

    assert asked("Bearer a-long-token") == 200
    assert {asked(word) for word in ("Bearer wrong", "a-long-token", "Bearer 张三")} == {404}


PROGRAM = """
import django
django.setup()
from quanyu.web import counted
counted.count(method="GET", route="somewhere", status=200, seconds=0.1)
from prometheus_client import generate_latest
print(generate_latest(counted.registry()).decode())
"""


def test_are_added_up_over_processes(tmp_path: Path) -> None:
    made = os.environ | {
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "quanyu.project.settings",
        "PYTHONPATH": str(ROOT),
    }

    def counted() -> str:
        return subprocess.run(
            [sys.executable, "-P", "-c", PROGRAM],
            env=made,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    counted()

    told = 'quanyu_requests_total{method="GET",route="somewhere",status="200"} 2.0'
    assert told in counted()


def test_say_that_the_database_does_not_answer(tmp_path: Path) -> None:
    nowhere = "postgresql://nobody:none@127.0.0.1:1/none"
    asks = (
        "import django; django.setup()\n"
        "from django.db import connections\n"
        "connections['default'].settings_dict['OPTIONS']['pool']['timeout'] = 1\n"
        "from django.test import Client\n"
        "answer = Client().get('/metrics', HTTP_HOST='127.0.0.1')\n"
        "print(answer.status_code, answer.content.decode())"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", asks],
        env=os.environ
        | {
            "QUANYU_DATABASE_URL": nowhere,
            "QUANYU_POOL": "1",
            "DJANGO_SETTINGS_MODULE": "quanyu.project.settings",
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert done.startswith("200 ")
    assert "quanyu_database_up 0.0" in done
