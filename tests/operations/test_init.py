"""Init makes an empty folder and an empty database a real city's (真实城市的初始化)."""

import base64
import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from quanyu.kernel.operations import installation
from quanyu.kernel.operations.embedded import Database
from quanyu.kernel.operations.faults import SENTENCES, Fault
from quanyu.kernel.operations.home import Home
from tests.operations.conftest import said

URL = "https://quanyu.hefei.test"
LINK = re.compile(r"(\w+): https://quanyu\.hefei\.test/desk/welcome/[\w-]{43} ")
SECRETS = ("QUANYU_SECRET_KEY", "QUANYU_FIELD_KEYS", "QUANYU_INDEX_KEY")
Databases = Callable[[str], str]


@dataclass(frozen=True)
class City:
    """A home that was set up, what the command said, and its database."""

    home: Home
    url: str
    said: str

    def words(self, verb: str, *more: str) -> list[str]:
        """Return a command about this home."""
        return [verb, *more, "--home", str(self.home.path)]

    def secrets(self) -> dict[str, str]:
        """Return the secrets of the home."""
        found: dict[str, str] = json.loads((self.home.path / "secrets.json").read_text())
        return found


@pytest.fixture(scope="session")
def database(embedded: Database) -> Databases:
    """Make an empty database, owned by a role that is no superuser and may make no role."""
    with psycopg.connect(embedded.admin_url, autocommit=True) as admin:
        admin.execute("create role \"city.owner\" login password 'own er'")
        # It belongs to the server as a whole; a city's administrator makes it beforehand.
        if not admin.execute("select from pg_roles where rolname = 'quanyu_app'").fetchone():
            admin.execute("create role quanyu_app nologin")
        admin.execute('grant quanyu_app to "city.owner"')

    def made(name: str) -> str:
        with psycopg.connect(embedded.admin_url, autocommit=True) as admin:
            admin.execute(f'create database {name} owner "city.owner"')
        place = embedded.url.rpartition("@")[2].rpartition("/")[0]
        return f"postgresql://city.owner:own%20er@{place}/{name}"

    return made


def init(path: Path, *words: str, **more: str) -> tuple[int, str]:
    """Run the command where there is no terminal."""
    return said(["init", "--home", str(path), *words], **more)


@pytest.fixture(scope="session")
def city(database: Databases) -> Iterator[City]:
    """A city that was set up by the options of the command."""
    with tempfile.TemporaryDirectory(prefix="quanyu-city-") as folder:
        path, url = Path(folder) / "home", database("city_one")
        code, words = init(path, "--city", "340100", "--database", url, "--url", URL)
        assert code == 0, words
        yield City(Home(path), url, words)


@pytest.fixture(scope="session")
def copied(embedded: Database, city: City) -> Databases:
    """Make a database as that city's is: to migrate one anew takes half a minute."""

    def made(name: str) -> str:
        with psycopg.connect(embedded.admin_url, autocommit=True) as admin:
            admin.execute(f'create database {name} template city_one owner "city.owner"')
        return f"{city.url.rpartition('/')[0]}/{name}"

    return made


MIGRATED = ["django_migrations", "django_content_type", "auth_permission"]
"""The tables into which migrating writes."""


@pytest.fixture
def migrated(copied: Databases) -> Databases:
    """Make a database that was migrated and has nothing in it."""

    def made(name: str) -> str:
        url = copied(name)
        with psycopg.connect(url) as owner:
            tables = owner.execute(
                "select format('%%I.%%I', schemaname, tablename) from pg_tables"
                " where schemaname in ('city', 'queue') and tablename <> all (%s)",
                [MIGRATED],
            ).fetchall()
            owner.execute(f"truncate {', '.join(table for (table,) in tables)}")
        return url

    return made


# ------------------------------------------------------------------ what it makes


def test_prints_a_link_for_each_of_the_three_administrators(city: City) -> None:
    assert LINK.findall(city.said) == ["auditadmin", "secadmin", "sysadmin"]


