"""Write the organisation net of a made city, street by street, by the register's verbs (织网)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final
from uuid import UUID

from django.db import transaction

from quanyu.demo import cast
from quanyu.demo.cast import CITY
from quanyu.demo.scale.article import CommunityShare, Counts, StreetShare
from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.accounts import actions as accounts
from quanyu.kernel.accounts.actions import NewAccount
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.jobs.rules import past
from quanyu.organisations import actions, queries
from quanyu.organisations.actions import SAMPLE_DAY, NewBody, NewCover, NewPost, Nominee, meetings
from quanyu.organisations.actions.meetings import Plan
from quanyu.organisations.actions.party import keep_count
from quanyu.organisations.queries import joined
from quanyu.organisations.rules import BodyKind
from quanyu.organisations.rules.covering import Tie
from quanyu.organisations.rules.rhythm import MeetingKind
from quanyu.regions import queries as regions
from quanyu.regions.queries import past as regions_past
from quanyu.regions.rules import parent as place_above

JOB: Final = "demo.scale"
PREFIX: Final = "net-"
"""Of every code of this net: what else stands in the city is somebody else's."""

GROUP: Final = f"{PREFIX}leading-group"
REASON: Final = "示例城市的岗位"
SOURCE: Final = "示例"
PARTY_OF: Final = "-party"
"""What the code of a property firm's party organisation ends with, after the firm's."""


CENTRE: Final = ("党群服务中心", "Party-mass service centre,")
LEADING: Final = ("城市基层治理领导小组", "Leading group for grassroots governance")
Named = tuple[str, str]
"""In Chinese and in English."""


def code_of(path: str, *rest: object) -> str:
    """Return the code of what stands at a place."""
    return PREFIX + "-".join([*path.strip("/").split("/"), *map(str, rest)])


def missing(shares: Sequence[StreetShare]) -> list[StreetShare]:
    """Return the streets that have no net yet: a build cut short goes on where it stopped."""
    return [one for one in shares if queries.body_by_code(code_of(one.path)) is None]


def weave(shares: Sequence[StreetShare], *, at: datetime) -> None:
    """Write area after area, each in a transaction of its own."""
    for area, streets in groupby(missing(shares), key=lambda one: place_above(one.path)):
        with acting(system(CITY, job=JOB)) as actor, transaction.atomic(), past():
            Weaver(area, list(streets), actor=actor, at=at).weave()


