"""Whom the rungs of a matter have told, and who is told next (提醒情况)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from quanyu.events.queries import clock, escalating, owed
from quanyu.events.workflow import EVENT
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.privacy.rules import mask_name


def block(event: Any, *, actor: Actor, at: datetime) -> dict[str, Any] | None:
    """Return whom a matter was told to and what comes next; nothing where neither is."""
    rows, coming = escalating.told(event, actor=actor), escalating.coming(event, at=at)
    if not rows and coming is None:
        return None
    keys = [key for row in rows for key in (row.account_id, row.on_behalf_of) if key]
    names = accounts.account_names([*keys, *(coming.found.people if coming else [])])
    told = [_told(list(same), names) for _key, same in groupby(rows, key=_together)]
    return {
        "coming": _coming(coming, names) if coming else None,
        "rows": told,
        "older": max(len(told) - 1, 0),
    }


def beside(row: Any, *, actor: Actor) -> dict[str, Any] | None:
    """Return whom a call or a card was told to; nothing if to nobody yet."""
    rows = owed.told(row, actor=actor)
    if not rows:
        return None
    keys = [key for one in rows for key in (one.account_id, one.on_behalf_of) if key]
    names = accounts.account_names(keys)
    of = row.workflow.name
    told = [_told(list(same), names, of=of) for _key, same in groupby(rows, key=_together)]
    return {"coming": None, "rows": told, "older": max(len(told) - 1, 0)}


def _together(row: Any) -> tuple[object, ...]:
    return row.told_at, row.stage, row.number


def _coming(coming: Any, names: Mapping[UUID, str]) -> dict[str, Any]:
    rung, found = coming.moment.rung, coming.found
    return {
        "at": coming.moment.at,
        "what": escalating.notice_words(rung.words),
        "whom": escalating.level_words(found.level or rung.whom),
        "who": _people([(key, None) for key in found.people], names),
        "why": _("{distance}；{clock} {due} 到期").format(
            distance=escalating.distance_words(rung),
            clock=escalating.stage_words(coming.ticking.stage),
            due=clock.moment_words(coming.ticking.due),
        ),
        "vacant": _vacant(rung.whom, found.level),
        "clause": codes.cited(rung.clause),
    }


def _told(
    rows: Sequence[Any], names: Mapping[UUID, str], *, of: str = EVENT.name
) -> dict[str, Any]:
    """Return what several people were told of one rung at once."""
    row = rows[0]
    return {
        "at": row.told_at,
        "what": escalating.notice_words(row.words),
        "whom": escalating.level_words(row.level or row.whom, of=of),
        "who": _people([(one.account_id, one.on_behalf_of) for one in rows], names),
        "why": _("{clock}第 {n} 步").format(
            clock=escalating.stage_words(row.stage, of=of), n=row.number
        ),
        "vacant": _vacant(row.whom, row.level, of=of),
    }


def _people(found: Sequence[tuple[UUID | None, UUID | None]], names: Mapping[UUID, str]) -> str:
    said = [
        _("{name}（代 {other}）").format(name=_name(key, names), other=_name(other, names))
        if other
        else _name(key, names)
        for key, other in found
        if key is not None
    ]
    return pgettext("between items", "、").join(said)


def _name(key: UUID, names: Mapping[UUID, str]) -> str:
    return mask_name(names.get(key, ""))


def _vacant(meant: str, level: str, *, of: str = EVENT.name) -> str:
    if level == meant:
        return ""
    whom = escalating.level_words(meant, of=of)
    if not level:
        return _("从{whom}往上都没有人，没有告知到人").format(whom=whom)
    return _("{whom}空缺，告知上一级").format(whom=whom)
