"""Learn to suggest classes: from this city's own closed matters, or from a labelled file (训练)."""

import csv
import io
import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from quanyu.kernel.operations.faults import Fault, choose
from quanyu.kernel.tables.encoding import encoding_of
from quanyu.project.verbs import opened, say

FOLDS = 5


def classes(home: Path) -> int:
    """Learn from the city's closed matters now, and say what became of it."""
    with opened(home):
        zone = import_module("django.utils.timezone")
        version = import_module("quanyu.events.jobs").learn_classes(zone.now())
        row = import_module("quanyu.events.queries.classing").newest()
        rules = import_module("quanyu.events.rules.classing")
        if version is None:
            raise Fault(
                "refused",
                detail=choose(
                    f"办结的事项不足 {rules.LEAST_MATTERS} 件（每类至少 {rules.LEAST_EACH} 件），"
                    "继续按关键词建议",
                    f"fewer than {rules.LEAST_MATTERS} matters have ended in classes of at least"
                    f" {rules.LEAST_EACH}; the word list goes on suggesting",
                ),
            )
        say(_facts(row))
    return 0


def _facts(row: Any) -> Mapping[str, Any]:
    return {
        "version": row.version,
        "standing": row.standing,
        "decision": row.decision,
        "learned": row.learned,
        "kept_back": row.kept_back,
        "macro_f1": round(row.macro_f1, 4),
        "old_version": row.old_version,
        "old_macro_f1": round(row.old_f1, 4),
    }


def file(path: Path, *, text: str, label: str, is_full: bool) -> int:
    """Try the pipeline on a labelled file: five folds, each weighed on what it has not seen.

    Nothing is kept: neither the texts, nor a model.
    """
    rows = read(path, text=text, label=label)
    often = Counter(code for _, code in rows)
    kept = [(said, code) for said, code in rows if often[code] >= FOLDS]
    if len({code for _, code in kept}) < 2:
        raise Fault(
            "usage",
            detail=choose(
                f"至少要有两个类别，每类至少 {FOLDS} 行",
                f"at least two classes with {FOLDS} rows each",
            ),
        )
    training = import_module("quanyu.events.engine.training")
    begun = time.perf_counter()
    with _enough_said():
        folds, whole = training.folded([said for said, _ in kept], [code for _, code in kept])
    seconds = time.perf_counter() - begun
    told: dict[str, Any] = {
        "rows": len(kept),
        "left_out": len(rows) - len(kept),
        "classes": len(whole.classes),
        "folds": [round(one.macro_f1, 4) for one in folds],
        "macro_f1": round(sum(one.macro_f1 for one in folds) / len(folds), 4),
        "seconds": round(seconds, 1),
        "seconds_per_fold": round(seconds / len(folds), 1),
    }
    if is_full:
        told["by_class"] = {
            code: {"precision": round(p, 4), "recall": round(r, 4), "f1": round(f, 4), "rows": n}
            for code, (p, r, f, n) in whole.classes.items()
        }
    print(json.dumps(told, ensure_ascii=False, indent=1))  # noqa: T201 - the answer of the command
    return 0


def read(path: Path, *, text: str, label: str) -> list[tuple[str, str]]:
    """Return texts and labels of a CSV file with a header, in UTF-8 or GB 18030.

    :raises Fault: if it cannot be read, or has no such columns
    """
    whole = _decoded(path)
    csv.field_size_limit(len(whole) + 1)
    table = csv.DictReader(io.StringIO(whole, newline=""))
    missing = {text, label} - set(table.fieldnames or ())
    if missing:
        columns, named = ", ".join(table.fieldnames or ()), ", ".join(sorted(missing))
        raise Fault(
            "usage",
            detail=choose(
                f"文件里没有列 {named}；有 {columns}", f"no column {named}; there are {columns}"
            ),
        )
    found = [((row[text] or "").strip(), (row[label] or "").strip()) for row in table]
    return [(said, code) for said, code in found if said and code]


def _decoded(path: Path) -> str:
    try:
        whole = path.read_bytes()
    except OSError as problem:
        raise Fault("usage", detail=f"{path}: {problem.strerror}") from problem
    try:
        return whole.decode(encoding_of([whole]))
    except UnicodeDecodeError as fault:
        words = choose(f"{path} 不是 UTF-8 或 GB18030", f"{path}: no UTF-8, no GB 18030")
        raise Fault("usage", detail=words) from fault


Split = Callable[[int, int], bool]
"""Whether a message is kept back: by its number, and that of the text it came from."""


def generated(count: int) -> int:
    """Learn from generated messages, weigh on the rest, and time one message.

    The messages are ours: the demo city's texts, said otherwise by dice. Figures from them show
    cost, and that the pipeline learns; they say nothing of how well a real city is classed.
    """
    made = import_module("quanyu.demo.otherwise").messages(count)
    _weigh("texts seen, said otherwise", made, lambda n, _source: n % FOLDS == FOLDS - 1)
    _weigh("texts not seen", made, lambda _n, source: source % 3 == 2)
    return 0


@contextmanager
def _enough_said() -> Iterator[None]:
    training = import_module("quanyu.events.engine.training")
    try:
        yield
    except training.NothingToLearn as fault:
        often = training.SEEN_IN
        raise Fault(
            "usage",
            detail=choose(
                f"文本太少：没有哪个词出现在 {often} 条文本里，学不出分类",
                f"too few texts: no word stands in {often} of them, so there is nothing to learn",
            ),
        ) from fault


def _weigh(split: str, made: Sequence[tuple[str, str, int]], is_kept: Split) -> None:
    engine = import_module("quanyu.events.engine.classes")
    training = import_module("quanyu.events.engine.training")
    learned = [(t, c) for n, (t, c, s) in enumerate(made) if not is_kept(n, s)]
    kept = [(t, c) for n, (t, c, s) in enumerate(made) if is_kept(n, s)]
    begun, worked = time.perf_counter(), time.process_time()
    with _enough_said():
        model = training.fit([t for t, _ in learned], [c for _, c in learned])
    trained, cpu = time.perf_counter() - begun, time.process_time() - worked
    with tempfile.TemporaryDirectory() as folder:
        sha256 = engine.save(model, Path(folder))
        (path,) = Path(folder).glob("*.npz")
        size, begun = path.stat().st_size, time.perf_counter()
        model = engine.load(path, sha256)
        loaded = time.perf_counter() - begun
    begun = time.perf_counter()
    found = [training.best(model, text) for text, _ in kept]
    each = (time.perf_counter() - begun) / len(kept)
    told = {
        "split": split,
        "learned": len(learned),
        "kept_back": len(kept),
        "classes": len(model.classes),
        "features": len(model.words.vocabulary) + len(model.signs.vocabulary),
        "train_seconds": round(trained, 1),
        "train_cpu_seconds": round(cpu, 1),
        "load_ms": round(loaded * 1000),
        "file_mb": round(size / 1e6, 1),
        "message_ms": round(each * 1000, 3),
        "macro_f1": round(training.score([c for _, c in kept], found).macro_f1, 4),
    }
    print(json.dumps(told, ensure_ascii=False), flush=True)  # noqa: T201 - the answer
