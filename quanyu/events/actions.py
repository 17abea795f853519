"""What may be done with a matter: one verb, one transaction."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from quanyu.events import queries, rules
from quanyu.events.models import Contact, Event, Idempotency, Published
from quanyu.events.queries import photos as pictures
from quanyu.events.rules import Channel
from quanyu.kernel.access import prepared
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import REPORTER, Actor, ActorKind, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.audit.actions import record
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.files import actions as files
from quanyu.kernel.files.rules import Purpose
from quanyu.kernel.privacy import actions as privacy
from quanyu.kernel.privacy import rules as privacy_rules
from quanyu.kernel.privacy.fields import ring
from quanyu.kernel.quotas.actions import forgive, knock
from quanyu.kernel.quotas.rules import Quota
from quanyu.kernel.workflow.actions import move, note, overdue, start
from quanyu.kernel.workflow.spec import NotAllowed
from quanyu.organisations import queries as organisations
from quanyu.regions import queries as regions

KEY_LIVES = timedelta(hours=24)
KEY_PLACE = "events.idempotency.answer"
MINUTE, DAY = 60, 86_400
DESK = frozenset({Role.OPERATOR, Role.DISPATCHER, Role.COMMANDER})
REACHES_REPORTER = frozenset({Role.OPERATOR, Role.DISPATCHER, Role.CHECKER, Role.GRID_WORKER})


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
    event.code_index = code_index(rules.code_digits(receipt.code))
    # A resident's words are past every refusal here: a savepoint of their own inside the request's
    # transaction would be two round trips for nothing. Pictures and staff may still be refused.
    with transaction.atomic(savepoint=bool(said.photos) or actor != REPORTER):
        is_new = not key or _take_key(key, said, receipt, at=at)
        if is_new:
            start(
                event,
                actor=actor,
                at=at,
                beside=_contact(event, name=said.name, phone=phone, at=at),
                channel=said.channel.value,
                category=said.category or None,
            )
            _attach(event, said.photos, "report", actor=actor, at=at)
    return receipt if is_new else _answered_before(key, said)


@transaction.atomic
def place(
    *,
    event_id: UUID,
    actor: Actor,
    at: datetime,
    lon: float | None = None,
    lat: float | None = None,
    region_path: str = "",
    address: str = "",
) -> Event:
    """Say where a matter lies (落点): by a point on the map, or by naming the place.

    :raises NotAllowed: if the actor works at no desk here
    :raises BadPlace: if the point lies outside every grid and no place is named
    """
    event = get(Event, event_id, actor=actor, lock=True)
    _check_desk(event, actor)
    found = region_path or (_path_of(lon, lat) if lon is not None and lat is not None else "")
    if not found.startswith(settings.QUANYU_CITY) or not regions.breadcrumb(found):
        raise rules.BadPlace(
            _("这个点不在任何网格里，请再选一个社区"), field="region_path", value=found
        )
    before = event.region_path
    event.region_path, event.address = found, address.strip() or event.address
    if lon is not None and lat is not None:
        event.lon, event.lat = lon, lat
    event.save(update_fields=["region_path", "address", "lon", "lat"])
    role = min(DESK & actor.roles)
    note(event, "place", actor=actor, at=at, role=role, from_place=before, to_place=found)
    return event


@transaction.atomic
def suggest(*, event_id: UUID, actor: Actor, at: datetime) -> Event:
    """Set down which class the words of a report speak for, and which words those are."""
    event = get(Event, event_id, actor=actor, lock=True)
    keywords = queries.keywords(on=local(at).date())
    code, words = rules.suggest(event.text, keywords)
    event.suggested, event.suggested_words = code, list(words)
    event.save(update_fields=["suggested", "suggested_words"])
    return event


@transaction.atomic
def request_verification(*, event_id: UUID, actor: Actor, at: datetime, remark: str = "") -> Event:
    """Ask the grid's worker to look on the spot (请网格员核实)."""
    event = get(Event, event_id, actor=actor, lock=True)
    move(event, "request_verification", actor=actor, at=at, remark=remark or None)
    return event


@transaction.atomic
def verify(
    *, event_id: UUID, finding: str, actor: Actor, at: datetime, photos: Sequence[Any] = ()
) -> Event:
    """Tell what was found on the spot (核实)."""
    event = get(Event, event_id, actor=actor, lock=True)
    event.is_verified = True
    move(event, "verify", actor=actor, at=at, finding=finding)
    _attach(event, photos, "verify", actor=actor, at=at)
    return event


@transaction.atomic
def accept(*, event_id: UUID, actor: Actor, at: datetime) -> Event:
    """Agree that the matter is ours to settle (受理)."""
    event = get(Event, event_id, actor=actor, lock=True)
    move(event, "accept", actor=actor, at=at)
    return event


