"""Read an uploaded spreadsheet or CSV into plain lines (读取上传的表格).

``unpack`` runs ``sheet`` in a process of its own, with bounded memory and time and none of the
city's secrets: a file that breaks the reader, or unpacks to more than it says, breaks nothing else.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.tables.rules import MOST_COLUMNS, MOST_ROWS, WrongFile

SECONDS = 120
DAMAGED, TOO_LARGE, TOO_MANY, EMPTY, NO_ROOM, ASKEW, BARE = 3, 4, 5, 6, 7, 8, 9
SAID = {
    DAMAGED: _("文件读不出来：可能已损坏、加了密码，或不是表格"),
    TOO_LARGE: _("文件展开后太大，请分成几份"),
    TOO_MANY: _("最多 {rows} 行、{columns} 列，请分成几份"),
    EMPTY: _("文件里没有内容"),
    ASKEW: _("坐标系须为经纬度（WGS-84 或 CGCS2000），请在 QGIS 里转换后再导出"),
    BARE: _("文件里没有带图形的图层"),
}
BROKEN = {-signal.SIGXCPU: TOO_LARGE, -signal.SIGABRT: TOO_LARGE, -signal.SIGKILL: TOO_LARGE}
BROKEN |= {-signal.SIGSEGV: DAMAGED, -signal.SIGBUS: DAMAGED}
"""How the process ends when the file itself is to blame."""

Line = tuple[int, list[str]]
"""A row's number as people count, and its cells as text."""


def unpack(raw: Path, *, into: Path) -> None:
    """Write the rows of the first sheet into a file of lines, blank rows left out.

    :raises WrongFile: if the file cannot be read, is empty, or holds too much
    :raises OSError: if the disk is at fault, so that the job is tried again
    """
    command = [sys.executable, "-m", f"{__name__}.sheet", str(raw), str(into)]
    try:
        done = subprocess.run(  # noqa: S603 -- our own module and our own paths
            command,
            env=_bare(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
            start_new_session=True,  # Ctrl-C stops the worker, not a sheet half read
        )
    except subprocess.TimeoutExpired as fault:
        raise WrongFile(SAID[TOO_LARGE], field="file") from fault
    code = BROKEN.get(done.returncode, done.returncode)
    if code in SAID:
        raise WrongFile(SAID[code], field="file", rows=MOST_ROWS, columns=MOST_COLUMNS)
    if code:
        raise OSError(f"{done.returncode} {done.stderr.decode(errors='replace')[-300:]}")


def lines(path: Path) -> Iterator[Line]:
    """Give the rows that :func:`unpack` wrote, one at a time."""
    with path.open(encoding="utf-8") as file:
        for text in file:
            number, cells = json.loads(text)
            yield number, cells


def _bare() -> dict[str, str]:
    """Return an environment without keys and addresses."""
    checkout = Path(__file__).resolve().parents[4]
    return {"PATH": os.defpath, "PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1"}
