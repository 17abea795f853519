"""import events … brings in another system's year, once, as the history it is (历史事项导入)."""

import csv
import json
import re
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse

from quanyu.events import actions, queries
from quanyu.events.actions import past as verbs
from quanyu.events.engine import mapping
from quanyu.events.engine.mapping import BadMapping
from quanyu.events.engine.past import Past
from quanyu.events.models import Event, EventStep, Origin
from quanyu.events.queries import escalating
from quanyu.events.queries import past as reads
from quanyu.events.queries.past import Ground
from quanyu.events.rules import Filters
from quanyu.kernel.access.rules import REPORTER, Actor, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.audit import queries as audit
from quanyu.kernel.audit import rules as audit_rules
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.kernel.operations.faults import Fault
from quanyu.kernel.privacy import actions as privacy
from quanyu.kernel.privacy.rules import FADED
from quanyu.project import past as command
from quanyu.regions import queries as regions
from tests.conftest import POINT, ROOT, found
from tests.seat import browser_of

CITY = settings.QUANYU_CITY
SYSTEM = system(CITY, job="tests import")
OPENED = datetime(2025, 7, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)
DUE = OPENED + 3 * DAY
ONE = Past(
    number="A-1",
    title="路灯不亮",
    text="路灯不亮；三盏",
    address="三里庵街道路口",
    lon=POINT[0],
    lat=POINT[1],
    opened=OPENED,
    due=DUE,
    closed=OPENED + 2 * DAY,
    outcome="已换灯泡",
    class_said="lamp",
    class_code="P0118",
    body_said="Lights",
    body_code="",
    channel="phone",
    place_said="",
    place_code="",
)
OPEN = replace(ONE, number="A-2", closed=None, outcome="")
TOLD: dict[str, Any] = {
    "source": "old",
    "zone": "Asia/Shanghai",
    "columns": {
        "number": "id",
        "text": "said",
        "opened": "opened",
        "due": "due",
        "closed": "closed",
        "on_time": "flag",
    },
    "on_time": {"yes": ["Y"], "no": ["N"]},
    "texts": "keep",
}


@pytest.fixture
def take(db: None, at: datetime) -> Any:
    """Bring in matters as the command does."""

    def done(*rows: Past, texts: str = "law", actor: Actor = SYSTEM) -> verbs.Taken:
        set_scope(actor)
        given: dict[str, Any] = {"rows": rows, "source": "old", "ground": Ground(CITY, {})}
        return verbs.take_past(**given, texts=texts, actor=actor, at=at)

    return done


def standing(number: str = "A-1") -> Event:
    """Return a matter that was brought in."""
    set_scope(SYSTEM)
    return Event.objects.get(origin__number=number)


# ------------------------------------------------------------------ what stands afterwards


def test_writes_the_matter_its_story_and_its_origin(take: Any) -> None:
    taken = take(ONE)

    event, grid = standing(), regions.locate_point(*POINT).path
    assert (taken.new, taken.without_words) == (1, 0)
    assert (event.state, event.region_path, event.category) == ("closed", grid, "P0118")
    assert (event.reported_at, event.closed_at, event.due_at) == (ONE.opened, ONE.closed, ONE.due)
    steps = EventStep.objects.filter(case=event).order_by("number")
    told = [(one.verb, one.at, one.actor_kind, one.facts["imported"]) for one in steps]
    assert told == [
        ("start", ONE.opened, "system", "old"),
        ("close", ONE.closed, "system", "old"),
    ]
    assert (event.origin.body_said, event.origin.class_said) == ("Lights", "lamp")


def test_leaves_one_record_for_each_whose_digest_the_story_proves(take: Any) -> None:
    take(ONE)

    event = standing()
    record = Record.objects.get(topic="event.import")
    facts = {"source": "old", "number": "A-1", "mark": bytes(event.origin.mark).hex()}
    salt = bytes(EventStep.objects.get(case=event, number=1).salt)
    assert record.subject == f"events.event:{event.pk}"
    assert record.digest == audit_rules.digest(facts, salt=salt)
    assert record.fingerprint == audit_rules.fingerprint(record.parts())
    assert record.job == "tests import"
    assert audit.verify().is_whole


def test_of_an_open_one_leaves_the_row_that_a_report_leaves(
    take: Any, act: Any, said: actions.Report, at: datetime
) -> None:
    text = said.text
    row = replace(OPEN, text=text, address=said.address, due=None, class_code="", opened=at)
    row = replace(row, title="路口的污水井盖破了一半，晚上看不见，很危险", channel="web")
    receipt = act(actions.report, said=said, actor=REPORTER, at=at)

    take(row)

    own = {"id", "number", "code_index", "stage_amount", "stage_unit", "stage_due_at"}
    own |= {"next_due_at", "next_rung_at"}
    names = [field.attname for field in Event._meta.concrete_fields if field.attname not in own]
    brought, reported = standing("A-2"), found(receipt.id)
    assert {name: getattr(brought, name) for name in names} == {
        name: getattr(reported, name) for name in names
    }


