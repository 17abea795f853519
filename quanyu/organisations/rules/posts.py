"""What a post is, at which level it stands, who fills it and who says so (岗位与任职规则)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from quanyu.kernel.access.rules import ADMINISTRATORS, BODY_ROLES, OWN_ROLES, Role
from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.notices.rules import Group, Topic, declare
from quanyu.organisations.rules.bodies import CODE
from quanyu.organisations.rules.kinds import BodyKind
from quanyu.organisations.rules.voting import Seat
from quanyu.regions.rules import Level, level_of, parent

MOST_SEATS: Final = 500
LONGEST: Final = 200


class PostLevel(StrEnum):
    """At which level a post of a kind stands (岗位层级)."""

    CITY = "city"
    AREA = "area"
    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"
    BUILDING = "building"
    BODY = "body"
    """Wherever its body is seated."""


LEVEL_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        PostLevel.CITY: _("市级"),
        PostLevel.AREA: _("区级"),
        PostLevel.STREET: _("街道"),
        PostLevel.COMMUNITY: _("社区"),
        PostLevel.GRID: _("网格"),
        PostLevel.BUILDING: _("楼栋"),
        PostLevel.BODY: _("单位"),
    }
)


class Hours(StrEnum):
    """Whether a post is somebody's whole work (专职、兼职)."""

    FULL_TIME = "full_time"
    PART_TIME = "part_time"


HOURS_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {Hours.FULL_TIME: _("专职"), Hours.PART_TIME: _("兼职")}
)


class StaffKey(StrEnum):
    """What is asked of a street's staff (配备要求)."""

    PARTY_LEAST = "party_staff_least"
    AVERAGE = "street_average"


class Decision(StrEnum):
    """What became of a proposal to appoint somebody (任职审批)."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Stand(StrEnum):
    """How an appointment stands on a day (任职状态)."""

    PROPOSED = "proposed"
    COMING = "coming"
    SERVING = "serving"
    LEFT = "left"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


STAND_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Stand.PROPOSED: _("待确认"),
        Stand.COMING: _("未到任"),
        Stand.SERVING: _("在任"),
        Stand.LEFT: _("已卸任"),
        Stand.REFUSED: _("未同意"),
        Stand.WITHDRAWN: _("已撤回"),
    }
)


class WrongPost(Invalid):
    """A post, or a kind of post, that cannot be as it was given."""


class WrongAppointment(Invalid):
    """Somebody who cannot be appointed as given."""


class NotAppointer(Refusal):
    """This role does not open posts here, or does not fill them."""


class NoSeat(Refusal):
    """Every seat of the post is taken in that time."""


class OwnAppointment(Refusal):
    """Who proposed does not confirm, and nobody confirms oneself (提名与确认分离)."""


class Settled(Refusal):
    """The proposal has been decided, or the appointment has ended."""


class WrongTerm(Refusal):
    """The days of a post or of an appointment do not fit."""


# ------------------------------------------------------------------ who opens and fills posts

_GRID = frozenset({Role.COMMUNITY_SECRETARY, Role.COMMANDER, Role.DISTRICT_ADMIN})
_DISTRICT = frozenset({Role.DISTRICT_ADMIN})
_STREET = frozenset({Role.COMMANDER, Role.DISTRICT_ADMIN})

PROPOSERS: Final[Mapping[str, frozenset[Role]]] = MappingProxyType(
    {
        PostLevel.CITY: _DISTRICT,
        PostLevel.AREA: _DISTRICT,
        PostLevel.STREET: _STREET,
        PostLevel.COMMUNITY: _GRID,
        PostLevel.GRID: _GRID,
        PostLevel.BUILDING: _GRID,
    }
)
"""Who may propose somebody for a post, and end an appointment, by the level of its place."""

CONFIRMERS: Final[Mapping[str, frozenset[Role]]] = MappingProxyType(
    {
        PostLevel.CITY: _DISTRICT,
        PostLevel.AREA: _DISTRICT,
        PostLevel.STREET: _DISTRICT,
        PostLevel.COMMUNITY: _STREET,
        PostLevel.GRID: _GRID,
        PostLevel.BUILDING: _GRID,
    }
)
"""Who may confirm it, and open posts: the level above, for nobody makes a peer of one's own."""

KEPT_BY: Final = _GRID


def may_propose(roles: Collection[str], level: str) -> bool:
    """Answer whether one of these roles proposes for posts at a level of place."""
    return not PROPOSERS.get(level, frozenset()).isdisjoint(roles)


def may_confirm(roles: Collection[str], level: str) -> bool:
    """Answer whether one of these roles confirms for posts at a level of place."""
    return not CONFIRMERS.get(level, frozenset()).isdisjoint(roles)


def confirmed_at(place: str) -> str:
    """Return where, or above where, a role is held that confirms at a place: nobody makes a peer.

    The city has nothing above it.
    """
    return place if level_of(place) is Level.CITY else parent(place)