class Weaver:
    """What is written of the streets of one area."""

    def __init__(
        self, area: str, streets: Sequence[StreetShare], *, actor: Actor, at: datetime
    ) -> None:
        self._streets, self._actor, self._at = streets, actor, at
        self._communities = [one for street in streets for one in street.communities]
        self._houses: dict[str, list[tuple[UUID, str]]] = {}
        for key, grid, address in regions_past.buildings_in(area):
            self._houses.setdefault(grid, []).append((key, address))
        self._called = called(area)
        for street in streets:
            self._called |= called(street.path)

    def weave(self) -> None:
        """Found the bodies from above, say what they cover, and fill the posts."""
        above = self._committees()
        branches = self._branches(above)
        self._groups(above, branches)
        self._firms(above)
        self._centres()
        self._people(above)

    def _found(self, bodies: Sequence[NewBody]) -> dict[str, UUID]:
        rows = actions.found_bodies(bodies=bodies, actor=self._actor, at=self._at)
        return {row.code: row.pk for row in rows}

    def _committees(self) -> dict[str, UUID]:
        """Found the working committees of streets and those of communities; return by place."""
        tops = [
            _body(
                code_of(one.path),
                BodyKind.PARTY_WORK_COMMITTEE,
                self._named(one.path, "{}党工委", "Party Working Committee of {}"),
                one.path,
            )
            for one in self._streets
        ]
        found = self._found(tops)
        below = [
            _body(
                code_of(one.path),
                BodyKind.PARTY_COMMITTEE,
                self._named(one.path, "{}党委", "Party Committee of {}"),
                one.path,
                found[code_of(place_above(one.path))],
            )
            for one in self._communities
        ]
        found |= self._found(below)
        paths = [one.path for one in self._streets] + [one.path for one in self._communities]
        return {path: found[code_of(path)] for path in paths}

    def _branches(self, above: Mapping[str, UUID]) -> dict[str, UUID]:
        """Found the grid branches and say which grids they cover; return them by grid."""
        new, covers = [], []
        for one in self._communities:
            for number, grids in enumerate(one.branches, start=1):
                new.append(self._branch(one, number, grids, above[one.path]))
                covers.append((new[-1].code, grids))
        found = self._found(new)
        branches = {grid: found[code] for code, grids in covers for grid in grids}
        rows = [NewCover(key, Tie.GRID, grid, day=SAMPLE_DAY) for grid, key in branches.items()]
        actions.cover_all(covers=rows, actor=self._actor, at=self._at)
        return branches

    def _branch(
        self, one: CommunityShare, number: int, grids: Sequence[str], above: UUID
    ) -> NewBody:
        is_joint = len(grids) > 1
        kind = BodyKind.JOINT_BRANCH if is_joint else BodyKind.BRANCH
        numbers = "、".join(str(one.grids.index(grid) + 1) for grid in grids)
        tail = "网格联合党支部" if is_joint else "网格党支部"
        head = "Joint party branch" if is_joint else "Party branch"
        english = f"{head} of grid {numbers.replace('、', ', ')}, {{}}"
        name = self._named(one.path, f"{{}}第{numbers}{tail}", english)
        place = one.path if is_joint else grids[0]
        return _body(code_of(one.path, f"b{number}"), kind, name, place, above)

    def _groups(self, above: Mapping[str, UUID], branches: Mapping[str, UUID]) -> None:
        """Found the groups of buildings, each under the branch of its grid."""
        new, houses = [], []
        for one in self._communities:
            here = [(grid, *house) for grid in one.grids for house in self._houses.get(grid, ())]
            for number in range(one.groups):
                grid, key, address = here[number * len(here) // one.groups]
                superior = branches.get(grid, above[one.path])
                code = code_of(one.path, f"z{number + 1}")
                new.append(
                    _body(code, BodyKind.PARTY_GROUP, (f"{address}党小组", ""), grid, superior)
                )
                houses.append(key)
        found = self._found(new)
        rows = [
            NewCover(found[one.code], Tie.BUILDING, building=key, day=SAMPLE_DAY)
            for one, key in zip(new, houses, strict=True)
        ]
        actions.cover_all(covers=rows, actor=self._actor, at=self._at)

    def _firms(self, above: Mapping[str, UUID]) -> None:
        """Found the property firms, and their party organisations with as many members."""
        new, members, firms = [], {}, {}
        for one in self._communities:
            for number, party in enumerate(one.firms, start=1):
                code = code_of(one.path, f"pm{number}")
                name = self._named(
                    one.path, f"{{}}第{number}物业服务企业", f"Property firm {number} of {{}}"
                )
                new.append(_body(code, BodyKind.PROPERTY_FIRM, name, one.path))
                if party:
                    firm, code = code, f"{code}{PARTY_OF}"
                    firms[code] = firm
                    name = (f"{name[0]}党支部", f"Party branch, {name[1]}")
                    new.append(_body(code, BodyKind.BRANCH, name, one.path, above[one.path]))
                    members[code] = party
        found = self._found(new)
        for code, firm in firms.items():
            actions.form_party(
                party_id=found[code],
                unit_id=found[firm],
                day=SAMPLE_DAY,
                actor=self._actor,
                at=self._at,
            )
        for code, full in members.items():
            keep_count(
                body_id=found[code],
                full=full,
                source=SOURCE,
                start=SAMPLE_DAY,
                actor=self._actor,
                at=self._at,
            )

    def _centres(self) -> None:
        new = [self._centre(one.path) for one in self._streets if one.has_centre]
        for one in self._communities:
            if one.has_centre:
                new.append(self._centre(one.path))
            if one.has_quarter_centre:
                # A quarter is some grids of a community: its centre stands in one of them.
                new.append(self._centre(one.path, one.grids[0], "片区", ", quarter"))
        self._found(new)

    def _centre(self, path: str, at: str = "", tail: str = "", english: str = "") -> NewBody:
        name = self._named(path, f"{{}}{tail}{CENTRE[0]}", f"{CENTRE[1]} {{}}{english}")
        return _body(code_of(at or path, "centre"), BodyKind.CENTRE, name, at or path)

    def _named(self, path: str, chinese: str, english: str) -> Named:
        name, name_en = self._called[path]
        return chinese.format(name), english.format(name_en) if name_en else ""

    def _people(self, above: Mapping[str, UUID]) -> None:
        """Open the posts, make people without a password, and let each hold one."""
        posts = list(self._posts(above))
        opened = actions.open_posts(posts=posts, actor=self._actor, at=self._at)
        seats = [(row, seat) for row in opened for seat in range(row.seats)]
        people = [
            NewAccount(f"demo.{row.code}.{seat}", cast.name_of(number), is_demo=True)
            for number, (row, seat) in enumerate(seats)
        ]
        made = accounts.create_accounts(
            people=people, actor=self._actor, at=self._at - timedelta(days=420)
        )
        nominees = [
            Nominee(post=row.pk, account=who.pk, reason=REASON, start=SAMPLE_DAY)
            for (row, _seat), who in zip(seats, made, strict=True)
        ]
        if nominees:
            rows = actions.propose_all(nominees=nominees, actor=self._actor, at=self._at)
            actions.confirm_batch(batch=rows[0].batch, actor=self._actor, at=self._at)

    def _posts(self, above: Mapping[str, UUID]) -> Iterator[NewPost]:
        for street in self._streets:
            if street.members:
                kind, place = "street-parttime-member", street.path
                yield _post(code_of(place, "part"), kind, above[place], place, street.members)
        for one in self._communities:
            body = above[one.path]
            if one.members:
                kind = "community-parttime-member"
                yield _post(code_of(one.path, "part"), kind, body, one.path, one.members)
            for grid, workers in zip(one.grids, one.workers, strict=True):
                yield from _workers(grid, workers, body)


# ------------------------------------------------------------------ what belongs to no street


def crown(counts: Counts, *, size: Mapping[str, int], at: datetime) -> None:
    """Found the centres of the districts, the departments of the city and the leading group; once.

    :param size: how many grids each district has: the largest have centres
    """
    if queries.body_by_code(GROUP) is not None:
        return
    areas = called(CITY)
    largest = sorted(size, key=lambda path: (-size[path], path))[: counts.centres["area"]]
    with acting(system(CITY, job=JOB)) as actor, transaction.atomic(), past():
        new = [
            _body(
                code_of(path, "centre"),
                BodyKind.CENTRE,
                (f"{areas[path][0]}{CENTRE[0]}", f"{CENTRE[1]} {areas[path][1]}"),
                path,
            )
            for path in largest
        ]
        new += [
            _body(f"{PREFIX}d{number}", BodyKind.DEPARTMENT, (name, english), CITY)
            for number, (name, english) in enumerate(counts.departments, start=1)
        ]
        new.append(_body(GROUP, BodyKind.COORDINATION, LEADING, CITY))
        actions.found_bodies(bodies=new, actor=actor, at=at)


def gather(counts: Counts, *, at: datetime) -> None:
    """Let the departments belong to the leading group, and call them to its meeting; once."""
    head, day = queries.body_by_code(GROUP), local(at).date()
    if head is None or joined.members_of(head.id, on=day):
        return
    made = [f"{PREFIX}d{number}" for number in range(1, len(counts.departments) + 1)]
    rows = [queries.body_by_code(code) for code in [*made, *counts.departments_of_the_demo]]
    with acting(system(CITY, job=JOB)) as actor, transaction.atomic(), past():
        for row in filter(None, rows):
            actions.join_body(
                host_id=head.id,
                member_id=row.id,
                day=SAMPLE_DAY,
                because=SOURCE,
                actor=actor,
                at=at,
            )
        plan = Plan(
            MeetingKind.LEADING_GROUP,
            at + timedelta(days=7),
            title="调度重点任务",
            invited=joined.member_keys(head.id, on=day),
        )
        meetings.plan(body_id=head.id, wanted=plan, actor=actor, at=at)


# ------------------------------------------------------------------ inside


def called(path: str) -> dict[str, Named]:
    """Return the names of the places right below one, in both languages."""
    return {one.path: (one.name, one.name_en) for one in regions.children(path)}


def _body(
    code: str, kind: BodyKind, name: Named, place: str, parent: UUID | None = None
) -> NewBody:
    chinese, english = name
    return NewBody(
        code=code,
        kind=kind,
        name=chinese,
        name_en=english,
        place=place,
        parent=parent,
        start=SAMPLE_DAY,
        is_sample=True,
    )


def _workers(grid: str, workers: int, body: UUID) -> Iterator[NewPost]:
    """Give the posts of a grid: one full-time worker, the others part-time."""
    if workers:
        yield _post(code_of(grid, "full"), "grid-worker", body, grid, 1)
    if workers > 1:
        yield _post(code_of(grid, "part"), "grid-worker-parttime", body, grid, workers - 1)


def _post(code: str, kind: str, body: UUID, place: str, seats: int) -> NewPost:
    return NewPost(
        code=code,
        kind=kind,
        body=body,
        place=place,
        seats=seats,
        start=SAMPLE_DAY,
        source=SOURCE,
        is_sample=True,
    )
