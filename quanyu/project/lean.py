"""What a web worker leaves out of its memory that its libraries bring along (进程内存).

The library of the API asks for one signal of Django's tests, and with its package comes the whole
runner: 47 modules, 3 MB of each worker. The module of the signals needs nothing of them.
"""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import django

SIGNALS = "django.test.signals"


def leave_out_tests() -> None:
    """Load the signals of Django's tests by themselves, unless the tests are there already."""
    where = Path(django.__file__).parent.joinpath(*SIGNALS.split(".")[1:]).with_suffix(".py")
    spec = spec_from_file_location(SIGNALS, where)
    if SIGNALS in sys.modules or spec is None or spec.loader is None:
        return
    sys.modules[SIGNALS] = module = module_from_spec(spec)
    spec.loader.exec_module(module)
