"""What kind of device a browser says it is: its family and system, nothing finer (设备)."""

from collections.abc import Sequence

FAMILIES = (
    ("MicroMessenger/", "WeChat"),
    ("DingTalk/", "DingTalk"),
    ("Edg", "Edge"),
    ("360SE", "360"),
    ("QQBrowser/", "QQ"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("OpenHarmony", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("UOS", "UOS"),
    ("Kylin", "Kylin"),
    ("Linux", "Linux"),
)
"""The first mark that is found counts: a browser names its forebears too."""


def named(user_agent: str) -> str:
    """Return browser family and system, as ``Chrome · Windows``; empty when neither is known."""
    found = (_first(FAMILIES, user_agent), _first(SYSTEMS, user_agent))
    return " · ".join(filter(None, found))


def _first(marks: Sequence[tuple[str, str]], text: str) -> str:
    return next((name for mark, name in marks if mark in text), "")
