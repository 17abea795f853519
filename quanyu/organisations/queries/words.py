"""What bodies and classes are called, in the reader's language (名称)."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from quanyu.kernel.codes import queries as codes
from quanyu.organisations import rules


def in_language(chinese: str, english: str) -> str:
    """Return the name in the reader's language; Chinese where there is no other."""
    return english if english and (get_language() or "").startswith("en") else chinese


def class_name(prefix: str) -> str:
    """Return what the classes under a prefix are called."""
    if not prefix:
        return _("全部类别")
    if prefix == rules.PART:
        return _("全部部件")
    entry = codes.known("part_class" if rules.is_part(prefix) else "event_class", prefix)
    return f"{entry.shown} {codes.label(entry)}" if entry else prefix
