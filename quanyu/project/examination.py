"""`quanyu doctor`: everything that is wrong, in plain words."""

import os
from collections.abc import Mapping
from pathlib import Path

from quanyu.kernel.operations import doctor, installation
from quanyu.kernel.operations.faults import Fault, choose, spoken
from quanyu.kernel.operations.home import Home
from quanyu.project.demo import check_front_end, say


def run(path: Path, *, port: int) -> int:
    """Print each fault and return the code of the first, 0 when nothing is wrong.

    What is only to be looked at is printed too, and fails nothing.
    """
    home = Home(path.expanduser().absolute())
    needed = [*_of_home(home, port), check_front_end]
    faults = doctor.examine([*needed, *doctor.for_tests()])
    for fault in faults:
        say(f"[{fault.code}] {spoken(fault)}")
    if faults:
        return faults[0].code
    warned = doctor.examine([lambda: check_administrators(home)])
    for fault in warned:
        say(f"[{choose('留意', 'look')}] {spoken(fault)}")
    if not warned:
        say(choose("一切正常。", "All is well."))
    return 0


def check_administrators(home: Home) -> None:
    """Warn of a real city on a server of its own that has too few administrators.

    The embedded database stands still while nothing runs; then the operator's page says it.

    :raises Fault: if it has
    """
    values = installation.held(home)
    url = values.get("QUANYU_DATABASE_URL", "")
    if url and installation.settings_file(home).exists() and not installation.is_demo(values):
        installation.check_administrators(url, values)


def _of_home(home: Home, port: int) -> list[doctor.Examination]:
    """List the examinations of this home; a real city's secrets and keys among them."""
    try:
        values = installation.held(home)
    except Fault as fault:
        unread = fault  # the name of the handler ends with it
        values = dict(os.environ)
        return [*_of_machine(home, port, values), lambda: _strike(unread)]
    listed = _of_machine(home, port, values)
    if installation.settings_file(home).exists() and not installation.is_demo(values):
        url = values.get("QUANYU_DATABASE_URL", "")
        listed.append(lambda: installation.check(home, values))
        if url:
            listed.append(lambda: installation.check_marks(url, values))
    return listed


def _of_machine(home: Home, port: int, values: Mapping[str, str]) -> list[doctor.Examination]:
    return doctor.on_this_machine(home.path, port, values.get("QUANYU_DATABASE_URL", ""))


def _strike(fault: Fault) -> None:
    raise fault
