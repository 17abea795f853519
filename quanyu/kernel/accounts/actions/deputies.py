"""Name somebody to stand in, and end it (代理)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from quanyu.kernel.access.rules import Actor, ActorKind, Grant, Role
from quanyu.kernel.accounts import queries, rules
from quanyu.kernel.accounts.actions.grants import close, give
from quanyu.kernel.accounts.actions.guard import tried
from quanyu.kernel.accounts.models import Account, Deputy, GrantRow
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs.actions import announce


def name_deputy(
    *,
    principal_id: UUID,
    account_id: UUID,
    granted_to: datetime,
    reason: str,
    actor: Actor,
    at: datetime,
    granted_from: datetime | None = None,
    grants: Collection[UUID] = (),
) -> Deputy:
    """Let a colleague do one's work for some days; it counts at once (指定代理).

    The person names one, or a leader of the place. Only one's own working grants are passed on,
    never what one has as a deputy, and each ends with its source at the latest. Who leads as a
    deputy names none: else one could have the same rights lent out anew beyond one's own days.

    :param grants: which of them; without any all that live in the period
    :raises Denied: if the actor is neither
    :raises OwnGrant: if the actor names oneself for somebody else
    :raises NotDeputy: if the colleague, the period or the grants do not fit, or the actor leads as
        a deputy
    :raises Ended: if the person's own account is closed
    """
    begins = max(granted_from or at, at)

    def write() -> Deputy:
        rules.check_deputy_period(begins, granted_to, at=at, days=settings.QUANYU_DEPUTY_DAYS)
        if not reason.strip():
            raise rules.NotDeputy(_("请写明代理事由"), field="reason")
        whose, who = _both(principal_id, account_id)
        sources = _sources(whose, grants, begins)
        leading = _leading(actor, at=at)
        namer = _namer(actor, whose, account_id, sources, leading)
        if who is None:
            raise rules.NotDeputy(rules.NO_COLLEAGUE, field="account")
        led = [] if namer == whose.pk else leading
        pairs = _footed(sources, who, led, begins, granted_to)
        _check_free(who, begins, granted_to)
        deputy = Deputy.objects.create(
            principal=whose,
            account=who,
            granted_from=begins,
            granted_to=granted_to,
            reason=reason.strip(),
            named_by=namer,
            named_at=at,
        )
        for source, until in pairs:
            give(
                who,
                _grant(source),
                (begins, until),
                reason=reason,
                actor=actor,
                at=at,
                deputy=deputy,
                source=source,
            )
        facts = {"principal": whose.pk, "account": who.pk, "to": granted_to}
        record("accounts.name_deputy", deputy, actor=actor, at=at, facts=facts)
        announce("grants.deputy_named", deputy, at=at)
        return deputy

    return tried("name_deputy", f"accounts.account:{principal_id}", write, actor=actor, at=at)


def end_deputy(*, deputy_id: UUID, reason: str, actor: Actor, at: datetime) -> Deputy:
    """End a standing in before its day; the next request of the deputy has the rights no more.

    :raises Denied: if there is none, or the actor is neither of the two, nor a leader of the place,
        nor a security administrator over it
    :raises Ended: if it has ended already
    """

    def write() -> Deputy:
        row = Deputy.objects.select_for_update().filter(pk=deputy_id).first()
        if row is None:
            raise Denied
        lent = list(row.grants.select_for_update().filter(granted_to__gt=at))
        _check_ender(actor, row)
        if row.granted_to <= at:
            raise rules.Ended(_("该代理已终止"))
        for grant in lent:
            close(grant, reason=reason, actor=actor, at=at)
        row.granted_to = max(at, row.granted_from)
        row.ended_by, row.ended_at, row.end_reason = actor.id, at, reason.strip()
        row.save(update_fields=["granted_to", "ended_by", "ended_at", "end_reason"])
        record("accounts.end_deputy", row, actor=actor, at=at, changed=["granted_to"])
        return row

    return tried("end_deputy", f"accounts.deputy:{deputy_id}", write, actor=actor, at=at)


def _both(principal: UUID, account: UUID) -> tuple[Account, Account | None]:
    """Return both accounts, locked in one order, whoever names whom; None for no colleague."""
    rows = Account.objects.select_for_update().order_by("pk").in_bulk([principal, account])
    whose, who = rows.get(principal), rows.get(account)
    if whose is None:
        raise Denied
    if not whose.is_active:
        raise rules.Ended(_("该账号已停用"))
    return whose, who if who is not None and who.is_active else None


def _sources(whose: Account, chosen: Collection[UUID], begins: datetime) -> list[GrantRow]:
    """Return the working grants to be passed on, locked; what came from another stays."""
    rows = GrantRow.objects.select_for_update(of=("self",)).filter(
        account=whose, source__isnull=True, granted_from__lte=begins
    )
    rows = rows.filter(Q(granted_to__isnull=True) | Q(granted_to__gt=begins))
    rows = rows.filter(pk__in=list(chosen)) if chosen else rows
    found = [row for row in rows.order_by("pk") if rules.is_working(row.role)]
    if not found:
        raise rules.NotDeputy(_("没有可以交由他人代理的业务授权"), field="grants")
    return found


def _leading(actor: Actor, *, at: datetime) -> list[Grant]:
    """Return the grants that count now and are the actor's own, not had as a deputy."""
    if actor.id is None:
        return []
    own = queries.own_grants(actor.id, at=at)
    return [grant for grant in actor.grants if grant in own]


