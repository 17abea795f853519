"""Set a page as PDF in a process of its own, for a request that can wait a second or two (排版).

What sets pages takes 60 MB and needs libraries of the system: a web worker never loads it. Long
documents are made by the worker (``printing``); this is for one sheet.
"""

import os
import subprocess
import sys
from pathlib import Path

from quanyu.kernel.errors import Refusal
from quanyu.kernel.errors import gettext_noop as _

SECONDS = 60
LACKING = 3
"""How the process ends on a machine without what sets pages."""


class NoPaper(Refusal):
    """This machine cannot set pages (不能排版)."""

    status = 503


def pdf(page: str) -> bytes:
    """Return a page of HTML as PDF; nothing is fetched for it.

    :raises NoPaper: if the machine lacks the libraries, or it takes too long
    """
    program = [sys.executable, "-P", "-m", "quanyu.kernel.tables.engine.paper"]
    try:
        done = subprocess.run(  # noqa: S603 -- our own module
            program,
            input=page.encode(),
            env=_bare(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired as fault:
        raise NoPaper(_("这一页太复杂，{seconds} 秒内没有排完"), seconds=SECONDS) from fault
    if done.returncode == LACKING:
        raise NoPaper(_("这台机器缺少生成 PDF 的软件包 libpango-1.0-0、libpangoft2-1.0-0"))
    if done.returncode:
        raise OSError(f"{done.returncode} {done.stderr.decode(errors='replace')[-300:]}")
    return done.stdout


def _bare() -> dict[str, str]:
    """Return an environment without keys and addresses."""
    checkout = Path(__file__).resolve().parents[3]
    return {"PATH": os.defpath, "PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1"}
