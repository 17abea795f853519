"""Make a picture anew: decoded, upright, without EXIF and place, in two sizes (图片重制).

``remake`` runs ``picture`` in a process of its own, with little memory, little time and none of
the city's secrets: a picture that breaks the decoder breaks nothing else.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from quanyu.kernel.files.rules import Made

SECONDS = 60
DAMAGED, TOO_LARGE, NO_ROOM = 3, 4, 5
REASONS = {
    DAMAGED: "damaged",
    TOO_LARGE: "too_large",
    -signal.SIGXCPU: "too_slow",
    **{-crash: "damaged" for crash in (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT)},
}
"""How the process ends when the picture itself is to blame."""


class Unmakeable(Exception):
    """The picture cannot be made; the reason is a code (无法重制)."""


def remake(raw: Path, *, folder: Path) -> Made:
    """Return two new pictures in ``folder``.

    :raises Unmakeable: if the content is damaged, too large, or breaks the decoder
    :raises OSError: if the disk is at fault, so that the job is tried again
    """
    if not raw.exists():
        raise Unmakeable("missing")
    full, thumbnail = folder / "full.jpg", folder / "thumbnail.jpg"
    command = [sys.executable, "-m", f"{__name__}.picture", str(raw), str(full), str(thumbnail)]
    try:
        done = subprocess.run(  # noqa: S603 -- our own module and our own paths
            command,
            env=_bare(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
            start_new_session=True,  # Ctrl-C stops the worker, not a picture half made
        )
    except subprocess.TimeoutExpired as fault:
        raise Unmakeable("too_slow") from fault
    if done.returncode in REASONS:
        raise Unmakeable(REASONS[done.returncode])
    if done.returncode and not raw.exists():
        raise Unmakeable("missing")  # another worker was faster
    if done.returncode:
        # A full disk, or the process was stopped from outside: the picture is not to blame.
        raise OSError(f"{done.returncode} {done.stderr.decode(errors='replace')[-300:]}")
    size = json.loads(done.stdout)
    return Made(full, thumbnail, width=size["width"], height=size["height"])


def _bare() -> dict[str, str]:
    """Return an environment without keys and addresses."""
    checkout = Path(__file__).resolve().parents[4]
    return {"PATH": os.defpath, "PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1"}
