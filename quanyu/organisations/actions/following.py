"""Meetings, elections and rolls stand where their organisation stands (随组织迁移)."""

from datetime import datetime

from django.conf import settings
from django.db import models, transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.audit.actions import record
from quanyu.organisations.models import (
    Body,
    Election,
    Meeting,
    MemberTransfer,
    PartyMember,
    Resolution,
    TermChange,
)

JOB = "organisations.follow_bodies"


def follow_at_once(*, actor: Actor, at: datetime) -> int:
    """Let records follow in the transaction that moves their body: no moment lies between.

    Who moves a body may see none of them; the system takes them along.
    """
    worker = system(settings.QUANYU_CITY, job=JOB)
    set_scope(worker)
    try:
        return follow_bodies(actor=worker, at=at)
    finally:
        set_scope(actor)


@transaction.atomic
def follow_bodies(*, actor: Actor, at: datetime) -> int:
    """Put what organisations keep where they stand today; return how many rows were elsewhere.

    Who may see a row hangs on its place: a branch that has moved takes its records along. Bears
    repetition, and acts as the system: nobody else sees them all.
    """
    rows: tuple[tuple[QuerySet[models.Model], str], ...] = (
        (Meeting.objects.visible_to(actor), "body_id"),
        (Resolution.objects.visible_to(actor), "meeting__body_id"),
        (Election.objects.visible_to(actor), "body_id"),
        (PartyMember.objects.visible_to(actor), "body_id"),
        (TermChange.objects.visible_to(actor), "term__body_id"),
        (_waiting(actor), "body_id"),
    )
    moved = sum(_follow(found, key) for found, key in rows)
    moved += _follow(_waiting(actor), "to_id", "also_at")
    coming = PartyMember.objects.visible_to(actor).filter(transfers__answer="")
    moved += _follow(coming, "transfers__to_id", "also_at")
    if moved:
        record("body.follow", "organisations.body", actor=actor, at=at, facts={"rows": moved})
    return moved


def _waiting(actor: Actor) -> "QuerySet[models.Model]":
    return MemberTransfer.objects.visible_to(actor).filter(answer="")


def _follow(rows: "QuerySet[models.Model]", key: str, column: str = "region_path") -> int:
    there = Body.objects.filter(pk=OuterRef(key)).values("life_path")[:1]
    placed = rows.annotate(there=Coalesce(Subquery(there), column))
    gone = placed.exclude(**{column: models.F("there")})
    found = list(gone.values_list("pk", "there"))
    for pk, place in found:
        rows.filter(pk=pk).update(**{column: place})
    return len(found)
