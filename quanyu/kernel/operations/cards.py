"""One look at everything, as cards: what, how it stands, what to do next (总览卡片)."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from quanyu.kernel.access.rules import Role
from quanyu.kernel.jobs.rules import Standing
from quanyu.kernel.operations import backup, words
from quanyu.kernel.operations.queries import Overview
from quanyu.kernel.operations.rules import Finding, Key

Pair = tuple[str, str]
"""The figure of a card, and the small print under it."""


def cards(seen: Overview) -> list[dict[str, Any]]:
    """Return a card for each finding, the most urgent first."""
    return [_card(found, FIGURES[found.key](seen)) for found in seen.findings]


def _card(found: Finding, pair: Pair) -> dict[str, Any]:
    value, note = pair
    return {
        "key": found.key.value,
        "label": words.LABELS[found.key],
        "value": value,
        "note": note,
        "level": words.chip(words.LEVELS[found.level]),
        "next": words.NEXT.get((found.key, found.why), ""),
        "url": _address(found.key),
    }


def _address(key: Key) -> str:
    """Return where a card leads: the jobs, the calendar, or the list below on the same page."""
    places = {Key.STATEMENTS: "#statements", Key.ACTIVITY: "#activity", Key.DATABASE: "#tables"}
    pages = {Key.JOBS: "desk_jobs", Key.ADMINISTRATORS: "desk_people"}
    return reverse(pages[key]) if key in pages else places.get(key, "")


def _jobs(seen: Overview) -> Pair:
    dead = seen.jobs(Standing.DEAD)
    value = ngettext("{n} 项失败", "{n} 项失败", dead).format(n=dead)
    return value, _("等待 {waiting}，进行 {running}，将再试 {failing}；最久等了 {waited}").format(
        waiting=seen.jobs(Standing.WAITING),
        running=seen.jobs(Standing.RUNNING),
        failing=seen.jobs(Standing.FAILING, Standing.STALLED),
        waited=words.span(seen.waited),
    )


def _worker(seen: Overview) -> Pair:
    return words.ago(seen.silence), _("最近一次报到；每 10 秒一次")


def _disk(seen: Overview) -> Pair:
    free = _("剩 {size}").format(size=words.size(seen.disk.free))
    return free, _("共 {size}，数据目录所在的磁盘").format(size=words.size(seen.disk.total))


def _database(seen: Overview) -> Pair:
    told = seen.database
    return words.size(told.size), _("连接 {used}/{most}，PostgreSQL {version}").format(
        used=told.used, most=told.most, version=told.version
    )


def _statements(seen: Overview) -> Pair:
    value = ngettext("{n} 种", "{n} 种", seen.slow_of_late).format(n=seen.slow_of_late)
    limit = settings.QUANYU_SLOW_STATEMENT
    return value, _("一天内超过 {limit} 毫秒的语句").format(limit=limit)


def _activity(seen: Overview) -> Pair:
    count = len(seen.sessions)
    longest = max((one.seconds for one in seen.sessions), default=0.0)
    value = ngettext("{n} 个事务", "{n} 个事务", count).format(n=count)
    return value, _("最长的开了 {span}").format(span=words.span(longest))


def _backup(seen: Overview) -> Pair:
    if seen.backup is None:
        return _("还没有备份"), ""
    size = words.size(seen.backup.size)
    return words.ago(seen.backup_age), f"{seen.backup.name} {size}"


def _seal(seen: Overview) -> Pair:
    told = seen.seal
    loose = ngettext("{n} 条未封存", "{n} 条未封存", told.unsealed).format(n=told.unsealed)
    return words.ago(seen.seal_age), f"#{told.number} {told.head[:16]} · {loose}"


def _calendar(seen: Overview) -> Pair:
    years = pgettext("between items", "、").join(str(year) for year in seen.missing_years)
    value = _("缺 {years} 年").format(years=years) if years else _("齐全")
    return value, _("国务院办公厅的放假通知")


def _release(seen: Overview) -> Pair:
    count = len(seen.pending)
    waiting = ngettext("{n} 项数据库升级未执行", "{n} 项数据库升级未执行", count)
    return backup.release(), waiting.format(n=count) if count else _("数据库与程序一致")


def _administrators(seen: Overview) -> Pair:
    held = seen.administrators
    total = sum(held.values())
    value = ngettext("{n} 人", "{n} 人", total).format(n=total)
    return value, _("系统 {system}，安全 {security}，审计 {audit}").format(
        system=held[Role.SYS_ADMIN], security=held[Role.SEC_ADMIN], audit=held[Role.AUDIT_ADMIN]
    )


FIGURES: Mapping[Key, Callable[[Overview], Pair]] = {
    Key.JOBS: _jobs,
    Key.WORKER: _worker,
    Key.DISK: _disk,
    Key.DATABASE: _database,
    Key.STATEMENTS: _statements,
    Key.ACTIVITY: _activity,
    Key.BACKUP: _backup,
    Key.SEAL: _seal,
    Key.CALENDAR: _calendar,
    Key.RELEASE: _release,
    Key.ADMINISTRATORS: _administrators,
}
