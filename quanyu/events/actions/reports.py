"""A report comes in and is followed by its code (上报)."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from quanyu.events import queries, rules
from quanyu.events.actions.common import attach, classify, new_number, path_of
from quanyu.events.models import KEY_PLACE, Contact, Event, Idempotency, Origin
from quanyu.events.rules import ON_BEHALF, Channel, forwarded
from quanyu.events.rules.forwarded import Came
from quanyu.events.workflow import State
from quanyu.kernel.access import prepared
from quanyu.kernel.access.rules import REPORTER, Actor, ActorKind
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.privacy import rules as privacy_rules
from quanyu.kernel.privacy.fields import ring
from quanyu.kernel.quotas.actions import forgive, knock
from quanyu.kernel.quotas.rules import Quota
from quanyu.kernel.workflow.actions import start

KEY_LIVES = timedelta(hours=24)


MINUTE, DAY = 60, 86_400


AGAIN_OF_NONE = _("没有这个查询码的事项，或者还在办，不用再反映")


TAKE_KEY = """
INSERT INTO events_idempotency (key, request, answer, at) VALUES (%s, %s, %s, %s)
ON CONFLICT (key) DO UPDATE
  SET request = excluded.request, answer = excluded.answer, at = excluded.at
  WHERE events_idempotency.at < %s
