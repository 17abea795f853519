"""`quanyu import events`: bring in the matters of another system from a file (历史事项导入)."""

import csv
import dataclasses
import gc
import hashlib
import json
import resource
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from quanyu.kernel.operations.faults import Fault, choose, languages
from quanyu.project import verbs

MOST_SHOWN = 10
HEAD = (("行", "line"), ("列", "column"), ("值", "value"), ("问题", "what"), ("处理", "outcome"))
WITHOUT_DUE = {"apart": None, "on_time": True, "overdue": False}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for on the command line."""

    file: Path
    mapping: Path
    is_written: bool = False
    as_of: str = ""
    without_due: str = "apart"
    faults: Path | None = None


@dataclass
class Remarks:
    """What was wrong with rows: counted, the first ones shown, all of them written to a file."""

    to: Any = None
    faults: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    shown: list[str] = field(default_factory=list)

    def __call__(self, remark: Any) -> None:
        """Take one remark."""
        sentence = translated(remark.sentence)
        (self.faults if remark.is_fault else self.notes)[sentence] += 1
        kind = choose("不导入", "not taken") if remark.is_fault else choose("提示", "note")
        if remark.is_fault and len(self.shown) < MOST_SHOWN:
            self.shown.append(f"{remark.line} {remark.column} {remark.value!r}: {sentence}")
        if self.to is not None:
            told = (remark.line, remark.column, plain(remark.value), sentence, kind)
            self.to.writerow(told)


@dataclass
class Run:
    """One run over a file."""

    asked: Asked
    meaning: Any
    remarks: Remarks
    actor: Any
    at: datetime
    as_of: datetime | None
    ground: Any = None
    read: int = 0
    reader: Any = None
    taken: Any = None
    judged: Any = None


def bring(path: Path, asked: Asked) -> int:
    """Read a file of past matters, and write them when asked; not zero when rows were left out."""
    for given in (asked.file, asked.mapping):
        check_there(given)
    check_writable(asked.faults, asked.file, asked.mapping)
    told = _told(asked.mapping)
    # Rows by the hundred thousand and no cycles among them: looking for some took a fifth of it.
    gc.disable()
    with verbs.opened(path):
        return play(asked, told, at=import_module("django.utils.timezone").now())


def play(asked: Asked, told: Mapping[str, Any], *, at: datetime) -> int:
    """Take in a whole file by a mapping, batch by batch, and say what became of it."""
    with ExitStack() as open_files:
        run = _begun(asked, told, open_files, at=at)
        began, cpu = time.monotonic(), time.process_time()
        for batch in _batches(_pasts(run)):
            _take(run, batch)
            _progress(run, began)
        if asked.is_written:
            _end(run)
        verbs.say(_report(run, time.monotonic() - began, time.process_time() - cpu))
    is_different = run.judged is not None and (run.judged.different or run.judged.missing)
    return 1 if run.remarks.faults or is_different else 0


def check_there(file: Path) -> None:
    """Check that there is a file to read.

    :raises Fault: if there is none
    """
    if not file.is_file():
        raise Fault("usage", detail=f"{file}: " + choose("没有这个文件", "no such file"))


def check_writable(faults: Path | None, *read: Path) -> None:
    """Check before anything is done that the faults have a place of their own.

    :raises Fault: if they cannot be written there, or stand where the file itself does
    """
    if faults is None:
        return
    try:
        faults.open("a").close()
    except OSError as fault:
        raise Fault("usage", detail=f"--faults {faults}: {fault.strerror}") from fault
    if any(faults.samefile(file) for file in read):
        words = choose("这是要读的文件", "this is the file to read")
        raise Fault("usage", detail=f"--faults {faults}: {words}")


def translated(sentence: str) -> str:
    """Return a Chinese source sentence in the language of the command."""
    translation = import_module("django.utils.translation")
    with translation.override("en" if languages() == ("en",) else "zh-hans"):
        words: str = translation.gettext(sentence)
    return words


def _told(mapping: Path) -> dict[str, Any]:
    """Return what a mapping file tells, TOML or JSON."""
    try:
        text = mapping.read_text(encoding="utf-8-sig")
        found: Any = json.loads(text) if mapping.suffix == ".json" else tomllib.loads(text)
    except UnicodeDecodeError as fault:
        words = choose("不是 UTF-8 编码", "it is not in UTF-8")
        raise Fault("usage", detail=f"{mapping}: {words}") from fault
    except ValueError as fault:  # both kinds are one
        raise Fault("usage", detail=f"{mapping}: {fault}") from fault
    if not isinstance(found, dict):
        words = choose("应为 {…}", "it has to be {…}")
        raise Fault("usage", detail=f"{mapping}: {words}")
    return found


def _begun(asked: Asked, told: Mapping[str, Any], open_files: ExitStack, *, at: datetime) -> Run:
    meaning = import_module("quanyu.events.engine.mapping").understood(told)
    past = import_module("quanyu.events.queries.past")
    calendar = import_module("quanyu.kernel.calendar.rules")
    run = Run(
        asked=asked,
        meaning=meaning,
        remarks=Remarks(_faults_file(asked, open_files)),
        actor=verbs.system_of("quanyu import events"),
        at=at,
        as_of=_instant(asked.as_of, meaning.zone),
    )
    run.ground = past.ground(meaning, on=calendar.local(at).date())
    run.reader = import_module("quanyu.events.engine.past").Reader(meaning, run.remarks)
    run.taken = import_module("quanyu.events.actions.past").Taken()
    run.judged = past.Judged() if run.as_of is not None else None
    return run


def _instant(text: str, zone: Any) -> datetime | None:
    """Return an instant; without an offset it is on the clock of the mapping's zone."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as fault:
        raise Fault("usage", detail=f"--as-of {text}") from fault
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _faults_file(asked: Asked, open_files: ExitStack) -> Any:
    if asked.faults is None:
        return None
    opened: IO[str] = asked.faults.open("w", encoding="utf-8-sig", newline="")
    writer = csv.writer(open_files.enter_context(opened))
    writer.writerow(choose(*pair) for pair in HEAD)
    return writer


