"""Who was elected, and the form that proposes all of them for their posts (当选人任职页面)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from quanyu.kernel.access.http import field, meant, option
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.errors import Refusal
from quanyu.organisations import actions
from quanyu.organisations.actions import Taking
from quanyu.organisations.pages.appointed import stand_said
from quanyu.organisations.pages.confirming import confirmed_by, decider
from quanyu.organisations.queries import elected as reads
from quanyu.organisations.queries import elections, holders
from quanyu.organisations.queries.elected import Chosen
from quanyu.organisations.queries.holders import Held
from quanyu.organisations.rules.leaving import Leaving
from quanyu.organisations.rules.posts import WrongAppointment
from quanyu.organisations.rules.voting import SEAT_WORDS, Seat

VERB = "elected"
Given = Mapping[str, str]
ACCOUNT, POST, LEAVES = "account_", "post_", "leaves_"


def panel(
    row: Any, given: Given, no: Refusal | None, *, actor: Actor, at: datetime
) -> dict[str, Any] | None:
    """Return who was elected, how it stands with their posts, and the form; None before.

    Posts stand where the organisation does, which is not where a unit's own keeps its elections.
    """
    found = reads.chosen(row, actor=actor, at=at)
    if not found:
        return None
    seat = elections.body_of(row).region_path
    proposes, opens = holders.keeps(actor, seat)
    is_waiting = row.next_term.ended is None and any(one.is_open for one in found)
    form = _form(row, found, given, no, actor=actor, at=at) if proposes and is_waiting else None
    return {
        "rows": [_row(one, row, opens=opens) for one in found],
        "form": form,
        "is_others": is_waiting and not proposes,
        "confirmed_by": confirmed_by(seat, actor=actor, at=at) if form else None,
    }


def propose(election_id: UUID, given: Given, *, actor: Actor, at: datetime) -> list[Any]:
    """Propose those whose account is written down; return what was proposed."""
    named = {name: account_in(given[name]) for name in given if name.startswith(ACCOUNT)}
    takings = [
        Taking(_key(name, ACCOUNT), account, _post(given, name))
        for name, account in named.items()
        if account is not None
    ]
    leaving = [_key(name, LEAVES) for name in given if name.startswith(LEAVES)]
    try:
        return actions.propose_elected(
            election_id=election_id,
            takings=takings,
            leaving=leaving,
            reason=given.get("reason", ""),
            actor=actor,
            at=at,
        )
    except Refusal as no:
        _say_whose(no, election_id, named, leaving, actor=actor, at=at)
        raise


def _say_whose(
    no: Refusal,
    election_id: UUID,
    named: Mapping[str, UUID | None],
    leaving: Sequence[UUID],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Let a refusal name whom it means: somebody elected at the own field, or who is to leave."""
    if no.about is None:
        return
    field_of: dict[object, str] = {account: name for name, account in named.items()}
    if no.about not in field_of:
        rows = holders.rows_of(actor=actor).filter(pk__in=leaving)
        no.whom = holders.whom(rows, no.about, actor=actor, at=at)
        return
    no.field = field_of[no.about]
    row = elections.one(election_id, actor=actor)
    names = {f"{ACCOUNT}{who.pk}": who.name for who in elections.candidates(row, actor=actor)}
    no.whom = names.get(no.field, "")


def account_in(username: str) -> UUID | None:
    """Return the account that a field names; None where it is empty."""
    return accounts.keys_meant([username])[username] if username.strip() else None


# ------------------------------------------------------------------ inside


def _row(one: Chosen, row: Any, *, opens: bool) -> dict[str, Any]:
    new = urlencode({"body": row.body_id, "seat": one.seat})
    return {
        "name": one.name,
        "seat": _(SEAT_WORDS[Seat(one.seat)]),
        "state": stand_said(one.held) if one.held else None,
        "post": one.held.post if one.held else "",
        "post_url": reverse("desk_post", args=[one.held.post_id]) if one.held else "",
        "has_post": bool(one.posts),
        "new_url": f"{reverse('desk_post_new')}?{new}" if opens else "",
        "same_url": reverse("desk_post", args=[one.same_name.post_id]) if one.same_name else "",
    }