# ------------------------------------------------------------------ kinds and posts

ONLY_AT: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        **{role: frozenset({PostLevel.BODY}) for role in BODY_ROLES},
        Role.DISTRICT_ADMIN: frozenset({PostLevel.CITY, PostLevel.AREA}),
        Role.COMMANDER: frozenset({PostLevel.STREET}),
        Role.COMMUNITY_SECRETARY: frozenset({PostLevel.COMMUNITY}),
    }
)
"""Roles that decide about others' posts are carried at their own level alone, and those that are
held in a body by posts that stand in one."""


def check_kind(
    *, code: str, level: str, hours: str, roles: Collection[str], seat: str = ""
) -> None:
    """Refuse a kind of post that carries what no post may carry.

    :raises WrongPost: if so
    """
    if not CODE.fullmatch(code):
        raise WrongPost(_("岗位代码由小写字母、数字和横线组成"), field="code", value=code)
    if level not in set(PostLevel):
        raise WrongPost(_("没有这个岗位层级"), field="level", value=level, allowed=list(PostLevel))
    if hours not in set(Hours):
        raise WrongPost(_("岗位须为专职或兼职"), field="hours", value=hours, allowed=list(Hours))
    if seat and seat not in set(Seat):
        raise WrongPost(_("没有这个选举职务"), field="seat", value=seat, allowed=list(Seat))
    for role in roles:
        _check_role(role, level)


def _check_role(role: str, level: str) -> None:
    barred = ADMINISTRATORS | OWN_ROLES | {Role.SYSTEM}
    if role not in set(Role) or role in barred or level not in ONLY_AT.get(role, {level}):
        raise WrongPost(_("这类岗位不能带这个角色"), field="roles", value=role)


def check_seats(seats: int) -> None:
    """Refuse a number of seats that no post has.

    :raises WrongPost: if so
    """
    if not 1 <= seats <= MOST_SEATS:
        raise WrongPost(
            _("编制数须在 1 到 {most} 之间"), field="seats", value=seats, most=MOST_SEATS
        )


def check_place(*, level: str, place: str, place_level: str, seat: str) -> None:
    """Refuse a post that does not stand at the level of its kind, or not where its body is.

    :param place_level: of ``place``, as the tree says
    :param seat: the place of its body
    :raises WrongPost: if so
    """
    if level == PostLevel.BODY:
        if place != seat:
            raise WrongPost(_("单位内的岗位设在单位所在地"), field="place", value=place)
        return
    wanted = PostLevel.GRID if level == PostLevel.BUILDING else level
    if place_level != wanted:
        raise WrongPost(
            _("这类岗位须设在{level}"), field="place", value=place, level=LEVEL_WORDS[level]
        )
    if not place.startswith(seat):
        raise WrongPost(_("岗位须设在单位所在辖区之内"), field="place", value=place)


_GROUND = frozenset({PostLevel.COMMUNITY, PostLevel.GRID, PostLevel.BUILDING})
_BRANCH = frozenset({PostLevel.GRID, PostLevel.BUILDING})
_UPPER = frozenset({PostLevel.CITY, PostLevel.AREA})

POSTS_IN: Final[Mapping[str, frozenset[PostLevel]]] = MappingProxyType(
    {
        BodyKind.DEPARTMENT: _UPPER,
        BodyKind.COORDINATION: _UPPER | {PostLevel.STREET},
        BodyKind.PARTY_WORK_COMMITTEE: _GROUND | {PostLevel.STREET},
        BodyKind.STREET_OFFICE: _GROUND | {PostLevel.STREET},
        BodyKind.STREET_UNIT: _GROUND | {PostLevel.STREET},
        BodyKind.PARTY_COMMITTEE: _GROUND,
        BodyKind.GENERAL_BRANCH: _GROUND,
        BodyKind.RESIDENTS_COMMITTEE: _GROUND,
        BodyKind.BRANCH: _BRANCH,
        BodyKind.JOINT_BRANCH: _BRANCH,
        BodyKind.PARTY_GROUP: _BRANCH,
    }
)
"""At which levels of place a body of a kind has posts, beside those within itself."""


def check_fits(*, level: str, body: str) -> None:
    """Refuse a post at a level of place at which bodies of this kind have none.

    :param body: the kind of the body
    :raises WrongPost: if so
    """
    if level != PostLevel.BODY and level not in POSTS_IN.get(body, frozenset()):
        raise WrongPost(
            _("这类单位不设{level}岗位"), field="kind", value=body, level=LEVEL_WORDS[level]
        )


def may_open_in(roles: Collection[str], level: str, body: str) -> bool:
    """Answer whether one of these roles, held where a body is seated, opens posts in it.

    What a street commands is the district's.

    :param level: of the place where it is seated
    """
    if body == BodyKind.STATIONED_AGENCY:
        return not _DISTRICT.isdisjoint(roles)
    return may_propose(roles, level)


# ------------------------------------------------------------------ periods and seats

