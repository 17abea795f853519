"""Keep the wordings of the city (通知模板)."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.audit.actions import record
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.notices import channels, queries, rules
from quanyu.kernel.notices.channels import Parcel
from quanyu.kernel.notices.models import WORDED, Wording
from quanyu.kernel.notices.rules import Channel

SUBJECT, BODY = 120, 2_000


@transaction.atomic
def word(
    *,
    topic: str,
    channel: str,
    subject: str,
    body: str,
    subject_en: str,
    body_en: str,
    start: date,
    actor: Actor,
    at: datetime,
    provider_code: str = "",
) -> Wording:
    """Give a topic another wording on one way, from a day on; what held before is kept.

    :raises Denied: if the actor does not administer the whole city, or there is no such topic
    :raises UnknownWord: if it asks for a word that this topic does not fill
    :raises Invalid: if a text is missing or too long, or the day has passed
    """
    queries.check_keeper(actor)
    declared = rules.topics.get(topic)
    if declared is None or channel not in WORDED:
        raise Denied
    texts = {"subject": subject, "body": body, "subject_en": subject_en, "body_en": body_en}
    given = {name: text.strip() for name, text in texts.items()}
    for name, text in given.items():
        _check(name, text, channel=channel)
        rules.check_wording(text, words=declared.words)
    if start < local(at).date():
        raise Invalid(_("生效日期不能早于今天"), field="start", value=start.isoformat())
    row = Wording.objects.create(
        topic=topic,
        channel=channel,
        provider_code=provider_code.strip(),
        valid_from=start,
        made_by=actor.id,
        made_at=at,
        **given,
    )
    record("notices.word", row, actor=actor, at=at, facts={"topic": topic, "channel": channel})
    return row


def try_out(
    *, topic: str, channel: str, language: str, words: dict[str, Any], actor: Actor, at: datetime
) -> str:
    """Send a wording with sample words to oneself, and return by what the other side knows it.

    :raises Denied: if the actor does not administer the whole city
    :raises NotSent: if the way is off, there is no address of one's own, or it fails
    """
    queries.check_keeper(actor)
    if channel not in channels.open_ways() or channel != Channel.MAIL or actor.id is None:
        raise rules.NotSent(_("只有邮件已接通时才能试发给自己"), field="channel", value=channel)
    email = accounts.emails([actor.id]).get(actor.id, "")
    if not email:
        raise rules.NotSent(_("您的账号没有登记邮箱"), field="email")
    held = queries.wordings(on=local(at).date(), topic=topic)
    told = queries.worded(topic, channel, words, language=language, held=held)
    record("notices.try_out", f"notices.topic:{topic}", actor=actor, at=at)
    parcel = Parcel(channel, email, told.subject, told.body, f"test-{at:%Y%m%d%H%M%S%f}")
    try:
        return channels.send(parcel)
    except channels.Temporary as fault:
        raise rules.NotSent(
            _("没有发成：{kind}"), field="channel", value=channel, kind=fault.kind
        ) from fault


def _check(name: str, text: str, *, channel: str) -> None:
    is_subject = name.startswith("subject")
    needs = not is_subject or channel in {"inapp", Channel.MAIL}
    most = SUBJECT if is_subject else BODY
    if needs and not text:
        raise Invalid(_("中文和英文都要写"), field=name)
    if len(text) > most:
        raise Invalid(_("最多 {most} 个字"), field=name, value=len(text), most=most)