@transaction.atomic
def refuse(*, event_id: UUID, reason: str, reply: str, actor: Actor, at: datetime) -> Event:
    """Decline the matter for a listed reason, with an answer to the reporter (不予受理)."""
    event = get(Event, event_id, actor=actor, lock=True)
    _check_reason("reason_refuse", reason, field="reason", at=at)
    event.reply, event.closed_at = reply, at
    move(event, "refuse", actor=actor, at=at, reason=reason, reply=reply)
    return event


@transaction.atomic
def settle(
    *, event_id: UUID, outcome: str, actor: Actor, at: datetime, photos: Sequence[Any] = ()
) -> Event:
    """Put it right on the spot (现场办结); counted apart from matters that were filed."""
    event = get(Event, event_id, actor=actor, lock=True)
    event.outcome, event.closed_at = outcome, at
    event.handled_by = _with(event.handled_by, actor)
    move(event, "settle", actor=actor, at=at, outcome=outcome)
    _attach(event, photos, "handle", actor=actor, at=at)
    return event


@transaction.atomic
def file(*, event_id: UUID, class_code: str, actor: Actor, at: datetime) -> Event:
    """Enter the matter under its class (立案).

    :raises UnknownClass: if the class does not hold today
    """
    event = get(Event, event_id, actor=actor, lock=True)
    _classify(event, class_code, at=at)
    move(event, "file", actor=actor, at=at, class_code=class_code)
    return event


@transaction.atomic
def dispatch(*, event_id: UUID, body: UUID, actor: Actor, at: datetime, remark: str = "") -> Event:
    """Hand a filed matter to the body that answers for it (派遣).

    :raises WrongHandler: if the duty list names others for this class and place
    """
    event = get(Event, event_id, actor=actor, lock=True)
    holders = organisations.duty_holders(
        event.category, place=event.region_path, on=local(at).date()
    )
    allowed = {holder.body_id: holder.name for holder in holders}
    rules.check_handler(body, allowed=allowed, names=list(allowed.values()))
    event.body_id = body
    event.dispatched_by = _with(event.dispatched_by, actor)
    move(event, "dispatch", actor=actor, at=at, body=body, remark=remark or None)
    return event


@transaction.atomic
def send_out(
    *, event_id: UUID, class_code: str, body: UUID, actor: Actor, at: datetime, remark: str = ""
) -> Event:
    """Accept, file and dispatch in one act, for who holds both desk roles (受理立案派遣)."""
    event = get(Event, event_id, actor=actor, lock=True)
    steps = {"reported": "accept", "verified": "accept", "accepted": "file"}
    if steps.get(event.state) == "accept":
        event = accept(event_id=event_id, actor=actor, at=at)
    if steps.get(event.state) == "file":
        event = file(event_id=event_id, class_code=class_code, actor=actor, at=at)
    return dispatch(event_id=event_id, body=body, actor=actor, at=at, remark=remark)


@transaction.atomic
def insist(*, event_id: UUID, reason: str, actor: Actor, at: datetime) -> Event:
    """Decide that the body keeps the matter it handed back (维持派遣)."""
    event = get(Event, event_id, actor=actor, lock=True)
    event.dispatched_by = _with(event.dispatched_by, actor)
    move(event, "insist", actor=actor, at=at, reason=reason)
    return event


@transaction.atomic
def acknowledge(*, event_id: UUID, actor: Actor, at: datetime) -> Event:
    """Sign for the matter (签收); the clock has run since it was dispatched."""
    event = get(Event, event_id, actor=actor, lock=True)
    event.handled_by = _with(event.handled_by, actor)
    move(event, "acknowledge", actor=actor, at=at)
    return event


@transaction.atomic
def hand_back(
    *, event_id: UUID, legal_ground: str, reason: str, actor: Actor, at: datetime
) -> Event:
    """Return the matter once, on a legal ground; the dispatcher decides (退回)."""
    event = get(Event, event_id, actor=actor, lock=True)
    _check_reason("reason_hand_back", legal_ground, field="legal_ground", at=at)
    body = event.body_id
    facts = {"legal_ground": legal_ground, "reason": reason, "body": body}
    move(event, "hand_back", actor=actor, at=at, **facts)
    event.handed_back_by = [*event.handed_back_by, body]  # type: ignore[list-item]
    event.save(update_fields=["handed_back_by"])
    return event


@transaction.atomic
def handle(
    *, event_id: UUID, outcome: str, actor: Actor, at: datetime, photos: Sequence[Any] = ()
) -> Event:
    """Tell what was done (处置反馈)."""
    event = get(Event, event_id, actor=actor, lock=True)
    _check_evidence(event, photos, at=at)
    event.outcome = outcome
    event.handled_by = _with(event.handled_by, actor)
    move(event, "handle", actor=actor, at=at, outcome=outcome)
    _attach(event, photos, "handle", actor=actor, at=at)
    return event


