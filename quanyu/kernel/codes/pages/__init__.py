"""Code lists and limits as they hold on a day; an administrator changes them with a start date."""

from quanyu.kernel.codes.pages.desk import code_list, lists
from quanyu.kernel.codes.pages.shown import LIMITS, WORKFLOW, flag_words, limit_words, unit_words

__all__ = [
    "LIMITS",
    "WORKFLOW",
    "code_list",
    "flag_words",
    "limit_words",
    "lists",
    "unit_words",
]
