"""How values look on a page: moments, time left, states. Both languages, no clock of its own."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

register = template.Library()

WEEKDAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MINUTE, HOUR, DAY = 60, 3600, 86400

# What a state looks like: its icon, and its tone unless the time is short or gone.
STATES: dict[str, tuple[str, str]] = {
    "reported": ("message-report", ""),
    "verifying": ("map-pin-search", "move"),
    "verified": ("map-pin-check", ""),
    "accepted": ("inbox", ""),
    "filed": ("arrow-forward-up", ""),
    "dispatched": ("send", ""),
    "returned": ("gavel", ""),
    "handling": ("tool", "move"),
    "queried": ("message-question", ""),
    "waiting": ("message-question", ""),
    "merged": ("arrows-join", "void"),
    "suspended": ("player-pause", ""),
    "reviewing": ("calendar-due", ""),
    "consulting": ("users-group", "move"),
    "outside": ("building-arch", ""),
    "forced": ("hand-stop", "void"),
    "forwarded": ("mail-forward", "void"),
    "handled": ("checklist", "move"),
    "checking": ("eye-check", "move"),
    "closed": ("circle-check", "done"),
    "rated": ("message-check", "done"),
    "settled": ("circle-check", "done"),
    "refused": ("arrow-bounce", "void"),
    "void": ("circle-x", "void"),
    "asked": ("mail", ""),
    "doing": ("tool", "move"),
    "answered": ("circle-check", "done"),
    "withdrawn": ("circle-x", "void"),
    "ready": ("circle-check", "done"),
    "active": ("circle-check", "done"),
    "ended": ("circle-x", "void"),
    "locked": ("lock", "soon"),
}
LEVELS = {"late": "alert-triangle", "soon": "clock-exclamation"}
UNKNOWN = ("circle-dot", "")


@register.inclusion_tag("web/_state.html")
def state(value: Mapping[str, str], level: str = "", after: str = "") -> dict[str, object]:
    """Show a state by word, icon and colour; a short or lost limit outshines it."""
    code, label = _part(value, "code"), _part(value, "label")
    icon, tone = STATES.get(code, UNKNOWN)
    return {
        "label": label,
        "after": after,
        "icon": LEVELS.get(level, icon),
        "tone": level if level in LEVELS else tone,
    }


@register.filter
def state_icon(code: str) -> str:
    """Return the icon of a state."""
    return STATES.get(code, UNKNOWN)[0]


def _part(value: object, name: str) -> str:
    if isinstance(value, Mapping):
        return str(value.get(name, ""))
    return str(getattr(value, name, ""))


# ------------------------------------------------------------------ moments


def _is_english() -> bool:
    return (get_language() or "").startswith("en")


def _local(value: object) -> datetime | None:
    at = parse_datetime(value) if isinstance(value, str) else value
    if not isinstance(at, datetime):
        return None
    return timezone.localtime(at) if timezone.is_aware(at) else at


@register.filter
def clock(value: object) -> str:
    """Return the time of day: ``10:35``."""
    at = _local(value)
    return f"{at:%H:%M}" if at else ""


@register.filter
def day(value: object) -> str:
    """Return the date with its year: ``2026年9月29日``, ``29 Sep 2026``."""
    on = value if type(value) is date else _local(value)
    if on is None:
        return ""
    if _is_english():
        return f"{on.day} {MONTHS[on.month - 1]} {on.year}"
    return f"{on.year}年{on.month}月{on.day}日"


@register.filter
def monthday(value: object) -> str:
    """Return the date without its year: ``9月29日``, ``29 Sep``."""
    on = value if type(value) is date else _local(value)
    if on is None:
        return ""
    return f"{on.day} {MONTHS[on.month - 1]}" if _is_english() else f"{on.month}月{on.day}日"


@register.filter
def weekday(value: object) -> str:
    """Return the day of the week: ``周二``, ``Tue``."""
    on = value if type(value) is date else _local(value)
    return str(WEEKDAYS[on.weekday()]) if on else ""


@register.filter
def whole(value: object) -> str:
    """Return the date with its year, and the time: ``2026年9月29日 10:00``."""
    return f"{day(value)} {clock(value)}".strip()


@register.filter
def moment(value: object) -> str:
    """Return date, weekday and time, for prose: ``9月29日（周二）10:00``."""
    at = _local(value)
    if at is None:
        return ""
    if _is_english():
        return f"{weekday(at)} {monthday(at)} {clock(at)}"
    return f"{monthday(at)}（{weekday(at)}）{clock(at)}"


@register.filter
def short(value: object) -> str:
    """Return date and time for a column: ``09-29 10:00``."""
    at = _local(value)
    return f"{at:%m-%d %H:%M}" if at else ""


@register.filter
def today(value: object, now: object = None) -> str:
    """Return the moment as seen from ``now``: ``今天 10:35``, ``昨天 16:30``, ``9月24日 17:30``."""
    at, seen = _local(value), _local(now) or timezone.localtime()
    if at is None:
        return ""
    apart = (at.date() - seen.date()).days
    near = {0: gettext("今天"), 1: gettext("明天"), -1: gettext("昨天")}.get(apart)
    if near:
        return f"{near} {clock(at)}"
    return f"{monthday(at)} {clock(at)}" if at.year == seen.year else whole(at)


# ------------------------------------------------------------------ time left


@register.filter
def left(value: object) -> str:
    """Return how much time is left, or how much it is late: ``剩 11 分钟``, ``超 54 分钟``."""
    if not isinstance(value, (int, float, timedelta)):
        return str(value or "")
    seconds = int(value.total_seconds() if isinstance(value, timedelta) else value)
    span = _span(abs(seconds))
    return (gettext("超 %s") if seconds < 0 else gettext("剩 %s")) % span


def _span(seconds: int) -> str:
    days, hours, minutes = seconds // DAY, seconds % DAY // HOUR, seconds % HOUR // MINUTE
    if days >= 3:
        return ngettext("%d 天", "%d 天", days) % days
    if days:
        return gettext("%(days)d 天 %(hours)d 时") % {"days": days, "hours": hours}
    if hours:
        return gettext("%(hours)d 时 %(minutes)d 分") % {"hours": hours, "minutes": minutes}
    return gettext("%d 分钟") % minutes


# ------------------------------------------------------------------ small arithmetic


@register.filter
def fours(code: object) -> str:
    """Return a code in fours, as it is read out: ``4827 6153 0926 1180``."""
    digits = "".join(str(code).split())
    return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))


@register.filter
def phone_link(number: object) -> str:
    """Return the address that dials ``number``."""
    return "tel:" + "".join(c for c in str(number) if c.isdigit() or c == "+")


@register.filter
def percent(value: object) -> int:
    """Return ``value`` within 0 and 100, for the length of a bar."""
    try:
        return max(0, min(100, round(float(str(value)))))
    except ValueError:
        return 0