def _form(
    row: Any, found: list[Chosen], given: Given, no: Refusal | None, *, actor: Actor, at: datetime
) -> dict[str, Any]:
    day = _day(row.next_term.starts)
    fields = [shown for one in found if one.is_open for shown in _fields(one, given, no)]
    same = {one.same_name.id for one in found if one.same_name}
    for held in reads.leaving(row, actor=actor, at=at):
        if held.ends == Leaving.NO:  # somebody else has asked for it
            continue
        name = f"{LEAVES}{held.id}"
        is_on = name in given if given else held.id not in same and not _is_later(held, row)
        label = _leaves(held, row, actor=actor, at=at)
        fields.append(field(name, label, "checkbox", value=is_on, required=False))
    reason = given.get("reason") or _("换届选举当选，新一届自{day}起").format(day=day)
    fields.append(field("reason", _("事由"), no=no, value=reason, maxlength=200))
    return {
        "url": reverse("desk_election_elected", args=[row.pk]),
        "button": _("提名当选人"),
        "fields": fields,
    }


def _leaves(held: Held, row: Any, *, actor: Actor, at: datetime) -> str:
    told = {"name": held.name, "post": held.post, "day": _day(row.next_term.starts)}
    if held.ends == Leaving.ASK:
        who = decider(held.place, without=(actor.id, held.account_id), at=at)
        return _("{name}（{post}）届满，提出{day}起卸任，由{who}确认").format(**told, who=who)
    if held.ends != Leaving.SECOND or held.leave_day is None:
        return _("{name}（{post}）届满，{day}起卸任").format(**told)
    told |= {"asked": _day(held.leave_day)}
    if _is_later(held, row):
        return _(
            "{name}（{post}）已有人提出{asked}起卸任，晚于新一届的第一天；先在岗位页登记卸任或不予卸任"
        ).format(**told)
    return _("{name}（{post}）届满，按已提出的{asked}起卸任").format(**told)


def _is_later(held: Held, row: Any) -> bool:
    """Answer whether the first of two hands has asked for a day after the new term's first."""
    is_second = held.ends == Leaving.SECOND and held.leave_day is not None
    return is_second and held.leave_day > row.next_term.starts


def _day(day: date) -> str:
    return date_format(day, pgettext("date format", "Y年n月j日"))


def _fields(one: Chosen, given: Given, no: Refusal | None) -> list[dict[str, Any]]:
    name, post = f"{ACCOUNT}{one.candidate}", f"{POST}{one.candidate}"
    seat = _(SEAT_WORDS[Seat(one.seat)])
    account = field(
        name,
        _("{name}（{seat}）的用户名").format(name=one.name, seat=seat),
        no=no,
        value=given.get(name, one.username),
        required=False,
        maxlength=60,
        help=_("没有账号的不填，名字留在当选名单上"),
    )
    options = [option(fit.id, fit.called, fit.place_name) for fit in one.posts]
    chosen = given.get(post, options[0]["value"])
    if len(options) == 1:
        return [account, field(post, "", "hidden", value=chosen)]
    label = _("{name}担任的岗位").format(name=one.name)
    return [account, field(post, label, "select", no=no, value=chosen, options=options)]


def _key(name: str, prefix: str) -> UUID:
    no = WrongAppointment(_("没有这位当选人"), field=name, value=name[:60])
    return meant(UUID, name.removeprefix(prefix), otherwise=no)


def _post(given: Given, name: str) -> UUID:
    post = name.replace(ACCOUNT, POST, 1)
    no = WrongAppointment(_("请选择岗位"), field=post, value="")
    return meant(UUID, given.get(post, ""), otherwise=no)