def test_of_many_leaves_what_one_by_one_leaves(take: Any) -> None:
    rows = [replace(ONE, number=f"B-{n}", text=f"第{n}件") for n in range(3)]
    rows += [replace(OPEN, number="C-1"), replace(OPEN, number="C-2", due=None, lon=None, lat=None)]
    take(*rows)
    many = _columns()

    again = [replace(row, number=f"x{row.number}") for row in rows]
    for row in again:
        take(row)

    apart = {f"x{number}": values for number, values in many.items()}
    assert {n: v for n, v in _columns().items() if n.startswith("x")} == apart


def _columns() -> dict[str, Any]:
    set_scope(SYSTEM)
    own = {"id", "number"}
    names = [field.attname for field in Event._meta.concrete_fields if field.attname not in own]
    steps = ["number", "verb", "source", "target", "actor_kind", "role", "at"]
    steps += ["facts__imported", "facts__outcome"]
    return {
        origin.number: (
            [getattr(origin.event, name) for name in names],
            list(origin.event.steps.order_by("number").values_list(*steps)),
            (origin.class_said, origin.body_said, origin.version, origin.taken_at),
            Record.objects.filter(subject=f"events.event:{origin.event_id}").count(),
        )
        for origin in Origin.objects.select_related("event")
    }


def test_tells_nobody_and_nags_nobody(take: Any, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        before = cursor.fetchone()
        take(ONE, OPEN)
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        after = cursor.fetchone()

    late = at + 400 * DAY
    assert before == after
    assert escalating.due(actor=SYSTEM, at=late) == []


def test_shows_them_where_matters_are_shown(take: Any, act: Any, operator: Actor) -> None:
    take(ONE, OPEN)

    set_scope(operator)
    shown = queries.narrowed(Filters(), actor=operator, at=OPENED + 400 * DAY)
    assert {one.title for one in shown} == {"路灯不亮"}
    assert shown.count() == 2


def test_says_in_the_story_where_it_came_from(take: Any, operator: Actor) -> None:
    take(ONE)

    page = browser_of(operator).get(reverse("desk_matter", args=[standing().number]))

    shown = page.content.decode()
    assert page.status_code == 200
    assert shown.count("自 old 导入，原编号 A-1") == 2
    assert "已换灯泡" in shown


def test_ticks_no_step_of_which_nothing_is_known(take: Any, operator: Actor) -> None:
    take(ONE)

    page = browser_of(operator).get(reverse("desk_matter", args=[standing().number]))

    assert [stage["label"] for stage in page.context["stages"]] == ["上报", "核查结案"]


def test_shows_a_matter_of_our_own_without_a_source(reported: Event, operator: Actor) -> None:
    page = browser_of(operator).get(reverse("desk_matter", args=[reported.number]))

    assert page.status_code == 200
    assert not re.search("自 .{0,30} 导入", page.content.decode())


def test_keeps_how_early_or_late_it_was_closed(take: Any) -> None:
    late = replace(ONE, number="A-3", closed=DUE + timedelta(seconds=5))
    exact = replace(ONE, number="A-4", closed=DUE)

    take(ONE, late, exact)

    left = [standing(number).span_left for number in ("A-1", "A-3", "A-4")]
    assert left == [86_400, -5, 0]


def test_lets_an_open_one_go_on_to_the_end_that_was_promised(
    take: Any, act: Any, clerk: Actor, body: Any, at: datetime
) -> None:
    soon = replace(OPEN, due=at + DAY, class_code="P0102")
    take(soon)
    key = standing("A-2").pk

    act(actions.send_out, event_id=key, class_code="P0102", body=body, actor=clerk, at=at)

    assert found(key).due_at == at + DAY


# ------------------------------------------------------------------ again, and changed


def test_a_second_time_changes_nothing(take: Any) -> None:
    take(ONE, OPEN)
    before, records = _columns(), Record.objects.count()

    taken = take(ONE, OPEN)

    assert (taken.new, taken.changed, taken.unchanged) == (0, 0, 2)
    assert (_columns(), Record.objects.count()) == (before, records)


def test_changes_what_the_file_tells_otherwise(take: Any) -> None:
    take(OPEN)

    taken = take(replace(OPEN, closed=OPENED + DAY, outcome="办好了"))

    event = standing("A-2")
    assert (taken.new, taken.changed) == (0, 1)
    assert (event.state, event.outcome, event.version) == ("closed", "办好了", 2)
    last = EventStep.objects.filter(case=event).order_by("-number")[0]
    assert (last.verb, last.source, last.target) == ("import", "reported", "closed")
    record = Record.objects.filter(topic="event.import").order_by("-id")[0]
    assert {"closed_at", "outcome", "state"} <= set(record.changed)
    assert "text" not in record.changed


def test_keeps_what_was_worked_on_here_since(
    take: Any, act: Any, operator: Actor, at: datetime
) -> None:
    take(OPEN)
    act(actions.accept, event_id=standing("A-2").pk, actor=operator, at=at)

    taken = take(replace(OPEN, text="另一种说法"))

    assert (taken.changed, taken.kept) == (0, ["A-2"])
    assert standing("A-2").text == OPEN.text


def test_is_refused_to_anybody_but_the_system(take: Any, stranger: Actor) -> None:
    with pytest.raises(Denied):
        take(ONE, actor=stranger)


# ------------------------------------------------------------------ words and their end


def test_leaves_out_words_that_were_kept_to_their_end(take: Any, at: datetime) -> None:
    old = replace(ONE, opened=at - 2000 * DAY, due=None, closed=at - 1999 * DAY)

    taken = take(old)

    event = standing()
    assert taken.without_words == 1
    assert (event.title, event.text, event.address, event.lon) == (FADED, FADED, "", None)
    assert event.outcome == FADED


def test_leaves_nothing_for_the_purge_to_erase(take: Any, at: datetime) -> None:
    take(replace(ONE, opened=at - 2000 * DAY, due=None, closed=at - 1999 * DAY))

    report = privacy.purge(actor=SYSTEM, at=at)

    assert {name: n for name, n in report.counts.items() if name.startswith("events.") and n} == {}


def test_brings_old_words_in_when_told_and_says_how_many(take: Any, at: datetime) -> None:
    old = replace(ONE, opened=at - 2000 * DAY, due=None, closed=at - 1999 * DAY)

    taken = take(old, texts="keep")

    assert (taken.ending, standing().text) == (1, old.text)


def test_brings_no_words_when_none_are_wanted(take: Any) -> None:
    take(ONE, texts="none")

    event = standing()
    assert (event.title, event.text, event.outcome, event.lon) == ("lamp", "", "", None)


# ------------------------------------------------------------------ the command


def written(tmp_path: Path, rows: list[dict[str, str]], name: str = "m.csv") -> Path:
    """Write a file as another system would."""
    file = tmp_path / name
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, ["id", "said", "opened", "due", "closed", "flag"])
        writer.writeheader()
        writer.writerows(rows)
    return file


