"""Members, terms, meetings and an election of the demo street's party organisations (党建示例)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from quanyu.demo.cast import STREET
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.access.scope import acting
from quanyu.kernel.calendar.rules import local, moment_of
from quanyu.kernel.jobs.rules import past
from quanyu.organisations.actions import elections, meetings, terms
from quanyu.organisations.actions.meetings import Plan, Resolved, Votes
from quanyu.organisations.actions.party import keep_count
from quanyu.organisations.queries.led import led_bodies
from quanyu.organisations.queries.party import facts_of
from quanyu.organisations.rules.kinds import BodyKind
from quanyu.organisations.rules.rhythm import Attendance
from quanyu.organisations.rules.terms import add_months

FULL = (2, 12, 17, 34, 9, 21)
"""Full members, branch by branch; the first has too few for a branch of its own."""

SOON, LATE = -57, -62
"""Months since the term of five years began: due in three months, and two months late."""

ELECTED = "sanlian-002"
"""Whose committee was elected just before its term was over."""

OVER = 10
"""So many days ago that was."""

USUAL = (-8, -20, -31, -14)
MET = 4
"""So many branches have met in the last months; the others' meetings are overdue."""

KEPT_UP = ("theme_day", "general", "committee")
ELECTING = (BodyKind.BRANCH, BodyKind.JOINT_BRANCH, BodyKind.GENERAL_BRANCH)
BRANCHES = ELECTING[:2]
RESOLVED = (
    "把楼道杂物清理安排到每个楼栋，示例",
    "与物业商定电动车充电棚的位置，示例",
    "每周六上午在服务中心值守，示例",
)

WAY = "书记等额选举，委员差额选举，无记名投票，示例"
STANDING = (
    ("示例甲", "secretary"),
    ("示例乙", "member"),
    ("示例丙", "member"),
    ("示例丁", "member"),
)
"""One more stands than there are seats for members."""


def show(actors: Mapping[str, Actor], *, at: datetime) -> None:
    """Let counts be kept, committees serve, branches meet and one elect; once."""
    keeper, today = actors["commander"], local(at).date()
    with acting(keeper):
        bodies = [
            one
            for one in led_bodies(actor=keeper, on=today, is_election=True)
            if one.region_path.startswith(STREET)
        ]
        is_done = any(one.member_counts.exists() for one in bodies)
    if bodies and not is_done:
        with transaction.atomic(), past():
            _Street(keeper, bodies, at=at).live()


def entitled(body: Any, *, on: date) -> int:
    """Return how many full members an organisation has, who all may vote."""
    head = facts_of(body, on=on).head
    return head.full if head else 0


class _Street:
    """The organisations of the street, and who keeps their affairs."""

    def __init__(self, keeper: Actor, bodies: Sequence[Any], *, at: datetime) -> None:
        self._keeper, self._bodies, self._at = keeper, bodies, at
        self._today = local(at).date()
        self._branches = [one for one in bodies if one.kind in BRANCHES]

    def live(self) -> None:
        for number, body in enumerate(self._branches):
            self._count(body, number)
        for number, body in enumerate(self._bodies):
            self._term(body, number)
        for number, body in enumerate(self._branches[:MET]):
            self._meet(body, number)
        self._joint()
        self._elect()

    def _count(self, body: Any, number: int) -> None:
        full = FULL[number % len(FULL)]
        units = 3 + number % 3 if body.kind == BodyKind.JOINT_BRANCH else None
        begun = date(self._today.year, 1, 1)
        facts = {"body_id": body.pk, "full": full, "units": units, "source": "年度统计，示例"}
        self._do(keep_count, **facts, probationary=number % 3, start=begun)

    def _term(self, body: Any, number: int) -> None:
        special = {0: SOON, 1: LATE}
        starts = add_months(self._today, special.get(number, USUAL[number % len(USUAL)]))
        if body.code == ELECTED:
            starts = add_months(self._today - timedelta(days=OVER), -60)
        index = self._branches.index(body) if body in self._branches else number
        is_small = body.kind in BRANCHES and FULL[index % len(FULL)] < 7
        self._do(
            terms.keep_term,
            body_id=body.pk,
            form="secretary" if is_small else "committee",
            size=1 if is_small else 3 + 2 * (number % 2),
            starts=starts,
            years=5,
        )

    def _meet(self, body: Any, number: int) -> None:
        for back in range(5):
            day = add_months(self._today.replace(day=1), -back) + timedelta(days=number)
            if day < self._today:
                for kind in KEPT_UP if back % 3 == 0 else KEPT_UP[:1]:
                    self._held(body, kind, day, number)
        coming = moment_of(self._today + timedelta(days=3 + number), 15 * 60)
        self._plan(body, Plan("theme_day", coming, title="清理楼道，示例", place="党群服务中心"))

    def _held(self, body: Any, kind: str, day: date, number: int) -> None:
        began = moment_of(day, 9 * 60)
        made = self._plan(
            body,
            Plan(kind, began, title="讨论楼道和停车，示例", place="党群服务中心"),
            at=began - timedelta(days=2),
        )
        expected = 3 if kind == "committee" else FULL[number % len(FULL)] + number % 3
        due, present = day + timedelta(days=20), expected - expected // 8
        votes = Votes(present, 0, 0)
        resolved = [Resolved(RESOLVED[number % len(RESOLVED)], due, None, votes)]
        row = self._do(
            meetings.record_meeting,
            at=began + timedelta(hours=3),
            meeting_id=made.pk,
            attendance=Attendance(expected, present, number % 2),
            minutes="逐项讨论，意见一致。示例",
            resolved=resolved if kind == "general" else [],
        )
        self._settle(row, due)

    def _settle(self, row: Any, due: date) -> None:
        with acting(self._keeper):
            found = list(row.resolutions.all())
        if due < self._today and row.region_path < self._branches[-1].region_path:
            for one in found[:1]:
                self._do(meetings.settle, resolution_id=one.pk, words="已办好，示例")

    def _joint(self) -> None:
        above = next((one for one in self._bodies if one.kind == BodyKind.GENERAL_BRANCH), None)
        if above is None:
            return
        day = moment_of(self._today - timedelta(days=40), 14 * 60)
        made = self._plan(above, Plan("joint", day, title="驻区单位联席会议，示例"), at=day)
        resolved = [Resolved("开放学校操场供居民早晚使用，示例", self._today + timedelta(days=30))]
        self._do(
            meetings.record_meeting,
            at=day + timedelta(hours=3),
            meeting_id=made.pk,
            attendance=Attendance(14, 13, 3),
            minutes="各单位通报情况，示例",
            resolved=resolved,
        )

    def _elect(self) -> None:
        body, meets = self._bodies[0], self._today + timedelta(days=20)
        voters = entitled(body, on=self._today)
        wanted = elections.Plan(voters, meets, secretaries=1, members=2, way=WAY)
        row = self._do(elections.prepare, body_id=body.pk, wanted=wanted)
        for name, seat in STANDING:
            self._do(elections.nominate, election_id=row.pk, name=name, seat=seat)

    def _plan(self, body: Any, wanted: Plan, *, at: datetime | None = None) -> Any:
        return self._do(meetings.plan, at=at or self._at, body_id=body.pk, wanted=wanted)

    def _do(self, verb: Callable[..., Any], *, at: datetime | None = None, **facts: Any) -> Any:
        with acting(self._keeper):
            return verb(actor=self._keeper, at=at or self._at, **facts)