def _namer(
    actor: Actor,
    whose: Account,
    who: UUID,
    sources: Sequence[GrantRow],
    leading: Collection[Grant],
) -> UUID:
    """Return who names: the person, or a leader of every place concerned."""
    if actor.kind is not ActorKind.PERSON or actor.id is None:
        raise Denied
    if actor.id == whose.pk:
        return _not_oneself(actor.id, who)
    places = [queries.place_of(_grant(one)) for one in sources]
    if not all(rules.may_lead(actor.grants, place) for place in places):
        raise Denied
    if not all(rules.may_lead(leading, place) for place in places):
        raise rules.NotDeputy(_("您在这里是代理负责人，不得再指定他人代理"))
    if actor.id == who:
        raise rules.OwnGrant(_("不得指定本人代理他人，须由被代理人或另一名负责人指定"))
    _not_oneself(whose.pk, who)
    return actor.id


def _not_oneself(whose: UUID, who: UUID) -> UUID:
    if whose == who:
        raise rules.NotDeputy(_("不得由本人代理本人"), field="account")
    return whose


def _check_free(who: Account, begins: datetime, ends: datetime) -> None:
    """Refuse a deputy who is away in these days; so nobody stands in for each other in a circle."""
    away = Deputy.objects.filter(principal=who, granted_from__lt=ends, granted_to__gt=begins)
    if away.exists():
        raise rules.NotDeputy(_("{name}在此期间已由他人代理"), field="account", name=who.name)


def _footed(
    sources: Sequence[GrantRow],
    who: Account,
    led: Collection[Grant],
    begins: datetime,
    ends: datetime,
) -> list[tuple[GrantRow, datetime]]:
    """Return until when each grant may be passed on: work of one's own is the footing for it.

    Whom the person names works at the place, above it or in the body; whom a leader names works
    somewhere in the leader's reach. So no right leaves the circle that answers for the place.
    """
    own = [
        row
        for row in queries.own_rows(who.pk, at=begins)
        if not row.granted_to or row.granted_to > begins
    ]
    pairs = []
    for source in sources:
        footing = [row for row in own if _is_footing(row, source, led)]
        if not footing:
            # No name: who works elsewhere is answered like an account that there is not.
            raise rules.NotDeputy(rules.NO_COLLEAGUE, field="account")
        if any(_grant(row) == _grant(source) for row in footing):
            continue
        lasts = [row.granted_to or ends for row in footing]
        pairs.append((source, min(ends, source.granted_to or ends, max(lasts))))
    if not pairs:
        raise rules.NotDeputy(_("{name}已有同样的授权，无须代理"), field="account", name=who.name)
    return pairs


def _is_footing(held: GrantRow, source: GrantRow, led: Collection[Grant]) -> bool:
    if rules.stands_near(_grant(source), _grant(held)):
        return True
    place = queries.place_of(_grant(held))
    return source.body_id is None and rules.is_working(held.role) and rules.may_lead(led, place)


def _check_ender(actor: Actor, row: Deputy) -> None:
    if actor.kind is ActorKind.SYSTEM or actor.id in {row.principal_id, row.account_id}:
        return
    places = [queries.place_of(_grant(one)) for one in row.grants.all()]
    over = [queries.administers(actor, Role.SEC_ADMIN, place) for place in places]
    leads = [rules.may_lead(actor.grants, place) for place in places]
    if not all(over) and not all(leads):
        raise Denied


def _grant(row: GrantRow) -> Grant:
    return Grant(row.role, path=row.region_path, body=row.body_id)