def year(count: int = 300) -> list[dict[str, str]]:
    """Return rows of which every third is closed at its end, after it, or not at all."""
    due = "2025-07-04T08:00:00"
    kinds = [("2025-07-04T08:00:00", "Y"), ("2025-07-04T08:00:01", "N"), ("", "N")]
    return [
        {
            "id": f"N{n}",
            "said": f"第{n}件事",
            "opened": "2025-07-01T08:00:00",
            "due": due,
            "closed": kinds[n % 3][0],
            "flag": kinds[n % 3][1],
        }
        for n in range(count)
    ]


def run(
    tmp_path: Path, capsys: Any, file: Path, at: datetime, **asked: Any
) -> tuple[int, dict[str, Any]]:
    """Run the command's own words in this test's database."""
    told = tmp_path / "map.json"
    told.write_text(json.dumps(TOLD), encoding="utf-8")
    capsys.readouterr()
    code = command.play(command.Asked(file, told, **asked), TOLD, at=at)
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, report


@pytest.mark.django_db
def test_writes_nothing_unless_asked(tmp_path: Path, capsys: Any, at: datetime) -> None:
    code, report = run(tmp_path, capsys, written(tmp_path, year()), at)

    set_scope(SYSTEM)
    assert (code, report["rows"], report["written"]) == (0, 300, False)
    assert Event.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("is_written", [False, True])
def test_counts_what_was_on_time_and_compares_each(
    tmp_path: Path, capsys: Any, at: datetime, is_written: bool
) -> None:
    rows = year()
    rows[0]["flag"] = ""
    rows[3]["flag"] = "N"
    rows += [{"id": "X", "said": "无期限", "opened": "2025-07-01", "flag": "Y"}]
    asked = {"is_written": is_written, "as_of": "2025-07-05T00:00", "without_due": "on_time"}

    code, report = run(tmp_path, capsys, written(tmp_path, rows), at, **asked)

    judged = report["judged"]
    assert code == 1
    assert (judged["on_time"], judged["overdue"], judged["apart"]) == (100, 200, {"on_time": 1})
    assert (judged["different"], judged["examples"]) == (1, [["N3", False, True]])