def test_says_the_database_without_its_password(city: City) -> None:
    assert "city.owner@127.0.0.1" in city.said
    assert not re.search("own( |%20)er", city.said)


@pytest.mark.parametrize("name", ["settings.json", "secrets.json"])
def test_keeps_files_that_its_owner_alone_may_read(city: City, name: str) -> None:
    assert stat.S_IMODE((city.home.path / name).stat().st_mode) == 0o600


def test_keeps_no_secret_in_the_database(city: City) -> None:
    with psycopg.connect(city.url) as owner:
        rows = owner.execute("select row_to_json(k)::text from city.privacy_keymark k").fetchall()
    keys = [*json.loads(city.secrets()["QUANYU_FIELD_KEYS"]).values(), *city.secrets().values()]

    assert len(rows) == 2
    assert not any(key in str(rows) for key in keys)


def test_enters_three_accounts_without_a_password(city: City) -> None:
    with psycopg.connect(city.url) as owner:
        rows = owner.execute(
            "select username, left(password, 1), role, region_path from city.accounts_account a"
            " join city.accounts_grantrow g on g.account_id = a.id order by username"
        ).fetchall()

    assert rows == [
        ("auditadmin", "!", "audit_admin", "34/01/"),
        ("secadmin", "!", "sec_admin", "34/01/"),
        ("sysadmin", "!", "sys_admin", "34/01/"),
    ]


def test_a_second_time_changes_nothing(city: City) -> None:
    before = city.secrets(), installation.settings(city.home)

    code, words = init(city.home.path)

    assert (code, LINK.findall(words)) == (0, [])
    assert "./run link sysadmin" in words
    assert (city.secrets(), installation.settings(city.home)) == before


def test_makes_new_links_when_asked_for_them(city: City) -> None:
    code, words = init(city.home.path, "--new-links")

    assert (code, len(LINK.findall(words))) == (0, 3)


def test_makes_a_link_for_one_account(city: City) -> None:
    code, words = said(city.words("link", "secadmin"))

    assert (code, "secadmin: https://quanyu.hefei.test/desk/welcome/" in words) == (0, True)


def test_makes_no_link_for_nobody(city: City) -> None:
    code, words = said(city.words("link", "nobody"))

    assert (code, "没有用户名为 nobody 的账号" in words) == (58, True)


def test_refuses_to_become_another_city(city: City) -> None:
    code, words = init(city.home.path, "--city", "340200")

    assert (code, "QUANYU_CITY=34/01/" in words) == (55, True)


def test_refuses_to_become_the_demo(city: City) -> None:
    code, words = said(city.words("demo", "--port", "18741"))

    assert (code, "属于真实的城市" in words) == (57, True)


def test_the_demo_refuses_to_become_a_city(tmp_path: Path) -> None:
    installation.write_settings(Home(tmp_path), {"QUANYU_DEMO": "1"})

    code, words = init(tmp_path, "--city", "340100", "--database", "embedded", "--url", URL)

    assert (code, "属于示例城市" in words) == (56, True)


def test_seeding_again_adds_nothing(city: City) -> None:
    code, words = said(city.words("seed"), "en_GB.UTF-8")

    assert (code, words.count("added 0; changed by release 0; kept as the city set 0")) == (0, 4)
    assert words.endswith("party rules: added 0\nposts: added 0\n")


def test_founds_a_city_whose_divisions_do_not_ship(migrated: Databases, tmp_path: Path) -> None:
    url = migrated("city_two")

    code, words = init(
        tmp_path, "--city", "320500", "--name", "苏州市", "--database", url, "--url", URL
    )

    assert (code, "苏州市  32/05/" in words, "./run import divisions" in words) == (0, True, True)


