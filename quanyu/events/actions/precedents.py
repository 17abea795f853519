"""Register and revoke whose job a kind of matter is (判例登记、撤销)."""

import re
from datetime import datetime
from uuid import UUID

from django.db import transaction

from quanyu.events import queries
from quanyu.events.models import Event, Precedent
from quanyu.events.queries import precedents
from quanyu.events.rules import classing as rules
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _

LONGEST_WORD = 20
SHORTEST, LONGEST = 4, 200
PERSONAL = re.compile(r"\d{5,}")
"""A telephone or an identity number has no place in a register that all dispatchers read."""


@transaction.atomic
def register_precedent(
    *,
    event_id: UUID,
    class_prefix: str,
    place: str,
    ground: str,
    actor: Actor,
    at: datetime,
    keyword: str = "",
    clause_id: UUID | None = None,
) -> Precedent:
    """Register that this kind of matter is the job of the body that has this one (判例登记).

    :raises NoPrecedent: if this matter decides nothing, or the same is decided already
    :raises WrongPrecedent: if class, place, word or ground do not fit the matter
    """
    event = queries.one(event_id=event_id, actor=actor, lock=True)
    roles = precedents.DECIDERS & actor.roles_at(event.region_path)
    if not roles or actor.id is None or event.body_id is None:
        raise Denied
    if not precedents.may_register(event, actor=actor, at=at):
        raise rules.NoPrecedent(_("这件事没有改派或裁定过，或者已按判例派遣，不用登记"))
    word, why = keyword.strip(), _checked(ground, "ground")
    _check(event, class_prefix, place, word, actor=actor)
    known = precedents.same(event, class_prefix=class_prefix, place=place, keyword=word)
    if known is not None:
        raise rules.NoPrecedent(
            _("同一类别、地方和词已有判例（{number}），请先撤销它"), number=known.number
        )
    row = Precedent.objects.create(
        class_prefix=class_prefix,
        region_path=place,
        keyword=word,
        body_id=event.body_id,
        ground=why,
        clause_id=clause_id,
        number=event.number,
        registered_at=at,
        registered_by=actor.id,
        registered_role=min(roles),
    )
    facts = {"class": class_prefix, "place": place, "keyword": word, "body": str(event.body_id)}
    record("precedent.register", row, actor=actor, at=at, facts=facts)
    return row


@transaction.atomic
def revoke_precedent(*, precedent: UUID, reason: str, actor: Actor, at: datetime) -> Precedent:
    """End a precedent: the duty list suggests again (判例撤销).

    :raises Denied: if there is none, or it is not this person's to end
    :raises NoPrecedent: if it is revoked already
    """
    row = precedents.one(precedent, actor=actor, lock=True)
    roles = precedents.DECIDERS & actor.roles_at(row.region_path)
    if not roles:
        raise Denied
    if row.revoked_at is not None:
        raise rules.NoPrecedent(_("这条判例已经撤销"))
    why = _checked(reason, "reason")
    row.revoked_at, row.revoked_by, row.revoked_reason = at, actor.id, why
    row.revoked_role = min(roles)
    row.save()
    record("precedent.revoke", row, actor=actor, at=at, facts={"reason": why})
    return row


def _check(event: Event, class_prefix: str, place: str, word: str, *, actor: Actor) -> None:
    classes = [event.category, precedents.major(event.category)]
    if class_prefix not in classes:
        raise rules.WrongPrecedent(
            _("判例的类别只能是这件事的类别或它的大类"),
            field="class_prefix",
            value=class_prefix,
            allowed=classes,
        )
    places = precedents.places(event, actor=actor)
    if place not in places:
        raise rules.WrongPrecedent(
            _("判例的地方要包含这件事，并在您的辖区内"), field="place", value=place, allowed=places
        )
    if word and (not 2 <= len(word) <= LONGEST_WORD or word not in event.text):
        raise rules.WrongPrecedent(
            _("词要在反映的情况里出现过，2 到 {most} 个字"),
            field="keyword",
            value=word,
            most=LONGEST_WORD,
        )
    _check_words(word, "keyword")


def _checked(text: str, field: str) -> str:
    said = " ".join(text.split())
    if not SHORTEST <= len(said) <= LONGEST:
        raise rules.WrongPrecedent(
            _("请写明依据或理由，{least} 到 {most} 个字"),
            field=field,
            value=len(said),
            least=SHORTEST,
            most=LONGEST,
        )
    _check_words(said, field)
    return said


def _check_words(text: str, field: str) -> None:
    if PERSONAL.search(text):
        raise rules.WrongPrecedent(_("判例里不写电话、证件号码等个人信息"), field=field)
