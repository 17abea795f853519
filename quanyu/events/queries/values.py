"""What a matter holds by the columns of its list: the page and the file read it here (列的取值)."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from quanyu.events.models import Event
from quanyu.events.queries import clock, desk, words
from quanyu.events.rules import Channel
from quanyu.events.rules.fair import CALL_SHARE
from quanyu.events.tables import MATTERS
from quanyu.events.workflow import EVENT, State
from quanyu.kernel.codes import queries as codes
from quanyu.regions import queries as regions


@MATTERS.read_by
def values(rows: Sequence[Event], *, at: datetime) -> list[dict[str, Any]]:
    """Return what each matter holds, as a file writes it; names are looked up once a batch."""
    bodies = desk.body_names(list(rows))
    place = _once(place_words)
    named = _once(partial(words.class_words, at=at))
    channel, state = _once(channel_words), _once(state_words)
    return [
        {
            "number": row.number,
            "title": row.title,
            "place": place(row.region_path),
            "address": row.address,
            "class": named(row.category),
            "state": state(row.state),
            "body": bodies.get(row.body_id, "") if row.body_id else "",
            "due": _due(row),
            "channel": channel(row.channel),
            "urgent": row.is_urgent,
            "reported": row.reported_at,
            "closed": row.closed_at,
            "reworked": row.reworked,
            "reopened": row.reopened,
            "text": row.text,
            "outcome": row.outcome,
        }
        for row in rows
    ]


def place_words(path: str, *, depth: int = 2) -> str:
    """Return the last names on the way to a place."""
    crumbs = regions.breadcrumb(path)[-depth:]
    return " ".join(regions.label(crumb.path) for crumb in crumbs)


@codes.stage_names.answered_by
def share_names(workflow: str) -> dict[str, str]:
    """Return what the shares of calling back are called that a city may set by channel."""
    if workflow != EVENT.name:
        return {}
    by = _("回访比例，来源：{channel}")
    return {f"{CALL_SHARE}_{one.value}": by.format(channel=channel_words(one)) for one in Channel}


def channel_words(channel: str) -> str:
    """Return how a matter came in."""
    names = {
        Channel.WEB: _("网页上报"),
        Channel.API: _("接口上报"),
        Channel.PHONE: _("电话"),
        Channel.WINDOW: _("窗口"),
        Channel.GRID: _("网格员上报"),
        Channel.HOTLINE: _("12345 热线"),
    }
    return names.get(Channel(channel), channel)


def state_words(code: str) -> str:
    """Return what a state is called at the desk."""
    return str(State(code).label)


def _due(row: Event) -> datetime | None:
    """Return when the clock that runs out first does, as the list shows it."""
    named = clock.nearest(row)
    found = clock.running(row, named) if named else None
    return found.due if found else None


def _once(named: Any) -> Any:
    """Return a look-up that asks for each word once: a batch repeats few of them often."""
    known: dict[str, str] = {}

    def found(key: str) -> str:
        if key not in known:
            known[key] = named(key)
        return known[key]

    return found
