"""Found, draw and end a grid; the history keeps every border with its days (网格的设立与划定)."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID

import shapely
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.regions import queries
from quanyu.regions.actions.divisions import new_edition
from quanyu.regions.actions.placing import place_buildings
from quanyu.regions.models import Building, GridContact, Region
from quanyu.regions.queries import profiles, tree
from quanyu.regions.queries.claims import claims
from quanyu.regions.rules import KEEPERS, Level, Scheme, ancestry, parent, topology
from quanyu.regions.rules import grids as rules
from quanyu.regions.rules.changes import LONGEST_NAME
from quanyu.regions.rules.grids import Profile
from quanyu.regions.rules.kinds import Kind


@transaction.atomic
def found_grid(
    *,
    community: str,
    kind: str,
    name: str,
    name_en: str = "",
    shape: BaseGeometry | None = None,
    residents: int | None = None,
    start: date | None = None,
    is_sample: bool = False,
    actor: Actor,
    at: datetime,
) -> Region:
    """Found a grid in a community, under the next free code of the profile (设立网格).

    Buildings that lie in a new base grid are recorded in it.

    :raises WrongGrid: if kind, name or border are not as they must be, or another grid lies there
    :raises WrongGridDay: if it would begin before its community, or after today
    :raises Taken: if an approved re-organisation touches the community, or what would move into it
    :raises NoNumberLeft: if the community has no number left
    :raises Denied: if the actor has no part in the community, or there is none
    """
    check_keeper(actor, community)
    home = _community(community)
    kind = _check_kind(kind)
    day = _check_day(start, home.valid_from, at=at)
    profile = profiles.profile(community, on=day)
    row = Region(
        code="",
        scheme=Scheme.LOCAL,
        level=Level.GRID,
        kind=kind,
        name=_check_name(name),
        name_en=name_en.strip()[:120],
        parent_path=community,
        residents=residents,
        is_sample=is_sample,
        valid_from=day,
    )
    _check_name_free(row)
    held = claims([community], actor=actor)
    held.check_place(community, field="community")
    held.check_name(community, row.name)
    if shape is not None:
        _check_border(shape, row, home, profile)
        put(row, shape)
    _number(row, home, profile, claimed=held.paths)
    row.save(force_insert=True)
    renew(at)
    housed = house(row, actor=actor, at=at)
    facts = {"code": row.code, "kind": row.kind, "name": row.name, "housed": housed}
    record("grid.found", row, actor=actor, at=at, facts=facts)
    return row


@transaction.atomic
def draw_grid(
    *, path: str, shape: BaseGeometry, start: date | None = None, actor: Actor, at: datetime
) -> Region:
    """Give a grid another border from a day on; the one before stays in the history (划定边界).

    Buildings that lie in it now are recorded in it. Make room first: a border that overlaps
    another base grid is refused.

    :raises WrongGrid: if the border is not as it must be, or another base grid lies there
    :raises WrongGridDay: if the day lies before the present border's, or after today
    :raises Taken: if an approved re-organisation touches it, or what would move into it
    :raises Denied: if the actor has no part in it, or no such grid stands
    """
    check_keeper(actor, path)
    row = standing_grid(path)
    claims([path], actor=actor).check_place(path)
    home = _community(row.parent_path)
    day = _check_day(start, row.valid_from, at=at)
    _check_border(shape, row, home, profiles.profile(path, on=day))
    drawn = succeed(row, day)
    put(drawn, shape)
    drawn.save()
    renew(at)
    housed = house(drawn, actor=actor, at=at)
    record("grid.draw", drawn, actor=actor, at=at, facts={"code": drawn.code, "housed": housed})
    return drawn


@transaction.atomic
def end_grid(*, path: str, end: date | None = None, actor: Actor, at: datetime) -> Region:
    """End a grid; its code is never given again, and who served it leaves with it (撤销网格).

    :raises StillHeld: if buildings are still recorded in it
    :raises WrongGridDay: if it would end before it began, or after today
    :raises Taken: if an approved re-organisation touches it
    :raises Denied: if the actor has no part in it, or no such grid stands
    """
    check_keeper(actor, path)
    row = standing_grid(path)
    claims([path], actor=actor).check_place(path)
    day = end or timezone.localdate(at)
    rules.check_ends(row.valid_from, day)
    _check_not_ahead(day, at=at, field="end")
    held = Building.objects.standing().filter(region_path=path).count()
    if held:
        raise rules.StillHeld(
            _("网格里还登记着 {count} 幢楼，请先划到别的网格"),
            field="path",
            value=path,
            count=held,
        )
    row.valid_to = day
    row.save(update_fields=["valid_to"])
    serving = GridContact.objects.visible_to(actor).filter(region_path=path, valid_to=None)
    for contact in serving.select_for_update():
        contact.valid_to, contact.ended_at = max(day, _day_after(contact.valid_from)), at
        contact.save(update_fields=["valid_to", "ended_at"])
        record("grid_contact.end", contact, actor=actor, at=at, facts={"post": contact.post})
    renew(at)
    record("grid.end", row, actor=actor, at=at, facts={"code": row.code, "end": day.isoformat()})
    return row


# ------------------------------------------------------------------ who, where, when


def check_keeper(actor: Actor, place: str) -> None:
    """Refuse who does not draw the grids of a place.

    :raises Denied: if the actor has no part in it
    :raises NotGridKeeper: if the actor has another role there
    """
    roles = actor.roles_at(place)
    if not roles:
        raise Denied  # a stranger is not told what there is in another's place
    if not roles & KEEPERS:
        raise rules.NotGridKeeper(_("网格由区级统筹、街道指挥长和系统管理员划定"))


def standing_grid(path: str) -> Region:
    """Return a grid that stands, locked.

    :raises Denied: if there is none
    """
    rows = Region.objects.standing().select_for_update().filter(path=path, level=Level.GRID)
    row = rows.first()
    if row is None:
        raise Denied
    return row


def _community(path: str) -> Region:
    # Locked: of two clerks who found a grid at once, the second sees the first one's number.
    rows = Region.objects.standing().select_for_update()
    row = rows.filter(path=path, level=Level.COMMUNITY).first()
    if row is None:
        raise rules.WrongGrid(_("没有这个社区"), field="community", value=path)
    return row


def _check_day(start: date | None, earliest: date, *, at: datetime) -> date:
    day = start or timezone.localdate(at)
    _check_not_ahead(day, at=at, field="start")
    rules.check_begins(day, community_from=earliest)
    return day


def _check_not_ahead(day: date, *, at: datetime, field: str) -> None:
    if day > timezone.localdate(at):
        raise rules.WrongGridDay(
            _("这里只登记今天或以前的变动；以后生效的请用网格调整"),
            field=field,
            value=day.isoformat(),
        )


def _day_after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


# ------------------------------------------------------------------ what a grid must be


def _check_kind(kind: str) -> Kind:
    if kind not in rules.GRID_KINDS:
        raise rules.WrongGrid(
            _("网格分基础、专属和微网格三类"),
            field="kind",
            value=kind,
            allowed=[one.value for one in rules.GRID_KINDS],
        )
    return Kind(kind)


def _check_name(name: str) -> str:
    said = name.strip()
    if not said or len(said) > LONGEST_NAME:
        raise rules.WrongGrid(
            _("请填写网格名称，最多 {most} 个字"),
            field="name",
            value=said[:LONGEST_NAME],
            most=LONGEST_NAME,
        )
    return said


def _check_name_free(row: Region) -> None:
    same = Region.objects.standing().filter(
        parent_path=row.parent_path, level=Level.GRID, name=row.name
    )
    if same.exists():
        raise rules.WrongGrid(_("社区里已有同名的网格"), field="name", value=row.name)


def _check_border(shape: BaseGeometry, row: Region, home: Region, profile: Profile) -> None:
    topology.check_polygon(shape)
    around = shapely.from_wkb(bytes(home.shape)) if home.shape else None
    topology.check_inside(shape, around, tolerance_m2=profile.tolerance_m2)
    if row.kind == Kind.BASE_GRID:
        others = base_shapes(street_of(home.path), but=row.path)
        topology.check_apart(shape, others, tolerance_m2=profile.tolerance_m2)


def street_of(path: str) -> str:
    """Return the street of a place inside one."""
    return ancestry(path)[3]


def base_shapes(place: str, *, but: str = "") -> Iterable[tuple[str, BaseGeometry]]:
    """Give name and border of every base grid that stands in a place."""
    rows = Region.objects.standing().within(place).filter(kind=Kind.BASE_GRID)
    rows = rows.exclude(path=but).exclude(shape=None).order_by("path")
    for path, shape in rows.values_list("path", "shape"):
        yield queries.place_names([path])[path], shapely.from_wkb(bytes(shape or b""))


# ------------------------------------------------------------------ writing


def _number(row: Region, home: Region, profile: Profile, *, claimed: Collection[str]) -> None:
    ever = Region.objects.filter(parent_path=home.path, level=Level.GRID)
    paths, codes = zip(*ever.values_list("path", "code"), strict=True) if ever else ((), ())
    paths = (*paths, *(path for path in claimed if parent(path) == home.path))
    number = rules.free_number(
        profile,
        home.code,
        Kind(row.kind),
        paths=[path.removeprefix(home.path) for path in paths],
        codes=codes,
    )
    row.code = rules.code_of(profile, home.code, Kind(row.kind), number)
    row.path = f"{home.path}{rules.part_of(Kind(row.kind), number)}"


def renew(at: datetime) -> None:
    """Mark the tree as another than before."""
    new_edition(at)
    queries.forget()


def put(row: Region, shape: BaseGeometry) -> None:
    """Set a border and the point on it."""
    inside = shapely.point_on_surface(shape)
    row.shape = shapely.to_wkb(shape)
    row.lon, row.lat = round(inside.x, 6), round(inside.y, 6)


def succeed(row: Region, day: date) -> Region:
    """Return the row that follows a place's present one from a day on, which is ended.

    One that began on that very day never stood a day: it is put right in place.
    """
    if row.valid_from >= day:
        return row
    Region.objects.filter(pk=row.pk).update(valid_to=day)
    kept = {f.attname: getattr(row, f.attname) for f in Region._meta.concrete_fields}
    return Region(**{**kept, "id": Region().id, "valid_from": day, "valid_to": None})


def house(row: Region, *, actor: Actor, at: datetime) -> int:
    """Record the buildings that lie in a base grid in it, and count its households anew.

    :raises Taken: if one stands in a place that an approved re-organisation touches
    """
    if row.kind != Kind.BASE_GRID or row.shape is None:
        return 0
    shape = shapely.from_wkb(bytes(row.shape))
    moves = {key: path for key, path in lying_in(shape) if path != row.path}
    left = {*moves.values()}
    held = claims(left, actor=actor)
    for path in sorted(left):
        held.check_place(path, field="shape")
    count = place_buildings(
        moves=dict.fromkeys(moves, row.path), day=row.valid_from, actor=actor, at=at
    )
    for path in {*left, row.path}:
        recount(path, at=at)
    return count


def lying_in(shape: BaseGeometry) -> list[tuple[UUID, str]]:
    west, south, east, north = shape.bounds
    near = Building.objects.standing().filter(lon__range=(west, east), lat__range=(south, north))
    rows = list(near.values_list("id", "region_path", "lon", "lat"))
    is_in = shapely.contains_xy(shape, [row[2] for row in rows], [row[3] for row in rows])
    return [(row[0], row[1]) for row, inside in zip(rows, is_in, strict=True) if inside]


def recount(path: str, *, at: datetime) -> None:
    """Let a grid and its community say how many households their buildings have, as of now.

    Where no building is entered yet, the figures that were given stand.
    """
    community = tree.community_of(path)
    houses = Building.objects.standing().within(community)
    counted = dict(houses.order_by().values_list("region_path").annotate(Sum("households")))
    if counted:
        own, today = Region.objects.standing(), timezone.localdate(at)
        own.filter(path=path).update(households=counted.get(path, 0), counted_on=today)
        own.filter(path=community).update(households=sum(counted.values()), counted_on=today)
