"""Send what waits: claim, hand over, write down how it went (发送).

At least once, and not twice: what is to be sent is marked as being sent in a transaction of its
own before the other side hears of it. Cut short in between, a mail goes again with the same
Message-ID, once; of a text message nobody knows, and a person decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext, override

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.audit.actions import record
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.notices import channels, queries, rules
from quanyu.kernel.notices.actions.telling import deliver, put_on_list
from quanyu.kernel.notices.channels import Parcel
from quanyu.kernel.notices.channels.faults import Permanent, Temporary, Unclear
from quanyu.kernel.notices.models import Choice, Delivery, Notice
from quanyu.kernel.notices.rules import Channel, State
from quanyu.kernel.privacy import actions as privacy
from quanyu.kernel.privacy.rules import Unreadable

MOST_IN_DIGEST = 50
CUT_SHORT = "cut short"


@dataclass(frozen=True, slots=True)
class Batch:
    """What goes out in one piece: one delivery, or all that was collected for one person."""

    keys: tuple[UUID, ...]
    parcel: Parcel | None
    """Nothing when there is no address any more."""


@transaction.atomic
def claim(*, actor: Actor, at: datetime) -> Batch | None:
    """Take what waits longest, mark it as being sent, and return it; None when nothing waits.

    Of two workers each takes another: a locked row is passed over.
    """
    rows = Delivery.objects.filter(
        state=State.WAITING, next_at__lte=at, channel__in=sorted(channels.open_ways())
    )
    locked = rows.select_for_update(skip_locked=True, of=("self",)).order_by("next_at", "id")
    first = locked.first()
    if first is None:
        return None
    notice = _notices([first], actor)[0]
    batch = [first]
    if first.is_digest:
        beside = rows.filter(is_digest=True, channel=first.channel).exclude(pk=first.pk)
        beside = beside.filter(notice__account=notice.account).order_by("id")
        batch += list(
            beside.select_for_update(skip_locked=True, of=("self",))[: MOST_IN_DIGEST - 1]
        )
    keys = tuple(one.pk for one in batch)
    tries = first.tries + 1
    is_stale = first.next_at is not None and first.next_at + rules.LIVES < at
    Delivery.objects.filter(pk__in=keys).update(
        state=State.SENDING, tries=tries, next_at=None, changed_at=at
    )
    if is_stale:
        _put(keys, State.DROPPED, at=at)
        return Batch(keys, None)
    return Batch(keys, _parcel(batch, notice, actor=actor, at=at))


@transaction.atomic
def settle(
    batch: Batch, *, reference: str = "", fault: Temporary | None = None, actor: Actor, at: datetime
) -> None:
    """Write down how the sending went; what failed waits for its next turn or goes another way."""
    rows = Delivery.objects.filter(pk__in=batch.keys, state=State.SENDING)
    held = list(rows.select_for_update().order_by("id"))
    for row in held:
        row.changed_at, row.fault = at, fault.kind if fault else ""
        row.reference = reference or row.reference
        _stand(row, fault, at=at)
        row.save()
    for row in held:
        if row.state == State.DEAD:
            _another_way(row, actor=actor, at=at)


@transaction.atomic
def recover(*, actor: Actor, at: datetime) -> int:
    """Take up what was cut short: a mail once more, of a text message somebody decides."""
    rows = Delivery.objects.filter(state=State.SENDING, changed_at__lt=at - rules.SILENT)
    held = list(rows.select_for_update(skip_locked=True))
    for row in held:
        again = row.channel == Channel.MAIL and row.fault != CUT_SHORT
        row.state = State.WAITING if again else State.UNKNOWN
        row.next_at = at if again else None
        row.fault, row.changed_at = CUT_SHORT, at
        row.save()
    return len(held)


@transaction.atomic
def receipt(*, reference: str, has_arrived: bool, actor: Actor, at: datetime) -> bool:
    """Note what the provider says of a text message; False when there is no such one."""
    rows = Delivery.objects.filter(channel=Channel.SMS, reference=reference)
    row = rows.filter(state__in=[State.SENT, State.UNKNOWN]).select_for_update().first()
    if row is None or not reference:
        return False
    row.state = State.DELIVERED if has_arrived else State.DEAD
    row.fault, row.changed_at = "" if has_arrived else "not delivered", at
    row.save()
    if not has_arrived:
        _another_way(row, actor=actor, at=at)
    return True


@transaction.atomic
def resend(*, delivery_id: UUID, actor: Actor, at: datetime) -> Delivery:
    """Let a delivery that was given up or is unclear go once more, from the beginning.

    :raises Denied: if the actor does not administer the whole city, or there is none
    :raises NotSent: if it is neither
    """
    row = _troubled(delivery_id, actor)
    row.state, row.tries, row.next_at = State.WAITING, 0, at
    row.changed_at = at
    row.save()
    record("notices.resend", row, actor=actor, at=at, changed=["state"])
    return row


@transaction.atomic
def let_be(*, delivery_id: UUID, actor: Actor, at: datetime) -> Delivery:
    """Send nothing more of a delivery that was given up or is unclear.

    :raises Denied: if the actor does not administer the whole city, or there is none
    :raises NotSent: if it is neither
    """
    row = _troubled(delivery_id, actor)
    row.state, row.changed_at = State.DROPPED, at
    row.save()
    record("notices.let_be", row, actor=actor, at=at, changed=["state"])
    return row


# ------------------------------------------------------------------ inside


def _stand(row: Delivery, fault: Temporary | None, *, at: datetime) -> None:
    """Put a delivery where the answer leads; not yet written."""
    if fault is None:
        row.state = State.SENT
    elif isinstance(fault, Permanent):
        row.state = State.DEAD
    elif isinstance(fault, Unclear) and row.channel == Channel.SMS:
        row.state = State.UNKNOWN
    else:
        pause = rules.wait(row.tries)
        row.state = State.WAITING if pause else State.DEAD
        row.next_at = at + pause if pause else None


def _another_way(row: Delivery, *, actor: Actor, at: datetime) -> None:
    """Go the next way its owner chose; a resident stands on the telephone list at last."""
    notice = _notices([row], actor)[0]
    if notice.over_at is not None:
        return
    if notice.account_id is None:
        if not notice.call_path:
            put_on_list(notice, at=at)
        return
    account = notice.account
    assert account is not None  # noqa: S101 - it has a key
    kept = queries.choices_of([account.pk], actor=actor).get(account.pk)
    way = queries.chosen(kept).way(rules.topics[notice.topic].group)
    open_ways = queries.reachable(email=account.email, row=kept)
    after = rules.next_channel(way.channels, reachable=open_ways, after=row.channel)
    # Sent once more by hand, or chosen in another order since: it may have gone that way already.
    if after is not None and not notice.deliveries.filter(channel=after).exists():
        deliver(notice, after, next_at=at, at=at)


def _parcel(
    batch: Sequence[Delivery], notice: Notice, *, actor: Actor, at: datetime
) -> Parcel | None:
    kept = None
    if notice.account_id is not None:
        kept = queries.choices_of([notice.account_id], actor=actor).get(notice.account_id)
    address = _address(batch[0].channel, notice, kept, actor=actor, at=at)
    if not address:
        return None
    language = kept.language if kept else settings.LANGUAGE_CODE
    day = local(at).date()
    held = queries.wordings(on=day)
    notices = _notices(batch, actor)
    texts = [queries.said(n, batch[0].channel, language=language, held=held) for n in notices]
    told = texts[0]
    subject, body = told.subject, _with_link(told.body, notice, language)
    if len(texts) > 1:
        pairs = zip(notices, texts, strict=True)
        with override(language):
            subject = gettext("{n} 条通知").format(n=len(texts))
        body = "\n\n".join(_with_link(f"{t.subject}\n{t.body}", n, language) for n, t in pairs)
    return Parcel(
        channel=batch[0].channel,
        address=address,
        subject=subject,
        body=body,
        reference=str(batch[0].pk),
        provider_code=told.provider_code,
        words=queries.words_in(notice.words, language),
    )


def _with_link(body: str, notice: Notice, language: str) -> str:
    if not (settings.QUANYU_URL and notice.link):
        return body
    return f"{body}\n{settings.QUANYU_URL.rstrip('/')}{notice.link}"


def _address(
    channel: str, notice: Notice, kept: Choice | None, *, actor: Actor, at: datetime
) -> str:
    """Return where it goes, read at the last moment; a number is opened and the look logged.

    A number that no key opens is none: it must not hold up what waits behind it.
    """
    if channel == Channel.MAIL:
        account = notice.account
        return account.email if account is not None and account.is_active else ""
    row = kept if notice.account_id is not None else notice
    if row is None or row.phone is None:
        return ""
    try:
        return privacy.reveal(row, "phone", by={Role.SYSTEM}, reason="notice", actor=actor, at=at)
    except Unreadable:
        return ""


def _notices(batch: Sequence[Delivery], actor: Actor) -> list[Notice]:
    rows = Notice.objects.visible_to(actor).select_related("account", "on_behalf_of")
    found = {row.pk: row for row in rows.filter(pk__in=[one.notice_id for one in batch])}
    return [found[one.notice_id] for one in batch]


def _put(keys: Sequence[UUID], state: State, *, at: datetime) -> None:
    Delivery.objects.filter(pk__in=keys).update(state=state, next_at=None, changed_at=at)


def _troubled(delivery_id: UUID, actor: Actor) -> Delivery:
    queries.check_keeper(actor)
    rows = Delivery.objects.filter(channel__in=rules.CHOSEN)
    row = rows.select_for_update().filter(pk=delivery_id).first()
    if row is None:
        raise Denied
    if row.state not in queries.TROUBLED:
        raise rules.NotSent(_("这一条不在待处理之列，请刷新页面"), field="state", value=row.state)
    return row
