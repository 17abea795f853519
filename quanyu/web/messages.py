"""What the schema library finds wrong, in the reader's language (字段校验用语)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

SENTENCES: Mapping[str, str] = {
    "missing": _("必填"),
    "extra_forbidden": _("没有这个字段"),
    "string_type": _("须是文字"),
    "string_unicode": _("须是文字"),
    "string_too_short": _("至少 {min_length} 个字"),
    "string_too_long": _("最多 {max_length} 个字"),
    "int_type": _("须是整数"),
    "int_parsing": _("须是整数"),
    "int_from_float": _("须是整数"),
    "float_type": _("须是数字"),
    "float_parsing": _("须是数字"),
    "finite_number": _("须是有限的数字"),
    "bool_type": _("须是 true 或 false"),
    "bool_parsing": _("须是 true 或 false"),
    "greater_than_equal": _("不得小于 {ge}"),
    "less_than_equal": _("不得大于 {le}"),
    "uuid_type": _("须是一个标识码（UUID）"),
    "uuid_parsing": _("须是一个标识码（UUID）"),
    "enum": _("须是其中之一：{expected}"),
    "literal_error": _("须是其中之一：{expected}"),
    "date_parsing": _("须是日期，如 2026-09-29"),
    "date_type": _("须是日期，如 2026-09-29"),
    "date_from_datetime_parsing": _("须是日期，如 2026-09-29"),
    "date_from_datetime_inexact": _("须是日期，如 2026-09-29"),
    "datetime_type": _("须是日期和时间，如 2026-09-29T14:30"),
    "datetime_parsing": _("须是日期和时间，如 2026-09-29T14:30"),
    "datetime_from_date_parsing": _("须是日期和时间，如 2026-09-29T14:30"),
    "timezone_aware": _("须写明时区，如 2026-09-29T14:30+08:00"),
    "list_type": _("须是一列"),
    "too_short": _("至少 {min_length} 项"),
    "too_long": _("最多 {max_length} 项"),
    "int_parsing_size": _("数字太大"),
    "model_type": _("须是一个对象"),
    "model_attributes_type": _("须是一个对象"),
    "dict_type": _("须是一个对象"),
    "unkeepable": _("含有无法保存的字符"),
}
"""By the library's own name of the fault; another one keeps the library's English."""


def said(found: Mapping[str, Any]) -> str:
    """Return what is wrong with one field; the allowed value or length stands in it."""
    sentence = SENTENCES.get(str(found.get("type", "")))
    if sentence is None:
        return str(found.get("msg", ""))
    return gettext(sentence).format(**{k: _whole(v) for k, v in found.get("ctx", {}).items()})


def _whole(value: Any) -> Any:
    """Return a number as people write it: 90, not 90.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