RETURNING 1
"""


class KeyReused(Invalid):
    """The same Idempotency-Key came with another body."""


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody says is wrong (上报内容)."""

    text: str
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    category: str = ""
    channel: Channel = Channel.WEB
    name: str = ""
    phone: str = ""
    may_text: bool = False
    is_confidential: bool = False
    agreed: str = ""
    is_urgent: bool = False
    came: Came | None = None
    may_ask_back: bool = False
    """Whether the reporter may be called after closing and asked how it was done."""

    repeat_of: UUID | None = None
    """The closed matter that it is reported again from."""
    same: UUID | None = None
    """The open matter near by that the reporter says this is, too."""
    photos: Sequence[Any] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the reporter gets: the code to follow the matter by."""

    id: UUID
    code: str
    number: str
    reported_at: datetime
    is_repeat: bool = False


def report(
    *, said: Report, actor: Actor, at: datetime, address: str = "", key: str = ""
) -> Receipt:
    """Take a new report (事件上报), or give again what the same key was answered with.

    :param address: the network address of an anonymous reporter, counted against the limits
    :param key: the Idempotency-Key; within a day the same key and body is one report
    :raises BadText: if too little or too much was said
    :raises BadPlace: if neither a point nor words say where
    :raises UnknownClass: if the class does not hold today
    :raises KeyReused: if the key came with another body before
    :raises NotAgreed: if staff give a contact and do not say how that person agreed
    :raises TooMany: if this address or this telephone reports too often
    """
    phone = privacy_rules.normal_phone(said.phone) if said.phone else ""
    if address:
        quotas = [
            Quota(settings.QUANYU_REPORTS_A_MINUTE, MINUTE),
            Quota(settings.QUANYU_REPORTS_A_DAY, DAY),
        ]
        knock("report", who=[address, phone], quotas=quotas, at=at)
    event = _drafted(said, actor=actor, at=at)
    receipt = Receipt(event.id, _new_code(), event.number, at)
    event.code_index = code_indexes(rules.code_digits(receipt.code))[0]
    # A resident's words are past every refusal here: a savepoint of their own inside the request's
    # transaction would be two round trips for nothing. Pictures and staff may still be refused.
    with transaction.atomic(savepoint=bool(said.photos) or actor != REPORTER):
        is_new = not key or _take_key(key, said, receipt, at=at)
        if is_new:
            start(
                event,
                actor=actor,
                at=at,
                beside=_contact(event, said, phone=phone, at=at),
                channel=said.channel.value,
                category=said.category or None,
                **_came(said),
            )
            attach(event, said.photos, "report", actor=actor, at=at)
            _keep_origin(event, said.came, at=at)
    return receipt if is_new else _answered_before(key, said)


def open_by_code(*, code: str, address: str, at: datetime) -> Actor:
    """Return who holds this follow code, and let the database know; a wrong one is counted.

    The try is counted before it is known to be right, so that guesses sent at once cannot outrun
    the count, and taken back when it was no guess.

    :raises TooMany: if this address has sent too many wrong codes
    :raises Denied: if no matter has it, or it is no code at all
    """
    guess: dict[str, Any] = {"who": [address], "at": at}
    guess["quotas"] = [Quota(settings.QUANYU_CODES_A_MINUTE, MINUTE)]
    knock("code", **guess)
    digits = rules.code_digits(code)
    if not digits:
        raise Denied
    holder = queries.row_of_code(code_indexes(digits))
    forgive("code", **guess)
    set_scope(holder)
    return holder


def matter_again(*, code: str, address: str, actor: Actor, at: datetime) -> UUID:
    """Return the closed matter that somebody reports again, by its follow code (再次反映).

    Whoever holds the code reported it; the tries are counted as everywhere.

    :raises Invalid: if the code is none, or its matter is not over
    :raises TooMany: if this address has sent too many wrong codes
    """
    try:
        held = open_by_code(code=code, address=address, at=at)
        event = queries.one(event_id=held.row, actor=held) if held.row else None
    except Denied:
        event = None
    finally:
        set_scope(actor)
    if event is None or event.state in {*queries.OPEN, State.MERGED}:
        raise Invalid(AGAIN_OF_NONE, field="again")
    return event.pk


@transaction.atomic
def forget_keys(*, at: datetime) -> int:
    """Delete the idempotency keys whose day is over; return how many."""
    deleted, _kinds = Idempotency.objects.filter(at__lt=at - KEY_LIVES).delete()
    return deleted


def code_indexes(digits: str) -> list[bytes]:
    """Return the keyed hashes by which a follow code is found; the code itself is not kept."""
    return ring().marks(digits, column="events.event.code")


def _drafted(said: Report, *, actor: Actor, at: datetime) -> Event:
    rules.check_point(said.lon, said.lat, said.address)
    text = rules.check_text(said.text)
    event = Event(
        number=new_number(at),
        channel=said.channel.value,
        title=rules.title(text),
        text=text,
        address=said.address.strip()[:200],
        lon=said.lon,
        lat=said.lat,
        region_path=path_of(said.lon, said.lat, address=said.address, otherwise=_home(actor)),
        reported_at=at,
        said_same=said.same,
        account_id=actor.id if said.channel is Channel.GRID else None,
        repeat_of_id=said.repeat_of,
    )
    if said.category:
        classify(event, said.category, at=at)
    event.is_urgent = event.is_urgent or said.is_urgent
    return event


def _home(actor: Actor) -> str:
    """Return where a matter lies that is in no known grid: where staff, or the source, work."""
    knows = actor.kind in {ActorKind.PERSON, ActorKind.SYSTEM}
    return actor.places[0] if knows and actor.places else ""


def _contact(event: Event, said: Report, *, phone: str, at: datetime) -> list[Contact]:
    """Return the contact to keep beside the matter, if one was given."""
    name = said.name.strip()[:40]
    has_contact = bool(name or phone)
    is_on_behalf = said.channel in ON_BEHALF
    forwarded.check_agreed(said.agreed, is_on_behalf=is_on_behalf, has_contact=has_contact)
    if not has_contact:
        return []
    agreed = {
        "may_text": said.may_text and bool(phone),
        "may_ask_back": said.may_ask_back and bool(phone),
        "is_confidential": said.is_confidential,
        "agreed": said.agreed,
    }
    return [Contact(event=event, name=name, phone=phone, given_at=at, **agreed)]


def _keep_origin(event: Event, came: Came | None, *, at: datetime) -> None:
    """Keep from which other system the matter came, if it did."""
    if came is not None:
        told = {"class_said": came.class_said[:120], "body_said": came.body_said[:120]}
        told |= {"source": came.source, "number": came.number}
        Origin.objects.create(event=event, mark=came.mark, version=1, taken_at=at, **told)


def _came(said: Report) -> dict[str, str]:
    if said.came is None:
        return {}
    return {"source": said.came.source, "source_number": said.came.number}


def _new_code() -> str:
    """Return sixteen random digits in fours: 53 bits, more than anyone can try."""
    return rules.in_fours(f"{secrets.randbelow(10**16):016d}")


def _take_key(key: str, said: Report, receipt: Receipt, *, at: datetime) -> bool:
    """Take the key for this report; False when a report has it already.

    Two with the same key at once: the second waits at the key's row until the first commits.
    """
    plain = json.dumps([str(receipt.id), receipt.code, receipt.number])
    answer = ring().seal(plain, place=KEY_PLACE)
    given = [_hashed(key), _body(said), answer, at, at - KEY_LIVES]
    return bool(prepared.fetch(TAKE_KEY, given))


def _answered_before(key: str, said: Report) -> Receipt:
    """Return the receipt that was given for this key.

    :raises KeyReused: if it was given for another report
    """
    row = Idempotency.objects.get(key=_hashed(key))
    if bytes(row.request) != _body(said):
        raise KeyReused(_("这个 Idempotency-Key 已经用于另一份内容"), field="Idempotency-Key")
    event_id, code, number = json.loads(ring().open(bytes(row.answer), place=KEY_PLACE))
    return Receipt(UUID(event_id), code, number, row.at, is_repeat=True)


def _hashed(key: str) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), key.encode(), hashlib.sha256)


def _body(said: Report) -> bytes:
    return hashlib.sha256(repr(said).encode()).digest()
