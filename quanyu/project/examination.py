"""`quanyu doctor`: everything that is wrong, in plain words."""

from pathlib import Path

from quanyu.kernel.operations import doctor
from quanyu.kernel.operations.faults import choose, spoken
from quanyu.project.demo import check_front_end, say


def run(path: Path, *, port: int, url: str) -> int:
    """Print each fault and return the code of the first, 0 when all is well."""
    needed = [*doctor.on_this_machine(path, port, url), check_front_end]
    faults = doctor.examine([*needed, *doctor.for_tests()])
    for fault in faults:
        say(f"[{fault.code}] {spoken(fault)}")
    if faults:
        return faults[0].code
    say(choose("一切正常。", "All is well."))
    return 0
