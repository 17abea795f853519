"""Bring the kinds of post that are shipped, each marked as a sample (载入岗位种类)."""

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.organisations.actions.keepers import check_keeper
from quanyu.organisations.models import PostKind, StaffNorm
from quanyu.organisations.rules import posts as rules

DATA: Final = Path(__file__).parents[1] / "data" / "post_kinds.json"
BEGIN: Final = date(2020, 1, 1)
"""From when the shipped kinds hold: before every appointment the platform can hold."""


@transaction.atomic
def load_kinds(*, actor: Actor, at: datetime) -> int:
    """Bring the kinds of post that are not there yet; return how many are new.

    A kind that the city has, whatever it says there, is left alone.

    :raises Denied: if the actor does not keep the whole city
    """
    check_keeper(actor, settings.QUANYU_CITY)
    shipped: dict[str, Any] = json.loads(DATA.read_text("utf-8"))
    held = set(PostKind.objects.values_list("code", flat=True))
    new = [_kind(one, shipped["source"]) for one in shipped["kinds"] if one["code"] not in held]
    PostKind.objects.bulk_create(new)
    _load_norms(shipped["norms"])
    if new:
        facts: dict[str, object] = {"kinds": [one.code for one in new]}
        record("post_kind.load", "organisations.postkind", actor=actor, at=at, facts=facts)
    return len(new)


def _load_norms(shipped: list[dict[str, str]]) -> None:
    held = set(StaffNorm.objects.values_list("key", flat=True))
    StaffNorm.objects.bulk_create(
        StaffNorm(
            key=one["key"],
            amount=Decimal(one["amount"]),
            source=one["source"],
            is_sample=True,
            valid_from=BEGIN,
        )
        for one in shipped
        if one["key"] not in held
    )


def _kind(one: dict[str, Any], source: str) -> PostKind:
    said = {name: one.get(name, "") for name in ("code", "level", "hours", "roles", "seat")}
    rules.check_kind(**said)
    return PostKind(**one, source=source, is_sample=True, valid_from=BEGIN)
