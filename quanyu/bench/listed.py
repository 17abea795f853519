"""Count a city's matters and let them be found, by the verbs of the worker (汇总与检索编入).

The worker goes through them in small transactions, beside what people do. Here nobody waits: large
ones, words in processes of their own, and the index of words once they are all there.
"""

import multiprocessing
from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib import import_module
from uuid import UUID

import django
from django.db import connections

from quanyu.bench import matters

PROCESSES = 2
LEARNT, FOLDED = 10_000, 50_000
"""Matters that are learnt, and that are counted, in one transaction."""


def listed(at: datetime) -> None:
    """Count every matter and learn its words."""
    keys = _keys()
    context = multiprocessing.get_context("spawn")
    with matters.indexed_afterwards("EventWords"), context.Pool(PROCESSES, django.setup) as pool:
        learning = pool.imap_unordered(_learn, ((part, at) for part in _parts(keys, LEARNT)))
        for part in _parts(keys, FOLDED):
            _by_worker("fold", at, keys=part)
        for _part in learning:
            pass
    _by_worker("mark_whole", at, since=at)
    matters.settle()


def _learn(given: tuple[Sequence[UUID], datetime]) -> None:
    keys, at = given
    _by_worker("learn_words", at, keys=keys)


def _by_worker(verb: str, at: datetime, **facts: object) -> None:
    access = import_module("quanyu.kernel.access.rules")
    settings = import_module("django.conf").settings
    worker = access.system(settings.QUANYU_CITY, job="bench")
    with import_module("quanyu.kernel.access.scope").acting(worker):
        getattr(import_module("quanyu.events.actions"), verb)(actor=worker, at=at, **facts)


def _keys() -> list[UUID]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT id FROM events_event ORDER BY id")
        return [key for (key,) in cursor.fetchall()]


def _parts(keys: Sequence[UUID], size: int) -> Iterator[Sequence[UUID]]:
    for begin in range(0, len(keys), size):
        yield keys[begin : begin + size]
