"""Reads: one's inbox and choice, the wording that holds, who is to be called, what was sent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext, override, pgettext

from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, Role, upper
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.audit import queries as audit
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.notices import channels, rules
from quanyu.kernel.notices.models import Choice, Delivery, MailProof, Notice, Wording
from quanyu.kernel.notices.rules import CALLERS, Channel, Quiet, State, Way

PAGE = 50
MOST_COUNTED = 100
KEEPERS = frozenset({Role.SYS_ADMIN})
"""Who keeps wordings and looks after what was not sent, over the whole city."""

TROUBLED = (State.DEAD, State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Said:
    """A notice in words, in the reader's language (通知文字)."""

    subject: str
    body: str
    provider_code: str = ""
    is_shipped: bool = True
    """Whether the wording is the sample that comes with the system (示例)."""


# ------------------------------------------------------------------ one's own


def unread(actor: Actor) -> int:
    """Return how many notices one has not read, a hundred at most."""
    if actor.id is None:
        return 0
    return len(waiting(actor).order_by().values_list("pk")[:MOST_COUNTED])


def waiting(actor: Actor) -> QuerySet[Notice]:
    """Return one's notices that wait to be read."""
    return _new(_mine(actor))


def inbox(*, actor: Actor, after: str = "", is_old: bool = False) -> tuple[list[Notice], str]:
    """Return a page of one's notices, the newest first, and where the next one begins.

    :param is_old: those that were read or are over; else those that wait to be read
    """
    rows = _mine(actor).select_related("on_behalf_of")
    rows = rows.exclude(pk__in=_new(_mine(actor)).values("pk")) if is_old else _new(rows)
    if after:
        rows = rows.filter(id__lt=_key(after))
    found = list(rows.order_by("-id")[: PAGE + 1])
    return found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else ""


def mine(notice_id: UUID, *, actor: Actor, lock: bool = False) -> Notice:
    """Return one's own notice.

    :raises Denied: if it is none, or somebody else's
    """
    found = get(Notice, notice_id, actor=actor, lock=lock)
    if actor.id is None or found.account_id != actor.id:
        raise Denied
    return found


def choice_row(actor: Actor) -> Choice | None:
    """Return what one chose, as it is kept."""
    if actor.id is None:
        return None
    return Choice.objects.visible_to(actor).filter(account_id=actor.id).first()


def chosen(row: Choice | None) -> rules.Choice:
    """Return a choice as the rules take it; without one what holds for everybody."""
    if row is None:
        return rules.Choice()
    quiet = Quiet(_minute(row.quiet_from), _minute(row.quiet_to), row.quiet_rest_days)
    ways = {
        group: Way(tuple(kept["channels"]), bool(kept["digest"]))
        for group, kept in row.ways.items()
    }
    return rules.Choice(language=row.language, quiet=quiet, ways=ways)


def reachable(*, email: str, row: Choice | None) -> frozenset[str]:
    """Return the ways that are set up and for which there is an address."""
    has = {Channel.MAIL: bool(email), Channel.SMS: row is not None and row.phone is not None}
    return frozenset(way for way in channels.open_ways() if has[Channel(way)])


def can_text() -> bool:
    """Answer whether text messages can be sent at all: else nobody is asked whether they wish."""
    return Channel.SMS in channels.open_ways()


def proof_of(actor: Actor, *, lock: bool = False) -> MailProof | None:
    """Return one's own mail address that waits for its code, or did."""
    if actor.id is None:
        return None
    rows = MailProof.objects.visible_to(actor).filter(account_id=actor.id)
    return (rows.select_for_update() if lock else rows).first()


def email_of(actor: Actor) -> str:
    """Return one's own mail address, if the account has one."""
    return accounts.emails([actor.id]).get(actor.id, "") if actor.id else ""


# ------------------------------------------------------------------ whom


def deputies(account_ids: Iterable[UUID], *, at: datetime) -> dict[UUID, list[UUID]]:
    """Return who stands in now for each of these people, where somebody does."""
    return {key: accounts.deputies_of(key, at) for key in account_ids}


def choices_of(account_ids: Sequence[UUID], *, actor: Actor) -> dict[UUID, Choice]:
    """Return what these people chose, by their key."""
    rows = Choice.objects.visible_to(actor).filter(account_id__in=account_ids)
    return {row.account_id: row for row in rows}


def told_before(topic: str, subject: str, occasion: str, *, actor: Actor) -> set[UUID | None]:
    """Return who was told this before; None stands for the resident."""
    rows = Notice.objects.visible_to(actor).filter(topic=topic, subject=subject, occasion=occasion)
    return set(rows.values_list("account_id", flat=True))


def told_of(topic: str, subjects: Sequence[str], *, actor: Actor) -> set[tuple[str, str]]:
    """Return of which of these subjects, and on which occasion, somebody was told already."""
    rows = Notice.objects.visible_to(actor).filter(topic=topic, subject__in=list(subjects))
    return set(rows.values_list("subject", "occasion"))


# ------------------------------------------------------------------ words


def wordings(*, on: date, topic: str = "") -> dict[tuple[str, str], Wording]:
    """Return the city's own wording per topic and way as it holds on a day."""
    rows = Wording.objects.filter(valid_from__lte=on)
    rows = rows.filter(topic=topic) if topic else rows
    kept = rows.order_by("topic", "channel", "-valid_from", "-id").distinct("topic", "channel")
    return {(row.topic, row.channel): row for row in kept}


def history(topic: str, channel: str) -> list[Wording]:
    """Return every wording the city ever had for one topic and way, the newest first."""
    rows = Wording.objects.filter(topic=topic, channel=channel)
    return list(rows.order_by("-valid_from", "-id"))


