"""Who keeps codes and limits, and how one change at a time gets through."""

from datetime import date, datetime
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.codes import queries
from quanyu.kernel.codes.models import Clause, Code, CodesEdition, Limit, Rung
from quanyu.kernel.codes.rules import NothingPlanned, NotKeeper, WrongCode
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.keys import uuid7

D = TypeVar("D", Code, Limit, Rung)

KEEPERS = frozenset({Role.SYS_ADMIN, Role.DISTRICT_ADMIN, Role.SYSTEM})
"""Who keeps codes: an administrator of the whole city; limits, of the place they hold at."""


def check_keeper(actor: Actor, path: str) -> None:
    """Refuse whoever does not administer all of ``path``.

    :raises NotKeeper: if no grant of theirs covers it
    """
    if not KEEPERS & actor.roles_at(path):
        raise NotKeeper(_("只有全市的系统管理员或区级统筹可以修改代码和时限"))


def check_clause(clause_id: UUID | None) -> None:
    """Refuse a clause that no document has.

    :raises WrongCode: if so
    """
    if clause_id is not None and not Clause.objects.filter(pk=clause_id).exists():
        raise WrongCode(_("没有这一条款"), field="clause", value=str(clause_id))


def lock() -> None:
    """Let one change at a time through: two would each see the lists before the other."""
    CodesEdition.objects.get_or_create(number=1)
    CodesEdition.objects.select_for_update().get(number=1)


def renew() -> None:
    """Give the lists a new edition, so that every process loads them anew."""
    CodesEdition.objects.update(token=uuid7())
    queries.kept.forget()
    transaction.on_commit(queries.kept.forget)


def today_of(at: datetime) -> date:
    """Return the day that ``at`` lies on in the city."""
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def take_back(rows: QuerySet[D], *, at: datetime) -> D:
    """Withdraw the newest row if it has not begun, or the newest end if it has not come.

    :raises NothingPlanned: if there is neither
    """
    last, today = rows.last(), today_of(at)
    if last is not None and last.valid_from > today:
        last.withdrawn_at = at
        last.save(update_fields=["withdrawn_at"])
        rows.filter(valid_to=last.valid_from).update(valid_to=None)
        return last
    if last is None or last.valid_to is None or last.valid_to <= today:
        raise NothingPlanned(_("没有尚未生效的变更可以撤回"))
    last.valid_to = None
    last.save(update_fields=["valid_to"])
    return last
