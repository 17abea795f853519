"""What an actor may do. No database."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

PATH = re.compile(r"(?:[0-9a-z]+/)+")
"""What the path of a place looks like; no sign in it can part the fields of a reach."""

MOST_PLACES = 3
"""How many disjoint places one request may reach; with more, the person chooses a hat."""


class Role(StrEnum):
    """What one may be at a place or in a body (domain.md section 15.1)."""

    RESIDENT = "resident"
    ENTERPRISE = "enterprise"
    GRID_WORKER = "grid_worker"
    GRID_LEADER = "grid_leader"
    GRID_BRANCH_SECRETARY = "grid_branch_secretary"
    BUILDING_LEAD = "building_lead"
    PARTY_GROUP_LEADER = "party_group_leader"
    COMMUNITY_OFFICER = "community_officer"
    COMMUNITY_SECRETARY = "community_secretary"
    OPERATOR = "operator"
    DISPATCHER = "dispatcher"
    CHECKER = "checker"
    COMMANDER = "commander"
    HANDLER = "handler"
    DISTRICT_ADMIN = "district_admin"
    WINDOW_CLERK = "window_clerk"
    ASSISTANT_AGENT = "assistant_agent"
    PROVIDER = "provider"
    CAREGIVER = "caregiver"
    ASSESSOR = "assessor"
    PROPERTY_FIRM = "property_firm"
    OWNERS_COMMITTEE = "owners_committee"
    CO_BUILD_UNIT = "co_build_unit"
    PARTTIME_MEMBER = "parttime_member"
    REPORTED_MEMBER = "reported_member"
    PARTY_OFFICER = "party_officer"
    ACCOUNTANT = "accountant"
    AUDITOR = "auditor"
    SYS_ADMIN = "sys_admin"
    SEC_ADMIN = "sec_admin"
    AUDIT_ADMIN = "audit_admin"
    SYSTEM = "system"


ADMINISTRATORS = frozenset({Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDIT_ADMIN})
"""The three administrators (三员): kept apart, second factor required, no personal data."""

BODY_ROLES = frozenset({Role.HANDLER})
"""Roles that are held in a body and never at a place."""

SIGHTED_ROLES = frozenset(
    {
        Role.GRID_WORKER,
        Role.GRID_LEADER,
        Role.COMMUNITY_OFFICER,
        Role.COMMUNITY_SECRETARY,
        Role.OPERATOR,
        Role.DISPATCHER,
        Role.CHECKER,
        Role.COMMANDER,
        Role.DISTRICT_ADMIN,
        Role.WINDOW_CLERK,
    }
)
"""Roles whose place gives sight of the matters in it; every other role sees nothing by place."""

CIRCLES: Mapping[str, frozenset[Role]] = MappingProxyType(
    {
        "life": frozenset(
            {
                Role.PARTY_OFFICER,
                Role.PARTY_GROUP_LEADER,
                Role.GRID_BRANCH_SECRETARY,
                Role.COMMUNITY_SECRETARY,
                Role.COMMANDER,
                Role.DISTRICT_ADMIN,
            }
        ),
        "roll": frozenset({Role.PARTY_OFFICER}),
    }
)
"""Roles whose place opens one kind of row and nothing else there: the meetings and elections of
organisations (``life``), and the roll of their members (``roll``).
"""

OWN_ROLES = frozenset({Role.RESIDENT, Role.ENTERPRISE})
"""Roles that one has on one's own row or by its code, and never at a place."""


class ActorKind(StrEnum):
    """The four actors (四种行为人)."""

    PERSON = "person"
    REPORTER = "reporter"
    HOLDER = "holder"
    SYSTEM = "system"


class Placed(Protocol):
    """Something that has a place, and perhaps a body and an owner."""

    region_path: str


def upper(path: str) -> str:
    """Return the first path after all those inside ``path``; ``0`` follows ``/`` in ASCII."""
    return f"{path[:-1]}0"


