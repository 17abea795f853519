"""What the person who runs Quanyu does with personal data: list, purge, change keys."""

import csv
import json
import os
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from quanyu.kernel.operations import home as homes
from quanyu.kernel.operations.faults import choose, languages
from quanyu.project.verbs import opened

SHOWN = ("field", "name", "of", "basis", "purpose", "days", "since", "ends")
"""The columns of the table; JSON and CSV hold all."""
SEEN_AFTER = 1.0
"""Seconds after which every process has seen a new key: each looks before it seals or opens."""


def fields(path: Path, *, shape: str) -> int:
    """List every personal field with its basis, purpose and end."""
    with opened(path):
        zone = import_module("django.utils.timezone")
        with import_module("django.utils.translation").override(_language()):
            queries = import_module("quanyu.kernel.privacy.queries")
            rows = queries.listed(on=zone.localdate())
    if shape == "json":
        _say(json.dumps(rows, ensure_ascii=False, indent=1))
    elif shape == "csv":
        writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    else:
        _table([_heads(), *({name: row[name] for name in SHOWN} for row in rows)])
    return 0


def purge(path: Path) -> int:
    """Erase now what has come to its end, and say what was erased."""
    with opened(path):
        actions = import_module("quanyu.kernel.privacy.actions")
        report = actions.purge(actor=_actor("privacy purge"), at=_now())
    erased = {name: count for name, count in report.counts.items() if count}
    facts = {"erased": erased, "failures": report.failures, "seconds": report.seconds}
    _say(json.dumps(facts, ensure_ascii=False, indent=1))
    return 1 if report.failures else 0


def show(path: Path) -> int:
    """Say which keys there are and how many values stand under each."""
    with opened(path):
        queries = import_module("quanyu.kernel.privacy.queries")
        ring = import_module("quanyu.kernel.privacy.fields").ring()
        facts = {
            "keys": list(ring.numbers),
            "sealing": ring.newest,
            "values": queries.sealed_by_key(using="owner"),
        }
    _say(json.dumps(facts, ensure_ascii=False, indent=1))
    return 0


def rotate(path: Path, *, keeps_key: bool) -> int:
    """Seal everything anew under a new key, or go on where a rotation was stopped."""
    with opened(path):
        queries = import_module("quanyu.kernel.privacy.queries")
        if os.environ.get("QUANYU_KEYS_FILE"):
            if not keeps_key and not queries.is_rotating():
                number = homes.add_field_key(homes.prepare(path))
                _say(choose(f"已生成 {number} 号密钥。", f"Made key {number}."))
                time.sleep(SEEN_AFTER)
        else:
            _say(
                choose(
                    "密钥来自 QUANYU_FIELD_KEYS：用其中编号最大的重新加密。"
                    "新密钥须先加进该设置，并重启所有进程。",
                    "The keys come from QUANYU_FIELD_KEYS: sealing anew under the highest number. "
                    "Add a new one there first, and start every process again.",
                )
            )
        actions = import_module("quanyu.kernel.privacy.actions")
        done = actions.rotate(actor=_actor("keys rotate"), at=_now(), told=_progress)
        left = queries.not_current(using="owner")
        unreadable = queries.unreadable(done)
    for label, count in unreadable.items():
        _say(choose(f"{label}：{count} 项无法解密，未动。", f"{label}: {count} do not open, left."))
    if left:
        names = ", ".join(left)
        _say(choose(f"仍有旧密钥下的内容：{names}", f"Something is left under older keys: {names}"))
        return 1
    _say(choose("完成：全部已用新密钥。", "Done: everything stands under the new key."))
    return 0


def retire(path: Path, *, number: int) -> int:
    """Take an old key out of the home, if nothing needs it any more."""
    with opened(path):
        actions = import_module("quanyu.kernel.privacy.actions")
        actions.check_may_retire(number, at=_now())
        if os.environ.get("QUANYU_KEYS_FILE"):
            homes.drop_field_key(homes.prepare(path), number)
            _say(
                choose(
                    f"{number} 号密钥已停用。以前的备份仍要用它打开，请与那些备份一样久地保管它。",
                    f"Key {number} is retired. Older backups still need it: keep it with them.",
                )
            )
        else:
            _say(
                choose(
                    f"可以从 QUANYU_FIELD_KEYS 中去掉 {number} 号密钥，然后重启所有进程。",
                    f"Take key {number} out of QUANYU_FIELD_KEYS and start every process again.",
                )
            )
    return 0


def _progress(part: Any) -> None:
    if part.seen:
        _say(
            choose(
                f"{part.column}：已看 {part.seen}，重新加密 {part.resealed}",
                f"{part.column}: seen {part.seen}, sealed anew {part.resealed}",
            )
        )


def _actor(job: str) -> Any:
    settings = import_module("django.conf").settings
    rules = import_module("quanyu.kernel.access.rules")
    return rules.system(settings.QUANYU_CITY, job=f"quanyu {job}")


def _now() -> Any:
    return import_module("django.utils.timezone").now()


def _language() -> str:
    return "en" if languages() == ("en",) else "zh-hans"


def _heads() -> dict[str, str]:
    words = (
        ("字段", "field"),
        ("名称", "name"),
        ("谁的", "whose"),
        ("依据", "basis"),
        ("目的", "purpose"),
        ("天数", "days"),
        ("起算", "since"),
        ("到期处理", "at its end"),
    )
    chosen = [choose(*both) for both in words]
    return dict(zip(SHOWN, chosen, strict=True))


def _table(rows: list[dict[str, str]]) -> None:
    widths = {name: max(_width(row[name]) for row in rows) for name in rows[0]}
    for row in rows:
        cells = [row[name] + " " * (widths[name] - _width(row[name])) for name in row]
        _say("  ".join(cells).rstrip())


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes: a Chinese sign takes two."""
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
