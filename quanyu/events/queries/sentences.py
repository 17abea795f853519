"""Several things said, in one sentence (连成一句)."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

STOPS = "。；.; "
"""What a part may end in by itself; of all but the last the semicolon stands for it."""


def run_on(parts: Iterable[str]) -> str:
    """Return what is not empty of these parts as one sentence, without a doubled stop."""
    said = [part for part in parts if part]
    return _("；").join([*(part.rstrip(STOPS) for part in said[:-1]), *said[-1:]])
