"""Register another system, let it in by a token of two hands, and shut it out (来源系统)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from quanyu.gateway import queries, rules
from quanyu.gateway.models import Source, Token
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.privacy.fields import ring
from quanyu.kernel.quotas.actions import forgive, knock
from quanyu.kernel.quotas.rules import Quota
from quanyu.regions import queries as regions

MINUTE = 60
WRONG_A_MINUTE = 20
"""So many wrong tokens may come from one address."""

NO_TOKEN = _("令牌无效：没有核准、已过期或已吊销，请向城市运行管理方要一个新的")


@transaction.atomic
def register_source(
    *, code: str, name: str, name_en: str, place: str, a_minute: int, actor: Actor, at: datetime
) -> Source:
    """Register a system that may send matters from one place (登记来源系统).

    :raises Denied: if the actor is no system administrator over that place
    :raises WrongSource: if code, name, place or measure are not as they must be
    """
    rules.check_source(code=code, name=name, place=place, a_minute=a_minute)
    if not rules.KEEPS_SOURCES & actor.roles_at(place):
        raise Denied
    if not regions.is_known(place):
        raise rules.WrongSource(_("没有这个辖区"), field="place", value=place)
    if Source.objects.filter(code=code).exists():
        raise rules.WrongSource(_("这个代号已经登记过"), field="code", value=code)
    row = Source.objects.create(
        code=code,
        name=name.strip(),
        name_en=name_en.strip()[:120],
        region_path=place,
        a_minute=a_minute,
        registered_at=at,
        registered_by=actor.id,
    )
    record("gateway.register", row, actor=actor, at=at, facts={"code": code, "place": place})
    return row


@transaction.atomic
def close_source(*, source: UUID, actor: Actor, at: datetime) -> Source:
    """Let a system send nothing any more; what it sent stays (停用来源系统)."""
    row = _kept(source, actor, rules.OPENS_SOURCES)
    row.closed_at = row.closed_at or at
    row.save(update_fields=["closed_at"])
    record("gateway.close", row, actor=actor, at=at)
    return row


@transaction.atomic
def issue_token(*, source: UUID, days: int, actor: Actor, at: datetime) -> str:
    """Return a new token, shown this once; another must confirm it first (生成令牌)."""
    row = _kept(source, actor, rules.KEEPS_SOURCES)
    rules.check_days(days)
    if actor.id is None or row.closed_at is not None:
        raise Denied
    secret = rules.fresh_secret(row.code)
    token = Token.objects.create(
        source=row,
        mark=ring().marks(secret, column=queries.TOKEN)[0],
        made_at=at,
        made_by=actor.id,
        ends_at=at + timedelta(days=days),
    )
    record("gateway.issue", token, actor=actor, at=at, facts={"source": row.code, "days": days})
    return secret


@transaction.atomic
def confirm_token(*, token: UUID, actor: Actor, at: datetime) -> Token:
    """Let a token that another made open the door (核准令牌).

    :raises Denied: if the actor is no security administrator over the system's place
    :raises WrongSource: if it waits for nobody, or the actor made it
    """
    row = _token(token, actor, rules.CONFIRMS)
    if queries.standing(row, at=at) != "waiting":
        raise rules.WrongSource(_("这个令牌不在等待核准"), field="token")
    if actor.id is None or row.made_by == actor.id:
        raise rules.WrongSource(_("生成的人不得核准，须由另一名安全管理员办理"), field="token")
    row.confirmed_at, row.confirmed_by = at, actor.id
    row.save(update_fields=["confirmed_at", "confirmed_by"])
    record("gateway.confirm", row, actor=actor, at=at, facts={"source": row.source.code})
    return row


@transaction.atomic
def revoke_token(*, token: UUID, actor: Actor, at: datetime) -> Token:
    """Let a token open nothing any more, at once; one hand is enough (吊销令牌)."""
    row = _token(token, actor, rules.OPENS_SOURCES)
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by = at, actor.id
        row.save(update_fields=["revoked_at", "revoked_by"])
        record("gateway.revoke", row, actor=actor, at=at, facts={"source": row.source.code})
    return row


def open_by_token(*, secret: str, address: str, at: datetime) -> tuple[Source, Actor]:
    """Return which system holds a token and as whom it acts, and let the database know.

    A wrong token is counted against the address; a right one against the system's own measure.

    :raises WrongToken: if it opens nothing
    :raises TooMany: if too many wrong ones came, or the system asks too often
    """
    wrong = {"who": [address], "quotas": [Quota(WRONG_A_MINUTE, MINUTE)], "at": at}
    knock("token", **wrong)  # type: ignore[arg-type]
    source = queries.source_by_token(secret, at=at)
    if source is None:
        raise rules.WrongToken(NO_TOKEN, field="Authorization")
    forgive("token", **wrong)  # type: ignore[arg-type]
    knock("gateway", who=[str(source.pk)], quotas=[Quota(source.a_minute, MINUTE)], at=at)
    actor = queries.actor_of(source)
    set_scope(actor)
    return source, actor


def reach_own(*, source: Source, actor: Actor, number: str = "") -> Actor:
    """Let a system reach its own orders where their matters have gone to another district.

    What it owes its caller an answer to stays its own; a new order is opened at its place alone.

    :param number: the order it is about; another keeps to the system's place
    :returns: as whom it acts on what it named
    """
    wide = queries.reaching_own(source)
    set_scope(wide)
    if not number or queries.order_of(source, number, actor=wide) is not None:
        return wide
    set_scope(actor)
    return actor


def _kept(source: UUID, actor: Actor, roles: frozenset[Role]) -> Source:
    row = Source.objects.select_for_update().filter(pk=source).first()
    if row is None or not queries.kept_by(row, actor, roles):
        raise Denied
    return row


def _token(token: UUID, actor: Actor, roles: frozenset[Role]) -> Token:
    rows = Token.objects.select_related("source").select_for_update(of=("self",))
    row = rows.filter(pk=token).first()
    if row is None or not queries.kept_by(row.source, actor, roles):
        raise Denied
    return row
