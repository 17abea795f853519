"""What one does with one's own notices (我的通知)."""

from collections.abc import Mapping
from datetime import datetime, time
from uuid import UUID

from django.conf import settings
from django.db import transaction

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.notices import queries, rules
from quanyu.kernel.notices.models import Choice, Notice
from quanyu.kernel.notices.rules import Way
from quanyu.kernel.privacy import rules as privacy


@transaction.atomic
def read(*, notice_id: UUID, actor: Actor, at: datetime) -> Notice:
    """Mark one of one's own notices as read. No record is kept of it: nobody asks who read what.

    :raises Denied: if it is somebody else's
    """
    row = queries.mine(notice_id, actor=actor, lock=True)
    if row.read_at is None:
        row.read_at = at
        row.save(update_fields=["read_at"])
    return row


@transaction.atomic
def read_all(*, actor: Actor, at: datetime) -> int:
    """Mark all of one's own notices as read."""
    return queries.waiting(actor).filter(made_at__lte=at).update(read_at=at)


@transaction.atomic
def choose(
    *,
    ways: Mapping[str, Way],
    quiet_from: time,
    quiet_to: time,
    quiet_rest_days: bool,
    language: str,
    phone: str,
    actor: Actor,
    at: datetime,
) -> Choice:
    """Choose how one wants to be told.

    :param phone: a new number; ``-`` takes the old one away, nothing leaves it as it is
    :raises Denied: if one has no account
    :raises WrongChoice: if a way, a group or the language is unknown
    :raises WrongPhone: if this cannot be a mobile number
    """
    if actor.id is None:
        raise Denied
    if language not in dict(settings.LANGUAGES):
        raise rules.WrongChoice(_("没有这种语言"), field="language", value=language)
    if not set(ways) <= {str(group) for group in rules.Group}:
        raise rules.WrongChoice(_("没有这一类"), field="ways", allowed=[*rules.Group])
    row = queries.choice_row(actor) or Choice(account_id=actor.id)
    row.ways = {
        str(group): {"channels": list(rules.check_channels(way.channels)), "digest": way.is_digest}
        for group, way in ways.items()
    }
    row.quiet_from, row.quiet_to, row.quiet_rest_days = quiet_from, quiet_to, quiet_rest_days
    row.language, row.changed_at = language, at
    if phone:
        row.phone = None if phone == "-" else _mobile(phone)
    row.save()
    changed = ["ways", "quiet", "language", *(["phone"] if phone else [])]
    record("notices.choose", row, actor=actor, at=at, changed=changed)
    return row


def _mobile(phone: str) -> str:
    number = privacy.normal_phone(phone)
    if not privacy.is_mobile(number):
        raise privacy.WrongPhone(_("短信只发到手机：请填 11 位手机号"), field="phone")
    return number
