"""Save and drop views of a list (视图)."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.tables import queries
from quanyu.kernel.tables.models import SavedView
from quanyu.kernel.tables.rules import NotOpen

LONGEST_NAME, LONGEST_ADDRESS = 20, 2_000


class WrongView(Invalid):
    """A view that cannot be saved as it was given (视图有误)."""


@transaction.atomic
def save_view(
    *,
    table: str,
    name: str,
    asked: Mapping[str, str],
    columns: str = "",
    is_default: bool = False,
    is_shared: bool = False,
    actor: Actor,
    at: datetime,
) -> SavedView:
    """Keep an address of a list under a name; the same name again is kept anew (保存视图).

    A shared view holds no searched words: they may be somebody's name.

    :raises Denied: if the actor does not open the list
    :raises WrongView: if it has no name, a long one, asks for too much, or there are too many
    :raises NotOpen: if it is to be shared and the actor leads no place
    """
    held = queries.opened(table, actor=actor)
    kept = held.asked(asked) | ({"cols": columns} if columns else {})
    named = _check_name(name)
    _check_address(kept)
    _check_sharing(kept, held.searched, is_shared=is_shared, actor=actor)
    rows = SavedView.objects.visible_to(actor).filter(account_id=queries.person(actor), table=table)
    _check_count(rows.exclude(name=named).count())
    if is_default:
        rows.exclude(name=named).update(is_default=False)
    view = rows.filter(name=named).first() or SavedView(
        account_id=queries.person(actor), table=table, name=named
    )
    view.asked, view.is_default, view.at = queries.address(kept), is_default, at
    view.is_shared, view.region_path = is_shared, queries.place_of(actor)
    view.save()
    facts = {"table": table, "shared": is_shared, "words": sorted(kept)}
    record("tables.save_view", view, actor=actor, at=at, facts=facts)
    return view


@transaction.atomic
def drop_view(*, view_id: UUID, actor: Actor, at: datetime) -> str:
    """Drop a view of one's own; return of which list it was (删除视图).

    :raises Denied: if it is not one's own
    """
    rows = SavedView.objects.visible_to(actor).filter(pk=view_id, account_id=queries.person(actor))
    view = rows.first()
    if view is None:
        raise Denied
    record("tables.drop_view", view, actor=actor, at=at)
    view.delete()
    return view.table


def _check_name(text: str) -> str:
    named = " ".join(text.split())
    if not named:
        raise WrongView(_("请给视图起个名字"), field="name", value=text)
    if len(named) > LONGEST_NAME:
        raise WrongView(
            _("视图的名字最多 {most} 个字"), field="name", value=text, most=LONGEST_NAME
        )
    return named


def _check_address(kept: Mapping[str, str]) -> None:
    if len(queries.address(kept)) > LONGEST_ADDRESS:
        raise WrongView(_("筛选条件太长，存不成视图"), field="asked")


def _check_count(count: int) -> None:
    if count >= queries.MOST_VIEWS:
        raise WrongView(
            _("每个列表最多保存 {most} 个视图，请先删去不用的"),
            field="name",
            most=queries.MOST_VIEWS,
        )


def _check_sharing(
    kept: Mapping[str, str], searched: str, *, is_shared: bool, actor: Actor
) -> None:
    if not is_shared:
        return
    if not queries.may_share(actor):
        raise NotOpen(_("只有辖区负责人可以共享视图"), field="shared")
    if kept.get(searched):
        raise WrongView(_("共享的视图不能带搜索词，里面可能有人名"), field="shared")
