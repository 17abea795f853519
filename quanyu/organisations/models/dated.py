"""Rows that hold from a day on, and until a day (起止日期)."""

from datetime import date

from django.db.models import F, Q

DATED = Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))


def holding(day: date, prefix: str = "") -> Q:
    """Keep what holds on ``day``; the last day is not counted in.

    :param prefix: on the way to the rows that hold, as ``post__stood__``
    """
    begun = Q(**{f"{prefix}valid_from__lte": day})
    return begun & (Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gt": day}))
