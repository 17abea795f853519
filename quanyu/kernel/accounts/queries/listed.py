"""People as their list shows them, on the page and in a file (人员列表)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext, pgettext

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import rules
from quanyu.kernel.accounts.models import WAITING, Account, GrantRow, Identity, Invitation
from quanyu.kernel.accounts.queries.explained import Explained, explain
from quanyu.kernel.accounts.queries.standing import inside, within
from quanyu.kernel.accounts.tables import PEOPLE
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.privacy.rules import mask

PAGE = 100
ORDERS = {"username": ("username",), "name": ("name", "username"), "since": ("created_at", "id")}
"""By what people are ordered, and the fields of it."""

STATES = {"active": _("在用"), "ended": _("已停用")}
MEANS = {"none": _("尚不能登录"), "password": _("密码"), "identity": _("统一身份")}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of people; ``after`` opens the next one, "" when this is the last."""

    rows: list[Account]
    after: str
    count: int


def people_asked(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> QuerySet[Account]:
    """Return everybody whom the page of this address shows, in its order.

    :raises Denied: if the actor administers nothing
    """
    rows = within(actor)
    if text := asked.get("q", "").strip():
        rows = rows.filter(Q(username__icontains=text) | Q(name__icontains=text))
    if asked.get("role") or asked.get("place"):
        rows = rows.filter(_holding(asked.get("role", ""), asked.get("place", ""), at=at))
    if asked.get("state") in STATES:
        rows = rows.filter(is_active=asked["state"] == "active")
    if asked.get("means") in MEANS:
        rows = rows.filter(_entering(asked["means"]))
    return rows.order_by(*ORDERS.get(asked.get("sort", ""), ORDERS["username"]))


def people_page(
    asked: Mapping[str, str], *, actor: Actor, at: datetime, after: UUID | None = None
) -> Page:
    """Return one page of the people.

    :param after: the last person of the page before
    :raises Denied: if the actor administers nothing
    """
    rows = people_asked(asked, actor=actor, at=at)
    order = ORDERS.get(asked.get("sort", ""), ORDERS["username"])
    last = Account.objects.filter(pk=after).first() if after else None
    found = list(rows.filter(_later(order, last))[: PAGE + 1])
    more = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    return Page(found[:PAGE], more, rows.order_by().count())


@PEOPLE.read_by
def people_values(rows: Sequence[Account], *, at: datetime) -> list[dict[str, Any]]:
    """Return what each person's row holds by the columns of the list."""
    keys = [row.pk for row in rows]
    held = _held(keys, at=at)
    known = Identity.objects.filter(~WAITING, account__in=keys).values_list("account_id", flat=True)
    linked = set(known)
    sent = set(_invited(at).filter(account__in=keys).values_list("account_id", flat=True))
    return [
        {
            "username": row.username,
            "name": row.name,
            "roles": _words([rules.ROLE_NAMES[role] for role in _roles(held.get(row.pk, []))]),
            "place": _joined([one.where for one in held.get(row.pk, [])]),
            "state": gettext(STATES["active" if row.is_active else "ended"]),
            "means": _means(row, is_linked=row.pk in linked, is_sent=row.pk in sent),
            "email": mask("email", row.email) if row.email else "",
            "since": timezone.localdate(row.created_at),
        }
        for row in rows
    ]


def _holding(role: str, place: str, *, at: datetime) -> Q:
    rows = GrantRow.objects.filter(granted_from__lte=at).exclude(granted_to__lte=at)
    rows = rows.filter(role=role) if role else rows
    if place.endswith("/"):
        bodies = rows.exclude(body_id=None).order_by().values_list("body_id", flat=True)
        rows = rows.filter(inside([place], bodies.distinct()))
    return Q(pk__in=rows.values("account"))


def _entering(means: str) -> Q:
    """Return the condition on who can sign in by these means, or by none."""
    identity = Exists(Identity.objects.filter(~WAITING, account=OuterRef("pk")))
    without = Q(password="") | Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    found: dict[str, Q] = {
        "none": without & Q(~identity),
        "password": ~without,
        "identity": Q(identity),
    }
    return found[means]


def _later(order: tuple[str, ...], last: Account | None) -> Q:
    if last is None:
        return Q()
    first, *rest = order
    later = Q(**{f"{first}__gt": getattr(last, first)})
    for name in rest:
        later |= Q(**{first: getattr(last, first), f"{name}__gt": getattr(last, name)})
    return later


def _held(keys: Sequence[UUID], *, at: datetime) -> dict[UUID, list[Explained]]:
    """Return what each of these people holds now or will."""
    rows = list(
        GrantRow.objects.filter(account__in=keys)
        .exclude(granted_to__lte=at)
        .order_by("granted_from", "id")
    )
    found: dict[UUID, list[Explained]] = {}
    for row, told in zip(rows, explain(rows, at=at), strict=True):
        found.setdefault(row.account_id, []).append(told)
    return found


def _invited(at: datetime) -> QuerySet[Invitation]:
    return Invitation.objects.filter(used_at=None, ended_at=None, ends_at__gt=at)


def _roles(held: Sequence[Explained]) -> Sequence[str]:
    return rules.roles_in_order({one.role for one in held})


def _means(row: Account, *, is_linked: bool, is_sent: bool) -> str:
    found = [MEANS["password"]] if row.has_usable_password() else []
    found += [MEANS["identity"]] if is_linked else []
    found += [_("一次性链接已发，尚未使用")] if is_sent else []
    return _words(found or [MEANS["none"]])


def _words(sentences: Sequence[str]) -> str:
    return _joined([gettext(one) for one in sentences])


def _joined(words: Sequence[str]) -> str:
    return pgettext("between items", "、").join(dict.fromkeys(words))