def plain(value: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{value}" if value[:1] in "=+-@\t\r" else value


def _pasts(run: Run) -> Iterator[Any]:
    rows = import_module("quanyu.events.engine.reading").rows(run.asked.file, run.meaning)
    for line, row in rows:
        run.read += 1
        past = run.reader.past(line, row)
        if past is not None:
            yield past


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    most = import_module("quanyu.events.engine.reading").AT_ONCE
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == most:
            yield batch
            batch = []
    if batch:
        yield batch


def _take(run: Run, batch: list[Any]) -> None:
    """Write one batch, a transaction of its own, and judge it as it then stands."""
    scope = import_module("quanyu.kernel.access.scope")
    if not run.asked.is_written:
        _judge_unwritten(run, batch)
        return
    with scope.acting(run.actor):
        done = import_module("quanyu.events.actions.past").take_past(
            rows=batch,
            source=run.meaning.source,
            ground=run.ground,
            texts=run.meaning.texts,
            actor=run.actor,
            at=run.at,
        )
        run.taken.add(done)
        if run.judged is not None:
            import_module("quanyu.events.queries.past").judge(
                run.judged,
                {past.number: past.on_time for past in batch},
                source=run.meaning.source,
                as_of=run.as_of,
                without_due=WITHOUT_DUE[run.asked.without_due],
                actor=run.actor,
            )


def _judge_unwritten(run: Run, batch: list[Any]) -> None:
    """Judge rows of the file by the same rule, as they would stand."""
    if run.judged is None:
        return
    rules = import_module("quanyu.events.rules")
    without_due = WITHOUT_DUE[run.asked.without_due]
    for past in batch:
        is_over = past.due is not None and past.closed is not None and past.closed <= run.as_of
        left = rules.seconds_left(past.due, at=past.closed) if is_over else None
        ours = rules.is_on_time(past.due, left=left, at=run.as_of, without_due=without_due)
        run.judged.add(past.number, said=past.on_time, ours=ours)


def _end(run: Run) -> None:
    """Leave one record of the whole run."""
    scope = import_module("quanyu.kernel.access.scope")
    facts = _counts(run) | {
        "file": _digest(run.asked.file),
        "mapping": _digest(run.asked.mapping),
    }
    with scope.acting(run.actor):
        import_module("quanyu.events.actions.past").end_run(
            source=run.meaning.source, facts=facts, actor=run.actor, at=run.at
        )


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _counts(run: Run) -> dict[str, object]:
    taken = dataclasses.asdict(run.taken)
    kept = taken.pop("kept")
    left_out = run.remarks.faults.total()
    counts: dict[str, object] = {"rows": run.read, "left_out": left_out}
    return counts | (taken | {"kept": len(kept)} if run.asked.is_written else {})


def _progress(run: Run, began: float) -> None:
    sys.stderr.write(f"{time.monotonic() - began:8.1f} s  {run.read}\n")


def _report(run: Run, seconds: float, cpu: float) -> dict[str, object]:
    """Return what a person reads at the end, as JSON."""
    told: dict[str, object] = {"source": run.meaning.source, "written": run.asked.is_written}
    told |= _counts(run)
    told["kept_as_worked_on_here"] = run.taken.kept[:MOST_SHOWN]
    told["faults"] = dict(run.remarks.faults)
    told["first_faults"] = run.remarks.shown
    told["notes"] = dict(run.remarks.notes)
    told["unmapped"] = {
        name: dict(counted.most_common()) for name, counted in run.reader.unmapped.items()
    }
    if run.judged is not None and run.as_of is not None:
        told["as_of"] = run.as_of.isoformat()
        told["judged"] = dataclasses.asdict(run.judged)
    told["seconds"], told["cpu_seconds"] = round(seconds, 1), round(cpu, 1)
    told["most_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return told