@dataclass(frozen=True, slots=True)
class Grant:
    """One role at a place and everywhere below it, or in a body (授权).

    :raises ValueError: if a place is no path that ends in a slash, or neither or both are given
    """

    role: str
    path: str = ""
    body: UUID | None = None

    def __post_init__(self) -> None:
        if (self.body is None) == (not self.path) and not (self.body and self.path):
            raise ValueError("a grant is at a place or in a body; a place ends with a slash: ''")
        if self.body and self.path:
            raise ValueError("a grant is at a place or in a body, not both")
        if self.path and not PATH.fullmatch(self.path):
            raise ValueError(f"a place is a path that ends with a slash: {self.path!r}")

    def covers(self, path: str) -> bool:
        """Answer whether ``path`` lies inside this grant's place."""
        return bool(self.path) and path.startswith(self.path)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person, a reporter, the holder of one code, or the system."""

    kind: ActorKind
    id: UUID | None = None
    grants: frozenset[Grant] = frozenset()
    row: UUID | None = None
    name: str = ""
    job: str = field(default="", compare=False)

    def roles_at(self, path: str) -> frozenset[str]:
        """Return the roles held at ``path``, or at any place above it."""
        return frozenset(
            grant.role
            for grant in self.grants
            if grant.covers(path) and grant.role not in OWN_ROLES
        )

    def roles_on(self, case: Placed) -> frozenset[str]:
        """Return the roles on this one row: by place, by body, as its owner or by its code.

        A row that is several bodies' at once, each with a part of it, names them in ``bodies``;
        one that is on its way to another place names that in ``also_at``.
        """
        bodies = {getattr(case, "body_id", None), *getattr(case, "bodies", ())} - {None}
        roles = self.roles_at(case.region_path)
        if also := getattr(case, "also_at", ""):
            roles |= self.roles_at(also)
        roles |= {grant.role for grant in self.grants if grant.body in bodies}
        if self._owns(case):
            roles |= {Role.RESIDENT}
        return roles

    def opening_roles(self, case: Placed) -> frozenset[str]:
        """Return the roles under which a new case may be opened: anybody may as a resident."""
        opens = self.kind in {ActorKind.REPORTER, ActorKind.PERSON}
        return self.roles_on(case) | ({Role.RESIDENT} if opens else frozenset())

    @property
    def roles(self) -> frozenset[str]:
        """Return every role held anywhere."""
        return frozenset(grant.role for grant in self.grants)

    @property
    def places(self) -> tuple[str, ...]:
        """Return the disjoint places this actor sees, in order."""
        return disjoint(grant.path for grant in self.grants if self._sees(grant))

    @property
    def stations(self) -> tuple[str, ...]:
        """Return the disjoint places at which this actor has a part, with sight or without."""
        return disjoint(grant.path for grant in self.grants if grant.path)

    @property
    def ranges(self) -> tuple[tuple[str, str], ...]:
        """Return the places as half-open ranges of paths."""
        return tuple((path, upper(path)) for path in self.places)

    def places_in(self, circle: str) -> tuple[str, ...]:
        """Return the disjoint places whose rows of one circle this actor sees, in order."""
        roles = CIRCLES[circle] | {Role.SYSTEM}
        return disjoint(grant.path for grant in self.grants if grant.path and grant.role in roles)

    def ranges_in(self, circle: str) -> tuple[tuple[str, str], ...]:
        """Return those places as half-open ranges of paths."""
        return tuple((path, upper(path)) for path in self.places_in(circle))

    @property
    def bodies(self) -> tuple[UUID, ...]:
        """Return the bodies in which this actor holds a post."""
        return tuple(sorted({grant.body for grant in self.grants if grant.body}))

    def _owns(self, case: Placed) -> bool:
        owner = getattr(case, "account_id", None)
        by_account = self.id is not None and owner == self.id
        by_code = self.row is not None and getattr(case, "id", None) == self.row
        return by_account or by_code

    def _sees(self, grant: Grant) -> bool:
        if self.kind is ActorKind.SYSTEM:
            return bool(grant.path)
        return bool(grant.path) and grant.role in SIGHTED_ROLES


def disjoint(paths: Iterable[str]) -> tuple[str, ...]:
    """Return ``paths`` without those that lie inside another, in order."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return tuple(kept)


REPORTER = Actor(ActorKind.REPORTER)
"""Somebody without an account: may only open a case, reads nothing."""


def system(path: str, *, job: str) -> Actor:
    """Return the system acting in one job, with reach over ``path``."""
    return Actor(ActorKind.SYSTEM, grants=frozenset({Grant(Role.SYSTEM, path)}), job=job)


def holder(row: UUID) -> Actor:
    """Return who holds the follow code of one row, and of nothing else."""
    return Actor(ActorKind.HOLDER, row=row)


def reach(actor: Actor, *, city: str) -> str:
    """Return what the database is told of an actor: places, bodies, account, row, city, job.

    Then the places in each circle.

    An actor with more places than the wall has doors reaches the first ones only; the person
    chooses a hat before that.
    """
    values = _ends(actor.ranges)
    values += [",".join(str(body) for body in actor.bodies), str(actor.id or "")]
    job = "1" if actor.kind is ActorKind.SYSTEM else ""
    circles = [end for circle in CIRCLES for end in _ends(actor.ranges_in(circle))]
    return "|".join([*values, str(actor.row or ""), city, upper(city), job, *circles])


def _ends(ranges: tuple[tuple[str, str], ...]) -> list[str]:
    kept = ranges[:MOST_PLACES]
    kept += (("", ""),) * (MOST_PLACES - len(kept))
    return [end for pair in kept for end in pair]