def test_goes_on_where_it_was_cut_short(city: City, copied: Databases, tmp_path: Path) -> None:
    words = ["--city", "340100", "--database", copied("city_three"), "--url", URL]
    home = shutil.copytree(city.home.path, tmp_path / "home")
    first = (home / "secrets.json").read_text()
    (home / "settings.json").unlink()

    refused, _why = said(["migrate", "--home", str(home)])
    code, printed = init(home, *words)

    assert (refused, code, len(LINK.findall(printed))) == (33, 0, 3)
    assert (home / "secrets.json").read_text() == first


# ------------------------------------------------------------------ what it refuses


@pytest.mark.parametrize("option", ["--city", "--database", "--url"])
def test_names_the_option_that_is_missing(option: str, city: City, tmp_path: Path) -> None:
    given = {"--city": "340100", "--database": city.url, "--url": URL}
    words = [word for pair in given.items() if pair[0] != option for word in pair]

    code, told = init(tmp_path, *words)

    assert (code, f"请加上选项 {option}" in told) == (54, True)


@pytest.mark.parametrize(("code", "allowed"), [("990100", "11, 12, 13"), ("340199", "随附")])
def test_refuses_a_city_in_no_list(
    code: str, allowed: str, database: Databases, tmp_path: Path
) -> None:
    url = database(f"city_none_{code}")

    left, words = init(tmp_path, "--city", code, "--database", url, "--url", URL)

    assert (left, allowed in words) == (3, True)
    assert not (tmp_path / "settings.json").exists()


def test_refuses_a_superuser(embedded: Database, tmp_path: Path) -> None:
    url = embedded.admin_url

    code, words = init(tmp_path, "--city", "340100", "--database", url, "--url", URL)

    assert (code, "是超级用户" in words) == (17, True)


def test_refuses_a_role_that_does_not_own_the_database(
    embedded: Database, database: Databases, tmp_path: Path
) -> None:
    url = database("city_four")
    with psycopg.connect(embedded.admin_url, autocommit=True) as admin:
        admin.execute("alter database city_four owner to quanyu_admin")

    code, words = init(tmp_path, "--city", "340100", "--database", url, "--url", URL)

    assert (code, "ALTER DATABASE city_four OWNER TO city.owner" in words) == (39, True)


def test_refuses_a_database_that_does_not_answer(tmp_path: Path) -> None:
    url = "postgresql://quanyu:hidden@127.0.0.1:1/quanyu"

    code, words = init(tmp_path, "--city", "340100", "--database", url, "--url", URL)

    assert (code, "hidden" in words) == (20, False)


@pytest.mark.parametrize("url", ["mysql://u:hidden@h/d", "postgresql:///d", "u:hidden@h"])
def test_refuses_what_is_no_address_without_repeating_it(url: str, tmp_path: Path) -> None:
    code, words = init(tmp_path, "--city", "340100", "--database", url, "--url", URL)

    assert (code, "hidden" in words) == (54, False)


def test_refuses_a_folder_that_cannot_be_written() -> None:
    code, _words = init(Path("/proc/quanyu"), "--city", "340100")

    assert code == 12


# ------------------------------------------------------------------ what runs afterwards


@pytest.mark.parametrize("verb", ["serve", "worker", "migrate", "seed"])
def test_nothing_runs_in_a_home_that_was_never_set_up(verb: str, tmp_path: Path) -> None:
    code, words = said([verb, "--home", str(tmp_path)])

    assert (code, "请先运行 ./run init" in words) == (33, True)


def test_nothing_runs_with_files_that_others_can_read(
    city: City, lent: Callable[[str], Path]
) -> None:
    lent("secrets.json").chmod(0o640)

    code, words = said(city.words("serve"))

    assert (code, "chmod 600" in words) == (37, True)


def test_nothing_runs_without_secrets(city: City, lent: Callable[[str], Path]) -> None:
    lent("secrets.json").unlink()

    code, words = said(city.words("serve"))

    assert (code, "QUANYU_INDEX_KEY" in words) == (34, True)


def test_nothing_runs_with_the_keys_of_another(city: City) -> None:
    other = base64.b64encode(os.urandom(32)).decode()

    code, words = said(city.words("serve"), QUANYU_FIELD_KEYS=json.dumps({"1": other}))

    assert (code, "另外的密钥" in words) == (38, True)