Period = tuple[date, date | None]
"""Half-open: the last day is not counted in; without an end it is open."""


def meets(one: Period, other: Period) -> bool:
    """Answer whether two periods have a day in common; an empty one has none."""
    begins = max(one[0], other[0])
    ends = [day for day in (one[1], other[1]) if day is not None]
    return not ends or begins < min(ends)


@dataclass(frozen=True, slots=True)
class Seated:
    """How many seats a post has from a day to a day, or one that is taken (编制)."""

    period: Period
    seats: int = 1


def check_free(wanted: Period, *, authorised: Sequence[Seated], taken: Iterable[Period]) -> None:
    """Refuse one more holder on a day on which every seat is taken.

    :raises NoSeat: if there is such a day
    """
    held = [one for one in taken if meets(one, wanted)]
    for day in _turns(wanted, authorised, held):
        seats = sum(one.seats for one in authorised if _covers(one.period, day))
        filled = sum(1 for one in held if _covers(one, day))
        if filled >= seats:
            raise NoSeat(
                _("{day}起编制 {seats} 人、已任 {filled} 人，没有空缺"),
                field="post",
                value=day.isoformat(),
                day=day.isoformat(),
                seats=seats,
                filled=filled,
            )


def _turns(wanted: Period, authorised: Sequence[Seated], held: Sequence[Period]) -> list[date]:
    """Return the days on which something may change within the period, its first day among them."""
    days = {wanted[0]}
    for begins, ends in [*(one.period for one in authorised), *held]:
        days |= {day for day in (begins, ends) if day is not None and _covers(wanted, day)}
    return sorted(days)


def most_at_once(taken: Collection[Period], *, since: date) -> int:
    """Return how many of these periods lie on one day at most, from ``since`` on."""
    days = {since, *(begins for begins, _ends in taken if begins > since)}
    return max(sum(1 for one in taken if _covers(one, day)) for day in days)


def _covers(period: Period, day: date) -> bool:
    return period[0] <= day and (period[1] is None or day < period[1])


def check_term(period: Period, *, within: Period) -> None:
    """Refuse an appointment that does not lie in the post's own time.

    :raises WrongTerm: if so
    """
    begins, ends = period
    if ends is not None and ends <= begins:
        raise WrongTerm(
            _("卸任日期须晚于任职日期{start}"),
            field="end",
            value=ends.isoformat(),
            start=begins.isoformat(),
        )
    if begins < within[0] or (within[1] is not None and begins >= within[1]):
        raise WrongTerm(
            _("这个岗位自{start}起才有，或那时已撤销"),
            field="start",
            value=begins.isoformat(),
            start=within[0].isoformat(),
        )
    if within[1] is not None and (ends is None or ends > within[1]):
        raise WrongTerm(
            _("这个岗位{end}撤销，任期须在此前结束"),
            field="end",
            value=ends.isoformat() if ends else "",
            end=within[1].isoformat(),
        )


def check_two_hands(*, proposed_by: UUID | None, holder: UUID, decided_by: UUID | None) -> None:
    """Refuse a decision by who proposed, or about oneself; the system has no hands.

    :raises OwnAppointment: if so
    """
    if decided_by is not None and decided_by in {proposed_by, holder}:
        raise OwnAppointment(_("提名人不得确认，也不得确认本人的任职，须由另一人办理"))


def check_reason(reason: str, *, field: str = "reason") -> None:
    """Refuse an act without a reason, or with too long a one.

    :raises WrongAppointment: if so
    """
    if not reason.strip() or len(reason.strip()) > LONGEST:
        raise WrongAppointment(
            _("请写明事由，最多 {most} 个字"), field=field, value=reason[:LONGEST], most=LONGEST
        )


def stand(decision: str, period: Period, *, on: date) -> Stand:
    """Return how an appointment stands on a day."""
    if decision != Decision.CONFIRMED:
        return {
            Decision.OPEN: Stand.PROPOSED,
            Decision.REFUSED: Stand.REFUSED,
            Decision.WITHDRAWN: Stand.WITHDRAWN,
        }[Decision(decision)]
    if period[1] is not None and (period[1] <= on or period[1] <= period[0]):
        return Stand.LEFT
    return Stand.COMING if period[0] > on else Stand.SERVING


# ------------------------------------------------------------------ what the holder is told

APPOINTED: Final = "appointment.confirm"
LEFT: Final = "appointment.end"

declare(
    Topic(
        APPOINTED,
        Group.ADMINISTRATION,
        _("任职"),
        _("您任{body}{post}"),
        _("自{start}起，您任{body}{post}；岗位所带的权限同日生效。"),
        ("body", "post", "start"),
    ),
    Topic(
        LEFT,
        Group.ADMINISTRATION,
        _("卸任"),
        _("您不再任{body}{post}"),
        _("自{end}起，您不再任{body}{post}；岗位所带的权限同时收回。"),
        ("body", "post", "end"),
    ),
)
