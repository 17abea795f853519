"""`quanyu replay`: let the demo city live on, for load and for showing (回放)."""

import math
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from quanyu.kernel.operations import home as homes
from quanyu.kernel.operations import installation, supervisor
from quanyu.kernel.operations.faults import Fault, choose
from quanyu.project import verbs


def run(path: Path, *, speed: float, hours: float, rate: float | None, most: int, seed: int) -> int:
    """Play until the time is over or a signal says stop; not zero when an act was refused.

    :raises Fault: the home is a real city's, or no demo city was opened in it
    """
    told = (speed, hours, 1 if rate is None else rate)
    if not all(map(math.isfinite, told)) or min(told[1:]) <= 0 or min(speed, most) < 0:
        raise Fault("usage", detail="replay --speed ≥ 0 --hours > 0 --rate > 0 --matters ≥ 0")
    home = homes.prepare(path)
    standing = installation.settings(home)
    is_real = standing and not installation.is_demo(standing)
    if is_real or not installation.is_demo(installation.held(home)):
        raise Fault("real_home", path=home.path)
    with verbs.opened(path):
        replay = import_module("quanyu.demo.replay")
        now = import_module("django.utils.timezone").now()
        more = {"seed": seed, "most": most} | ({"rate": rate} if rate is not None else {})
        pace = replay.Pace.up_to(now, hours=hours, speed=speed, **more)
        played = replay.Played()
        sys.stderr.write(f"{pace.since:%Y-%m-%d %H:%M} → {pace.until:%Y-%m-%d %H:%M}\n")
        with supervisor.stoppable(), suppress(supervisor.Stop):
            _check_opened(replay.play(home.path, pace, played=played))
    verbs.say(played.told())
    return 1 if played.refused else 0


def _check_opened(played: object) -> None:
    if played is None:
        raise Fault(
            "usage", detail=choose("请先运行 ./run demo 建好示例城市", "run ./run demo first")
        )