@transaction.atomic
def check(*, event_id: UUID, actor: Actor, at: datetime) -> Event:
    """Take a handled matter to check, never one's own (开始核查)."""
    event = get(Event, event_id, actor=actor, lock=True)
    move(event, "check", actor=actor, at=at)
    return event


@transaction.atomic
def close(
    *, event_id: UUID, evidence: str, actor: Actor, at: datetime, photos: Sequence[Any] = ()
) -> Event:
    """Confirm on evidence, or by calling the reporter, that it is done (结案)."""
    event = get(Event, event_id, actor=actor, lock=True)
    event.closed_at = at
    move(event, "close", actor=actor, at=at, evidence=evidence)
    _attach(event, photos, "check", actor=actor, at=at)
    return event


@transaction.atomic
def rework(*, event_id: UUID, reason: str, actor: Actor, at: datetime) -> Event:
    """Send it back to be done properly; the clock goes on (返工)."""
    event = get(Event, event_id, actor=actor, lock=True)
    event.reworked += 1
    move(event, "rework", actor=actor, at=at, reason=reason)
    return event


@transaction.atomic
def rate(
    *,
    event_id: UUID,
    solved: bool,
    treated: int,
    actor: Actor,
    at: datetime,
    comment: str = "",
) -> Event:
    """Answer the two questions: is it solved, were you treated well (评价).

    Unsolved has it done again, whatever the second answer; both answers are kept.

    :param treated: 3 well, 2 so-so, 1 badly
    """
    event = get(Event, event_id, actor=actor, lock=True)
    if treated not in {1, 2, 3}:
        raise Invalid(_("请选一项：满意、一般、不满意"), field="treated", value=treated)
    event.solved, event.treated = solved, treated
    if solved:
        move(event, "rate", actor=actor, at=at, solved="yes", treated=treated, comment=comment)
    else:
        event.reopened += 1
        event.closed_at = None
        _check_said(comment)
        move(event, "reopen", actor=actor, at=at, reason=comment, treated=treated)
    return event


@transaction.atomic
def void(*, event_id: UUID, reason: str, actor: Actor, at: datetime) -> Event:
    """Strike out what is no matter: a test, a twin, a mistake (作废)."""
    event = get(Event, event_id, actor=actor, lock=True)
    _check_reason("reason_void", reason, field="reason", at=at)
    event.closed_at = at
    move(event, "void", actor=actor, at=at, reason=reason)
    return event


@transaction.atomic
def say(*, event_id: UUID, words: str, actor: Actor, at: datetime) -> Event:
    """Write a line into the story that the reporter does not see (内部说明)."""
    event = get(Event, event_id, actor=actor, lock=True)
    said = rules.check_text(words)
    roles = sorted(actor.roles_on(event) - {Role.RESIDENT})
    if not roles:
        raise Invalid(_("只有工作人员可以写内部说明"), field="words")
    note(event, "say", actor=actor, at=at, role=roles[0], words=said)
    return event


@transaction.atomic
def reveal_contact(*, event_id: UUID, reason: str, actor: Actor, at: datetime) -> dict[str, str]:
    """Return the reporter's name and telephone, for a listed reason, and log the look.

    :raises Denied: if there is no such matter within reach, or no contact was given
    """
    event = get(Event, event_id, actor=actor, lock=True)
    contact = get(Contact, queries.contact_key(event), actor=actor)
    shown = privacy.reveal_all(
        contact, ["name", "phone"], by=REACHES_REPORTER, reason=reason, actor=actor, at=at
    )
    role = min(REACHES_REPORTER & actor.roles_on(event))
    note(event, "look", actor=actor, at=at, role=role, reason=reason)
    return shown


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
    holder = queries.row_of_code(code_index(digits))
    forgive("code", **guess)
    set_scope(holder)
    return holder


@transaction.atomic
def tell_overdue(*, event_id: UUID, clock: str, actor: Actor, at: datetime) -> None:
    """Announce once that a clock of this matter has run out (逾期)."""
    event = get(Event, event_id, actor=actor, lock=True)
    overdue(event, clock=clock, actor=actor, at=at)


@transaction.atomic
def refresh_figures(*, actor: Actor, at: datetime) -> Published | None:
    """Put the figures of the last full month where everybody may read them (公布数字).

    They are counts of the whole city without any person in them; unchanged ones are left alone.
    """
    since, until = queries.last_month(at)
    found = asdict(queries.month(since=since, until=until, actor=actor))
    value = {"month": since.date().isoformat(), **found}
    if Published.objects.filter(key=queries.MONTH, value=value).exists():
        return None
    row, _made = Published.objects.update_or_create(
        key=queries.MONTH, defaults={"value": value, "at": at}
    )
    record("event.publish", row, actor=actor, at=at, facts=value)
    return row


