"""The organisation net of the demo street, as it grew; two branches became one some months ago."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from quanyu.demo import party
from quanyu.demo.cast import DISTRICT, STREET
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.access.scope import acting
from quanyu.kernel.calendar.rules import local
from quanyu.organisations import actions, queries
from quanyu.organisations.actions import SAMPLE_DAY
from quanyu.organisations.rules import BodyKind
from quanyu.organisations.rules.covering import Tie
from quanyu.regions import queries as regions
from quanyu.regions.queries import choices
from quanyu.regions.rules import ancestry
from quanyu.regions.rules.places import Crumb

TOP = "sanlian-party"
TEMPLATE = "one-five-two"
SINCE = timedelta(days=150)
"""So long ago two branches became one, and a group went along."""

JOINED = (2, 3)
"""Which grids of a community share one branch."""

LONE = (0, 1, 5, 6)
"""Which have a branch of their own; the rest has none."""

SMALL = frozenset({"005", "006"})
"""Communities with a general branch instead of a committee."""

AGENCIES = ("street-enforcement", "street-works", "street-sanitation", "street-greening")
MEMBERS: Mapping[str, date | None] = {
    **dict.fromkeys(
        (
            *("district-management", "district-housing", "district-civil-affairs"),
            *("district-labour", "district-health", "district-culture", "district-justice"),
        ),
        SAMPLE_DAY,
    ),
    "district-emergency": None,
}
"""Which departments belong to the leading group of the district; the last came later."""

NUMBERS = "一二三四五六七八"


WORKING = frozenset(
    {
        *(BodyKind.DEPARTMENT, BodyKind.STREET_OFFICE, BodyKind.STATIONED_AGENCY),
        *(BodyKind.RESIDENTS_COMMITTEE, BodyKind.PROPERTY_FIRM, BodyKind.PROVIDER),
        BodyKind.OUTSIDE,
    }
)
"""Kinds of bodies in which somebody handles matters."""


def working(*, on: date) -> dict[str, UUID]:
    """Return the bodies of a day in which somebody handles matters, by their codes."""
    return {one.code: one.id for one in queries.bodies(on=on) if one.kind in WORKING}


def show(actors: Mapping[str, Actor], *, at: datetime) -> None:
    """Let the net be founded from the working committee down, and live; once."""
    if queries.body_by_code(TOP) is None:
        with transaction.atomic():
            _Street(actors["commander"], actors["district_admin"], at=at).found()
    party.show(actors, at=at)


class _Called(NamedTuple):
    """How a community is numbered and called, without the word for what it is."""

    number: str
    short: str
    english: str


class _Street:
    """The street whose net is founded, and who founds it."""

    def __init__(self, commander: Actor, district: Actor, *, at: datetime) -> None:
        self._commander, self._district, self._at = commander, district, at
        self._today = local(at).date()

    def found(self) -> None:
        top = self._body(
            TOP,
            "party_work_committee",
            "三里庵街道党工委",
            "Sanli'an Party Working Committee",
            STREET,
        )
        for crumb in regions.below(STREET):
            self._community(top, crumb)
        self._office()
        self._others(top)
        self._merge()

    def _community(self, top: UUID, crumb: Crumb) -> None:
        one = _Called(
            crumb.path.split("/")[4],
            crumb.name.removesuffix("居委会").removesuffix("社区"),
            crumb.name_en.removesuffix(" Community"),
        )
        kind, word, english = (
            ("general_party_branch", "党总支", "General Party Branch")
            if one.number in SMALL
            else ("party_committee", "党委", "Party Committee")
        )
        code, named = f"sanlian-{one.number}", f"{one.english} {english}"
        body = self._body(code, kind, f"{one.short}社区{word}", named, crumb.path, top)
        grids = list(regions.grids_in(crumb.path))
        for n, grid in enumerate(grids):
            if n in LONE:
                self._branch(body, one, n, (grid,))
        if len(grids) > max(JOINED):
            self._branch(body, one, JOINED[0], [grids[n] for n in JOINED])

    def _branch(self, above: UUID, one: _Called, n: int, grids: Sequence[str]) -> None:
        is_joint = len(grids) > 1
        which = "、".join(NUMBERS[n + k] for k in range(len(grids)))
        branch = self._body(
            f"sanlian-{one.number}-b{n + 1:02d}",
            "joint_party_branch" if is_joint else "party_branch",
            f"{one.short}第{which}网格{'联合' if is_joint else ''}党支部",
            f"{one.english} Grid {n + 1} {'Joint ' if is_joint else ''}Branch",
            above_place(grids[0]),
            above,
        )
        for grid in grids:
            self._do(actions.cover, body_id=branch, tie=Tie.GRID, grid=grid, day=SAMPLE_DAY)
        if n == 0:
            self._group(branch, one, grids[0])

    def _group(self, branch: UUID, one: _Called, grid: str) -> None:
        houses = choices.spots(grid)[:2]
        group = self._body(
            f"sanlian-{one.number}-g01",
            "party_group",
            "第一楼栋党小组",
            f"{one.english} Building Group 1",
            above_place(grid),
            branch,
        )
        for house in houses:
            self._do(
                actions.cover,
                body_id=group,
                tie=Tie.BUILDING,
                building_id=house.id,
                day=self._today - timedelta(days=30),
            )

    def _office(self) -> None:
        office = _known("street-office")
        self._do(actions.found_units, office_id=office, template=TEMPLATE, start=SAMPLE_DAY)
        for code in AGENCIES:
            self._do(
                actions.command_agency,
                agency_id=_known(code),
                commander_id=office,
                day=SAMPLE_DAY,
                because="区属街管街用，示例",
            )

    def _others(self, top: UUID) -> None:
        here = f"{STREET}002/"
        committee = _known("sanlian-002")
        branch = self._body(
            "sanlian-002-firm",
            "party_branch",
            "绩溪路示例物业服务中心党支部",
            "Property Services Branch",
            here,
            committee,
        )
        firm = _known("property-demo")
        self._do(actions.form_party, party_id=branch, unit_id=firm, day=SAMPLE_DAY)
        self._body("sanlian-owners", "owners_committee", "示例小区业主委员会", "Owners", here)
        self._body(
            "sanlian-school",
            "resident_unit",
            "示例小学",
            "Sample Primary School",
            f"{STREET}003/",
            uscc="12340104MB1A0001XC",
        )
        self._body(
            "sanlian-centre",
            "party_service_centre",
            "三里庵街道党群服务中心",
            "Service Centre of the Street",
            STREET,
            top,
        )
        group = self._body(
            "district-leading-group",
            "coordination_body",
            "蜀山区城市基层党建工作领导小组（示例）",
            "Leading Group (sample)",
            DISTRICT,
            by=self._district,
        )
        for code, day in MEMBERS.items():
            self._do(
                actions.join_body,
                self._district,
                host_id=group,
                member_id=_known(code),
                day=day or self._today - SINCE,
                because="成员单位名单，示例",
            )

    def _merge(self) -> None:
        """Let the second branch of the third community go into the first."""
        self._do(
            actions.merge_body,
            body_id=_known("sanlian-003-b02"),
            into=_known("sanlian-003-b01"),
            name="二里街第一、二网格联合党支部",
            name_en="Joint Branch of Grids 1 and 2, 003",
            kind="joint_party_branch",
            day=self._today - SINCE,
            because="正式党员不足 3 人，示例",
        )

    def _body(
        self,
        code: str,
        kind: str,
        name: str,
        name_en: str,
        place: str,
        parent: UUID | None = None,
        by: Actor | None = None,
        uscc: str = "",
    ) -> UUID:
        facts: dict[str, Any] = {"name_en": name_en, "place": place, "parent": parent}
        body = self._do(
            actions.found_body,
            by,
            code=code,
            kind=kind,
            name=name,
            start=SAMPLE_DAY,
            uscc=uscc,
            **facts,
        )
        key: UUID = body.pk
        return key

    def _do(self, verb: Callable[..., Any], by: Actor | None = None, **facts: Any) -> Any:
        with acting(by or self._commander) as actor:
            return verb(actor=actor, at=self._at, **facts)


def above_place(grid: str) -> str:
    """Return the community of a grid."""
    return ancestry(grid)[-2]


def _known(code: str) -> UUID:
    body = queries.body_by_code(code)
    if body is None:
        raise LookupError(code)
    return body.id