@pytest.mark.django_db
def test_writes_the_faults_of_each_row(tmp_path: Path, capsys: Any, at: datetime) -> None:
    rows = year(30)
    rows[4]["opened"] = "=昨天"
    rows[9]["id"] = "N8"
    faults = tmp_path / "faults.csv"
    asked = {"is_written": True, "faults": faults}

    code, report = run(tmp_path, capsys, written(tmp_path, rows), at, **asked)

    lines = list(csv.reader(faults.read_text(encoding="utf-8-sig").splitlines()))
    assert (code, report["new"], report["left_out"]) == (1, 28, 2)
    assert [line[:3] for line in lines[1:]] == [["6", "opened", "'=昨天"], ["11", "id", "N8"]]


@pytest.mark.parametrize("whole", [b"[1]", b"{", "源".encode("gb18030")])
def test_says_what_is_wrong_with_a_mapping_before_anything_is_opened(
    tmp_path: Path, whole: bytes
) -> None:
    file, told = written(tmp_path, year(1)), tmp_path / "map.json"
    told.write_bytes(whole)

    with pytest.raises(Fault, match="map"):
        command.bring(tmp_path / "home", command.Asked(file, told))


def test_never_writes_faults_over_the_file_or_into_nowhere(tmp_path: Path) -> None:
    file, told = written(tmp_path, year(1)), tmp_path / "map.json"
    told.write_text("{}", encoding="utf-8")
    before = file.read_bytes()

    for faults in (file, told, tmp_path, tmp_path / "no" / "where.csv"):
        with pytest.raises(Fault, match="--faults"):
            command.bring(tmp_path / "home", command.Asked(file, told, faults=faults))

    assert file.read_bytes() == before


@pytest.mark.django_db(transaction=True)
def test_goes_on_after_it_was_cut_short(
    tmp_path: Path, capsys: Any, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = year()
    monkeypatch.setattr("quanyu.events.engine.reading.AT_ONCE", 100)
    torn = [*rows[:250], {**rows[250], "said": "\ud800"}]
    file = tmp_path / "torn.csv"
    with file.open("w", encoding="utf-8", errors="surrogatepass", newline="") as opened:
        writer = csv.DictWriter(opened, [*rows[0]])
        writer.writeheader()
        writer.writerows(torn)
    with pytest.raises(Exception, match="utf-8"):
        run(tmp_path, capsys, file, at, is_written=True)

    code, report = run(tmp_path, capsys, written(tmp_path, rows), at, is_written=True)

    assert (code, report["new"], report["unchanged"]) == (0, 100, 200)


@pytest.mark.django_db
def test_leaves_one_record_of_the_whole_run(tmp_path: Path, capsys: Any, at: datetime) -> None:
    run(tmp_path, capsys, written(tmp_path, year(5)), at, is_written=True)

    record = Record.objects.get(topic="event.import_run")
    assert record.subject == "events.origin:old"
    assert {"file", "mapping", "rows", "new"} <= set(record.changed)


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["class", "body", "place"])
def test_refuses_a_code_that_the_city_does_not_have(part: str, at: datetime) -> None:
    told = TOLD | {part: {"map": {"x": "99/nowhere"}}}
    meaning = mapping.understood(told)

    with pytest.raises(BadMapping) as refused:
        reads.ground(meaning, on=at.date())

    assert refused.value.field == part


SAMPLES = ROOT / "docs/operations/samples"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["boston-311.toml", "open311.toml"])
def test_knows_every_code_of_the_samples(name: str, at: datetime) -> None:
    told = tomllib.loads((SAMPLES / name).read_text(encoding="utf-8"))

    assert reads.ground(mapping.understood(told), on=at.date()).city == CITY


@pytest.mark.django_db
def test_says_of_real_matters_what_their_city_said(capsys: Any, at: datetime) -> None:
    file, told = ROOT / "tests/data/boston_2015_311_sample.csv", SAMPLES / "boston-311.toml"
    asked = {"is_written": True, "as_of": "2016-01-13T00:00", "without_due": "on_time"}
    run = command.Asked(file, told, **asked)  # type: ignore[arg-type]
    capsys.readouterr()

    code = command.play(run, tomllib.loads(told.read_text(encoding="utf-8")), at=at)

    report = json.loads(capsys.readouterr().out)
    judged = report["judged"]
    assert (code, report["new"], report["left_out"]) == (0, 200, 0)
    assert (judged["on_time"], judged["overdue"], judged["different"]) == (152, 40, 0)
    assert judged["apart"] == {"overdue": 8}