def said(
    notice: Notice,
    channel: str,
    *,
    language: str,
    held: Mapping[tuple[str, str], Wording],
) -> Said:
    """Return a notice in words."""
    words = words_in(notice.words, language)
    found = worded(notice.topic, channel, words, language=language, held=held)
    if notice.on_behalf_of is None:
        return found
    with override(language):
        mark = gettext("（代 {name}）").format(name=notice.on_behalf_of.name)
    return Said(f"{found.subject}{mark}", found.body, found.provider_code, found.is_shipped)


def worded(
    topic: str,
    channel: str,
    words: Mapping[str, str],
    *,
    language: str,
    held: Mapping[tuple[str, str], Wording],
) -> Said:
    """Return the wording that holds for one topic and way, filled."""
    own = held.get((topic, channel))
    declared = rules.topics.get(topic)
    if own is not None:
        is_english = language.startswith("en")
        subject = own.subject_en if is_english else own.subject
        body = own.body_en if is_english else own.body
        return Said(
            rules.filled(subject, words),
            rules.filled(body, words),
            own.provider_code,
            is_shipped=False,
        )
    if declared is None:
        return Said(topic, "")
    with override(language):
        subject, body = (gettext(text) for text in declared.wording(channel))
    return Said(rules.filled(subject, words), rules.filled(body, words))


def words_in(words: Mapping[str, Any], language: str) -> dict[str, str]:
    """Return the words of a notice in one language; ``_at`` ends a moment's name, ``_on`` a day's.

    A name with ``_en`` besides holds the same in English.
    """
    is_english = language.startswith("en")
    with override(language):
        return {
            name: SAID[name[-3:]](value)
            if value and name[-3:] in SAID
            else str((words.get(f"{name}_en") if is_english else None) or value or "")
            for name, value in words.items()
        }


def _moment(value: str) -> str:
    return date_format(local(datetime.fromisoformat(value)), pgettext("date format", "n月j日 H:i"))


def _day(value: str) -> str:
    return date_format(date.fromisoformat(value), pgettext("date format", "Y年n月j日"))


SAID = {"_at": _moment, "_on": _day}


# ------------------------------------------------------------------ the telephone list


def calls(*, actor: Actor, at: datetime) -> list[Delivery]:
    """Return whom to call in one's places, who has waited longest first.

    :raises Denied: if one calls nobody
    """
    rows = Delivery.objects.filter(channel=Channel.PHONE, state=State.WAITING, next_at__lte=at)
    rows = rows.filter(notice__in=_to_call(actor), notice__expires_at__gt=at)
    return list(rows.select_related("notice").order_by("notice__made_at", "id")[:PAGE])


def call(delivery_id: UUID, *, actor: Actor, lock: bool = False) -> Delivery:
    """Return one entry of the telephone list of one's places.

    :raises Denied: if it is none, or another place's
    """
    rows = Delivery.objects.filter(channel=Channel.PHONE, notice__in=_to_call(actor))
    rows = rows.select_for_update(of=("self",)) if lock else rows
    found = rows.select_related("notice").filter(pk=delivery_id).first()
    if found is None:
        raise Denied
    return found


def _to_call(actor: Actor) -> QuerySet[Notice]:
    places = [grant.path for grant in actor.grants if grant.role in CALLERS and grant.path]
    if not places:
        raise Denied
    inside = Q(pk__in=[])
    for path in places:
        inside |= Q(call_path__gte=path, call_path__lt=upper(path))
    return Notice.objects.visible_to(actor).filter(inside)


# ------------------------------------------------------------------ what was sent


def check_keeper(actor: Actor) -> None:
    """Refuse who does not administer the whole city.

    :raises Denied: if so
    """
    if not KEEPERS & actor.roles_at(settings.QUANYU_CITY):
        raise Denied


def tally(*, actor: Actor, since: datetime) -> dict[tuple[str, str], int]:
    """Return how many deliveries stand in each state by each way, since a moment.

    :raises Denied: if the actor does not administer the whole city
    """
    check_keeper(actor)
    rows = Delivery.objects.filter(changed_at__gte=since).values_list("channel", "state")
    return {(channel, state): n for channel, state, n in rows.annotate(n=Count("id")).order_by()}


def troubled(*, actor: Actor, after: str = "") -> tuple[list[Delivery], str]:
    """Return what was given up or is unclear, the newest first, and where the next page begins.

    :raises Denied: if the actor does not administer the whole city
    """
    check_keeper(actor)
    rows = Delivery.objects.filter(state__in=TROUBLED, channel__in=rules.CHOSEN)
    rows = rows.filter(id__lt=_key(after)) if after else rows
    found = list(rows.order_by("-id")[: PAGE + 1])
    return found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else ""


@audit.topic_names.answered_by
def topic_names() -> dict[str, str]:
    """Return what the acts of this package are called in the log."""
    return {
        "notices.word": gettext("修改通知模板"),
        "notices.choose": gettext("选择通知方式"),
        "notices.ask_mail": gettext("填写通知邮箱"),
        "notices.call": gettext("电话告知"),
        "notices.resend": gettext("重新发送"),
        "notices.let_be": gettext("不再发送"),
        "notices.try_out": gettext("试发给自己"),
    }


# ------------------------------------------------------------------ inside


def _mine(actor: Actor) -> QuerySet[Notice]:
    own = actor.id or UUID(int=0)  # nobody's
    return Notice.objects.visible_to(actor).filter(account_id=own)


def _new(rows: QuerySet[Notice]) -> QuerySet[Notice]:
    return rows.filter(read_at=None, over_at=None)


def _minute(moment: Any) -> int:
    return int(moment.hour * 60 + moment.minute)


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as fault:
        raise Invalid(_("翻页标记无效，请从第一页开始"), field="after", value=text) from fault