@transaction.atomic
def forget_keys(*, at: datetime) -> int:
    """Delete the idempotency keys whose day is over; return how many."""
    deleted, _kinds = Idempotency.objects.filter(at__lt=at - KEY_LIVES).delete()
    return deleted


def code_index(digits: str) -> bytes:
    """Return the keyed hash by which a follow code is found; the code itself is not kept."""
    return ring().digest(digits, column="events.event.code")


# ------------------------------------------------------------------ inside


def _drafted(said: Report, *, actor: Actor, at: datetime) -> Event:
    rules.check_point(said.lon, said.lat, said.address)
    text = rules.check_text(said.text)
    event = Event(
        number=_new_number(at),
        channel=said.channel.value,
        title=rules.title(text),
        text=text,
        address=said.address.strip()[:200],
        lon=said.lon,
        lat=said.lat,
        region_path=_path_of(said.lon, said.lat, otherwise=_home(actor)),
        reported_at=at,
        account_id=actor.id if said.channel is Channel.GRID else None,
    )
    if said.category:
        _classify(event, said.category, at=at)
    return event


def _path_of(lon: float | None, lat: float | None, *, otherwise: str = "") -> str:
    """Return the grid of a point, or the city: a report is never refused for its place."""
    city = str(settings.QUANYU_CITY)
    found = city if lon is None or lat is None else regions.locate_point(lon, lat).path or city
    return otherwise or city if found == city else found


def _home(actor: Actor) -> str:
    """Return where staff enter a matter that lies in no known grid: where they work."""
    return actor.places[0] if actor.kind is ActorKind.PERSON and actor.places else ""


def _classify(event: Event, class_code: str, *, at: datetime) -> None:
    entry = codes.class_of(class_code, on=local(at).date())
    if entry is None:
        raise rules.UnknownClass(_("没有“{value}”这个类别"), field="class_code", value=class_code)
    event.category = class_code
    event.must_verify = bool(entry.attributes.get("verification_required"))
    event.is_urgent = bool(entry.attributes.get("safety") or entry.attributes.get("emergency"))


def _check_reason(listed: str, reason: str, *, field: str, at: datetime) -> None:
    day = local(at).date()
    if codes.code(listed, reason, on=day) is None:
        allowed = [entry.code for entry in codes.codes(listed, on=day)]
        raise Invalid(_("请从列表里选一个理由"), field=field, value=reason, allowed=allowed)


def _check_evidence(event: Event, photos: Sequence[Any], *, at: datetime) -> None:
    """Ask for a picture of what was done only where the class says so, and by which clause."""
    entry = codes.class_of(event.category, on=local(at).date())
    if entry is None or not entry.has("evidence_required") or photos:
        return
    if pictures.photos(event).get(Purpose.HANDLE):
        return
    raise Invalid(rules.EVIDENCE, field="photos", basis=codes.cited(entry.clause))


def _check_said(comment: str) -> None:
    if not comment.strip():
        raise Invalid(_("请写一句哪里没解决，好接着办"), field="comment")


def _check_desk(event: Event, actor: Actor) -> None:
    if not DESK & actor.roles_on(event):
        raise NotAllowed(_("这一步不归您办"), value="place", allowed=sorted(DESK))


def _with(accounts: list[UUID], actor: Actor) -> list[UUID]:
    return accounts if actor.id is None or actor.id in accounts else [*accounts, actor.id]


def _attach(
    event: Event, photos: Sequence[Any], purpose: str, *, actor: Actor, at: datetime
) -> None:
    """Take the pictures of an act; they are shown once the worker has made them anew."""
    if photos:
        files.take_all(photos, owner=event, purpose=purpose, actor=actor, at=at)


def _contact(event: Event, *, name: str, phone: str, at: datetime) -> list[Contact]:
    """Return the contact to keep beside the matter, if one was given."""
    if not name.strip() and not phone:
        return []
    return [Contact(event=event, name=name.strip()[:40], phone=phone, given_at=at)]


def _new_code() -> str:
    """Return sixteen random digits in fours: 53 bits, more than anyone can try."""
    return rules.in_fours(f"{secrets.randbelow(10**16):016d}")


def _new_number(at: datetime) -> str:
    """Return a number for the desk: the day and eight random signs, never sequential.

    A trillion a day, so that two never meet; without I, L, O and U, which are misread.
    """
    signs = "".join(SIGNS[byte % len(SIGNS)] for byte in secrets.token_bytes(8))
    return f"{local(at):%y%m%d}-{signs}"


SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

TAKE_KEY = """
INSERT INTO events_idempotency (key, request, answer, at) VALUES (%s, %s, %s, %s)
ON CONFLICT (key) DO UPDATE
  SET request = excluded.request, answer = excluded.answer, at = excluded.at
  WHERE events_idempotency.at < %s
RETURNING 1
"""


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
