"""What other systems know of a matter: asked of whoever speaks with them (他系统的情况)."""

from collections.abc import Mapping, Sequence

from quanyu.kernel.questions import Question

elsewhere: Question[..., Sequence[Mapping[str, str]]] = Question("elsewhere", default=())
"""Asked with ``event_id, actor, at``: the facts to show beside a matter, each ``label``, ``value``,
``url`` and ``note``."""
