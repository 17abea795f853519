"""A community's committee was elected some days ago, and its people hold their posts (换届示例)."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from quanyu.demo import appointing, party
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.access.scope import acting
from quanyu.kernel.calendar.rules import local, moment_of
from quanyu.kernel.jobs.rules import past
from quanyu.organisations import actions
from quanyu.organisations.actions import NewPost, Taking, elections
from quanyu.organisations.queries import elections as reads
from quanyu.organisations.queries import post_lists
from quanyu.organisations.queries.led import led_bodies
from quanyu.organisations.rules.voting import Seat, Sheet

BEFORE: Final = 400
BEGUN, TOO_FEW, VOTED, CONFIRMED = 33, 19, 12, 11
"""So many days ago it was prepared, too few came, the votes were counted, people confirmed."""

MORNING, EVENING = 9 * 60, 17 * 60
KINDS: Final = ("community-secretary", "community-organisation", "community-publicity")
"""The posts that the committee fills."""

STANDING: Final = (
    (Seat.SECRETARY, 97),
    (Seat.MEMBER, 88),
    (Seat.MEMBER, 81),
    (Seat.MEMBER, 24),
)
"""Who stands for what, and the share of the papers with the name, in per cent."""

SERVED, TAKING = 0, (1, 2)
"""Of the people: who was secretary until then, and of the elected those who have an account."""


def show(actors: Mapping[str, Actor], *, at: datetime) -> None:
    """Let a committee be elected and its people be appointed; once."""
    leads, today = actors["commander"], local(at).date()
    with acting(leads):
        found = led_bodies(actor=leads, on=today, is_election=True)
        body = next((one for one in found if one.code == party.ELECTED), None)
        is_done = body and reads.elections({}, actor=leads).filter(body_id=body.pk).exists()
    if body and not is_done:
        with transaction.atomic(), past():
            _Committee(body, leads, actors["district_admin"], at=at).elect()


class _Committee:
    """A committee that is elected, who leads it, and who confirms its people."""

    def __init__(self, body: Any, leads: Actor, confirms: Actor, *, at: datetime) -> None:
        self._body, self._leads, self._confirms = body, leads, confirms
        self._today = local(at).date()
        keys = [f"elected.{number}" for number in range(len(STANDING) + 1)]
        self._people = appointing.make_people(keys, first=20, at=at)

    def elect(self) -> None:
        posts = self._posts()
        entitled = party.entitled(self._body, on=self._today)
        row = self._prepared(entitled)
        standing = self._nominated(row.pk)
        self._voted(row.pk, standing, entitled)
        self._taken_up(row.pk, standing, posts)

    def _posts(self) -> list[UUID]:
        """Open the posts, the first of them held by who served until the election."""
        start = self._today - timedelta(days=BEFORE)
        code, body = self._body.code, self._body.pk
        opened = self._do(
            actions.open_posts,
            BEFORE,
            posts=[
                NewPost(f"{code}-{kind}", kind, body, start=start, is_sample=True) for kind in KINDS
            ],
        )
        posts = [one.pk for one in opened]
        last = appointing.nominee(posts[0], self._people[SERVED].pk, start)
        proposed = self._do(actions.propose, BEFORE, nominee=last)
        self._confirmed(proposed.batch, BEFORE)
        return posts

    def _prepared(self, entitled: int) -> Any:
        meets, members = self._today - timedelta(days=TOO_FEW), len(KINDS) - 1
        wanted = elections.Plan(entitled, meets, secretaries=1, members=members, way=party.WAY)
        return self._do(elections.prepare, BEGUN, body_id=self._body.pk, wanted=wanted)

    def _nominated(self, key: UUID) -> list[UUID]:
        found = []
        for number, (seat, _share) in enumerate(STANDING, start=1):
            who = self._people[number]
            facts: dict[str, Any] = {"name": who.name, "seat": seat, "account_id": None}
            if number in TAKING:
                facts["account_id"] = who.pk
            found.append(self._do(elections.nominate, BEGUN, election_id=key, **facts).pk)
        self._do(elections.close_list, TOO_FEW, election_id=key)
        return found

    def _voted(self, key: UUID, standing: list[UUID], entitled: int) -> None:
        """Let too few come at first; a week later there are enough, and the new term begins."""
        first, day = (self._today - timedelta(days=ago) for ago in (TOO_FEW, VOTED))
        few, present = entitled * 7 // 10, entitled - entitled // 10
        facts: dict[str, Any] = {"election_id": key, "entitled": entitled, "present": few}
        self._do(elections.adjourn, TOO_FEW, EVENING, held_on=first, **facts)
        sheet = Sheet(entitled, present, present, present, present // 40)
        shares = (share for _seat, share in STANDING)
        votes = {
            who: sheet.valid * share // 100 for who, share in zip(standing, shares, strict=True)
        }
        self._do(
            elections.count, VOTED, EVENING, election_id=key, held_on=day, sheet=sheet, votes=votes
        )
        self._do(elections.conclude, VOTED, EVENING, election_id=key)

    def _taken_up(self, key: UUID, standing: list[UUID], posts: list[UUID]) -> None:
        """Propose whom an account is known of; who served leaves as the new term begins."""
        with acting(self._leads):
            leaving = post_lists.serving_keys(posts[0], actor=self._leads, on=self._today)
        takings = [
            Taking(standing[number - 1], self._people[number].pk, post)
            for number, post in zip(TAKING, posts, strict=False)
        ]
        facts: dict[str, Any] = {
            "takings": takings,
            "leaving": leaving,
            "reason": "换届选举当选，示例",
        }
        made = self._do(actions.propose_elected, VOTED, EVENING, election_id=key, **facts)
        self._confirmed(made[0].batch, CONFIRMED)

    def _confirmed(self, batch: UUID, ago: int) -> None:
        self._do(actions.confirm_batch, ago, by=self._confirms, batch=batch)

    def _do(
        self,
        verb: Callable[..., Any],
        ago: int,
        minute: int = MORNING,
        *,
        by: Actor | None = None,
        **facts: Any,
    ) -> Any:
        at = moment_of(self._today - timedelta(days=ago), minute)
        with acting(by or self._leads) as actor:
            return verb(actor=actor, at=at, **facts)
