"""The doctor says in plain words, in both languages, what is wrong (体检)."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from quanyu.kernel.operations import doctor
from quanyu.kernel.operations import home as homes
from quanyu.kernel.operations.embedded import Database
from quanyu.kernel.operations.faults import SENTENCES, Fault
from quanyu.kernel.operations.home import Home
from tests.operations.conftest import ROOT, said

UNWRITABLE = Path("/proc/quanyu")


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which another program listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


@pytest.fixture
def empty_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine on which no program is found."""
    monkeypatch.setenv("PATH", str(tmp_path))


def test_names_a_port_that_is_taken(taken: int, home: Home) -> None:
    code, words = said(["doctor", "--port", str(taken), "--home", str(home.path)])

    assert (code, f"端口 {taken} 已被其他程序占用" in words) == (11, True)


def test_says_the_same_where_the_fault_strikes(taken: int, home: Home) -> None:
    code, words = said(["demo", "--port", str(taken), "--home", str(home.path)])

    assert (code, f"端口 {taken} 已被其他程序占用" in words) == (11, True)


def test_speaks_english_to_who_reads_english(taken: int, home: Home) -> None:
    _, words = said(["demo", "--port", str(taken), "--home", str(home.path)], "en_GB.UTF-8")

    assert f"Port {taken} is taken by another program." in words


@pytest.mark.parametrize("verb", ["doctor", "demo", "migrate"])
def test_names_a_home_that_cannot_be_written(verb: str) -> None:
    code, words = said([verb, "--home", str(UNWRITABLE)])

    assert (code, "不可写" in words) == (12, True)


def test_names_a_disk_that_is_nearly_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(homes, "NEEDED_MB", 2**40)

    with pytest.raises(Fault) as refused:
        homes.prepare(tmp_path)

    assert "至少需要 1099511627776 MB" in refused.value.sentence("zh")


@pytest.mark.parametrize("verb", ["doctor", "demo"])
def test_names_data_of_a_newer_version(verb: str, home: Home) -> None:
    data = home.postgres / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("99\n")

    code, words = said([verb, "--home", str(home.path), "--port", "18731"])

    assert (code, "由 PostgreSQL 99 建立" in words) == (14, True)


def test_names_a_server_that_is_too_old() -> None:
    with pytest.raises(Fault) as refused:
        doctor.check_role(140009, "quanyu", is_super=False, bypasses=False)

    assert refused.value.sentence("en").startswith("The database server is PostgreSQL 14")


@pytest.mark.parametrize("verb", ["doctor", "migrate"])
def test_names_a_superuser(verb: str, embedded: Database, home: Home) -> None:
    url = embedded.admin_url

    code, words = said([verb, "--home", str(home.path)], QUANYU_DATABASE_URL=url, QUANYU_DEMO="1")

    assert (code, "quanyu_admin 是超级用户" in words) == (17, True)


@pytest.mark.parametrize("verb", ["doctor", "migrate"])
def test_names_a_role_that_sees_through_row_security(
    verb: str, embedded: Database, home: Home
) -> None:
    with psycopg.connect(embedded.admin_url) as admin:
        admin.execute("drop role if exists seer")
        admin.execute("create role seer login bypassrls password 'sees'")
    url = embedded.url.replace(embedded.url.split("@")[0], "postgresql://seer:sees")

    code, words = said([verb, "--home", str(home.path)], QUANYU_DATABASE_URL=url, QUANYU_DEMO="1")

    assert (code, "seer 带有 BYPASSRLS" in words) == (18, True)


def test_names_a_role_that_cannot_make_what_tests_need(embedded: Database) -> None:
    with psycopg.connect(embedded.admin_url) as admin:
        admin.execute("drop role if exists plain")
        admin.execute("create role plain login password 'plain'")
    url = embedded.url.replace(embedded.url.split("@")[0], "postgresql://plain:plain")

    code, words = said(["test", "--database", url, "tests/web", "--co"])

    assert (code, "plain 须有 CREATEDB 和 CREATEROLE" in words) == (40, True)


def test_tests_on_the_server_that_is_named(embedded: Database) -> None:
    code, words = said(["test", "--database", embedded.url, "tests/web", "-q", "--co"])

    assert (code, "PostgreSQL 18" in words) == (0, True), words


@pytest.mark.parametrize("verb", ["doctor", "migrate"])
def test_names_a_database_that_does_not_answer(verb: str, home: Home) -> None:
    url = "postgresql://quanyu:x@127.0.0.1:1/quanyu"

    code, words = said([verb, "--home", str(home.path)], QUANYU_DATABASE_URL=url, QUANYU_DEMO="1")

    assert (code, "连不上数据库" in words) == (20, True)


def test_names_a_missing_browser(empty_path: None) -> None:
    with pytest.raises(Fault) as refused:
        doctor.check_chromium()

    assert refused.value.kind == "chromium_missing"


def test_names_missing_fonts(empty_path: None) -> None:
    with pytest.raises(Fault) as refused:
        doctor.check_fonts()

    assert refused.value.kind == "fonts_missing"


def test_names_a_python_that_is_too_old(tmp_path: Path) -> None:
    shutil.copy(ROOT / "run", tmp_path)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "demo.lock").touch()
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 && exit\nexit 1\n')
    old.chmod(0o755)

    done = subprocess.run(
        [str(tmp_path / "run"), "doctor"],
        env={"PATH": f"{tmp_path}:/bin", "LANG": "zh_CN.UTF-8", "QUANYU_PYTHON": str(old)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, "Python 3.9.2" in done.stderr) == (10, True)


def test_is_content_with_a_machine_that_has_everything(home: Home) -> None:
    code, words = said(["doctor", "--home", str(home.path), "--port", "18732"])

    assert (code, words) == (0, "一切正常。\n")


def test_has_a_code_of_its_own_for_a_word_that_is_no_verb() -> None:
    code, words = said(["governs"])

    assert (code, words.startswith("命令有误：")) == (2, True)


@pytest.mark.parametrize("kind", SENTENCES)
def test_says_every_fault_in_both_languages_and_fails(kind: str) -> None:
    fault = Fault(kind)

    assert fault.code > 0
    assert fault.sentence("zh") != fault.sentence("en")