def test_the_doctor_looks_at_the_files_too(city: City, lent: Callable[[str], Path]) -> None:
    lent("settings.json").chmod(0o644)

    code, words = said(city.words("doctor", "--port", "18742"))

    assert (code, "settings.json 的权限是 0644" in words) == (37, True)


def test_the_doctor_knows_another_citys_keys(city: City) -> None:
    other = base64.b64encode(os.urandom(32)).decode()

    code, words = said(city.words("doctor", "--port", "18742"), QUANYU_INDEX_KEY=other)

    assert (code, "（index）" in words) == (38, True)


@pytest.fixture
def lent(city: City) -> Iterator[Callable[[str], Path]]:
    """Give a file of the home to spoil; it is put back afterwards."""
    files = {name: city.home.path / name for name in ("secrets.json", "settings.json")}
    kept = {path: path.read_text() for path in files.values()}
    yield files.__getitem__
    for path, text in kept.items():
        path.write_text(text)
        path.chmod(0o600)


# ------------------------------------------------------------------ what a secret must be


@pytest.fixture
def secrets() -> dict[str, str]:
    """Secrets as chance makes them."""
    return {
        "QUANYU_SECRET_KEY": base64.urlsafe_b64encode(os.urandom(48)).decode(),
        "QUANYU_FIELD_KEYS": json.dumps({"1": base64.b64encode(os.urandom(32)).decode()}),
        "QUANYU_INDEX_KEY": base64.b64encode(os.urandom(32)).decode(),
    }


def kind_of(values: dict[str, str]) -> str:
    """Return what is wrong with these secrets, nothing if they are right."""
    try:
        installation.check_secrets(values)
    except Fault as fault:
        return fault.kind
    return ""


def test_secrets_made_by_chance_are_taken(secrets: dict[str, str]) -> None:
    assert kind_of(secrets) == ""


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_that_is_missing_is_named(name: str, secrets: dict[str, str]) -> None:
    del secrets[name]

    with pytest.raises(Fault, match=name):
        installation.check_secrets(secrets)


ZEROS = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("QUANYU_SECRET_KEY", "abcdefghijklmnopqrstuvwxyz0123456789", "secrets_short"),
        ("QUANYU_SECRET_KEY", "a" * 64, "secrets_known"),
        ("QUANYU_SECRET_KEY", "django-insecure-0123456789abcdefghijklmnopqrstuvw", "secrets_known"),
        ("QUANYU_SECRET_KEY", "change-me-0123456789abcdefghijklmnopqrstuvwxyz012", "secrets_known"),
        ("QUANYU_INDEX_KEY", ZEROS, "secrets_known"),
        ("QUANYU_INDEX_KEY", "short", "secrets_misshapen"),
        ("QUANYU_FIELD_KEYS", json.dumps({"1": ZEROS}), "secrets_known"),
        ("QUANYU_FIELD_KEYS", "{}", "secrets_misshapen"),
        ("QUANYU_FIELD_KEYS", "[1]", "secrets_misshapen"),
        ("QUANYU_FIELD_KEYS", '{"zero": "x"}', "secrets_misshapen"),
        ("QUANYU_FIELD_KEYS", "no json", "secrets_misshapen"),
    ],
)
def test_a_weak_secret_is_refused(
    name: str, value: str, kind: str, secrets: dict[str, str]
) -> None:
    assert kind_of({**secrets, name: value}) == kind


def test_one_key_does_not_serve_twice(secrets: dict[str, str]) -> None:
    twice = json.dumps({"1": secrets["QUANYU_INDEX_KEY"]})

    assert kind_of({**secrets, "QUANYU_FIELD_KEYS": twice}) == "secrets_known"


def test_each_fault_has_a_code_that_scripts_can_tell() -> None:
    assert {SENTENCES[kind].code for kind in ("not_initialised", "secrets_missing")} == {33, 34}
