"""What the rows of a file of places are checked against, and what both kinds share (导入的核对)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import build, record_all
from quanyu.kernel.columns import Row
from quanyu.kernel.errors import gettext_noop as _
from quanyu.regions import queries, rules
from quanyu.regions.models import Address, Alias, Estate, Region
from quanyu.regions.rules import Level, Status, standard
from quanyu.regions.rules.addresses import comparable
from quanyu.regions.rules.coordinates import Point
from quanyu.regions.rules.standard import NONE, WrongField


class Ground:
    """What the rows of a file are checked against, read once."""

    def __init__(self) -> None:
        rows = Region.objects.standing().filter(level__in=(Level.COMMUNITY, Level.GRID))
        self._paths: dict[str, str] = {}
        shapes: list[tuple[str, bytes]] = []
        for path, level, code, civil, shape in rows.values_list(
            "path", "level", "code", "civil_code", "shape"
        ):
            self._paths |= {one: path for one in (code, civil) if one}
            if level == Level.COMMUNITY and shape is not None:
                shapes.append((path, bytes(shape)))
        self._drawn = {path for path, _shape in shapes}
        self._communities = queries.from_wkb(shapes) if shapes else None
        self._systems: set[str] = set()

    def community(self, code: str) -> str:
        """Return the path of a community.

        :raises WrongField: if the tree has none of that code
        """
        path = self._paths.get(code, "")
        if not path or rules.level_of(path) is not Level.COMMUNITY:
            raise WrongField(
                _("区划中没有这个社区"), field="community", value=code, allowed=["340104001001"]
            )
        return path

    def grid(self, code: str, *, community: str) -> str:
        """Return the path of a grid.

        :raises WrongField: if the community has none of that code
        """
        path = self._paths.get(code, "")
        if rules.parent(path) != community:
            raise WrongField(_("这个社区没有这个网格"), field="grid", value=code, allowed=[])
        return path

    def check_inside(self, lon: float, lat: float, *, community: str) -> None:
        """Refuse a point outside the community that the row names, where that is drawn.

        :raises WrongField: naming where the point lies instead
        """
        if community not in self._drawn or self._communities is None:
            return
        there = self._communities.locate_point(lon, lat)
        if there != community:
            raise WrongField(
                _("这一点不在所写的社区里：它在 {there}"),
                field="lon",
                value=f"{lon}, {lat}",
                allowed=[queries.label(community)],
                there=queries.label(there) if there else _("所有社区之外"),
            )

    def system(self, said: str | None) -> str:
        """Return the system of a row, once it is that of the rows before it.

        :raises WrongField: if it is another
        """
        before = next(iter(self._systems), "")
        found = standard.check_system(said or before or "wgs84", of_file=before)
        self._systems.add(found)
        return found


def point_in(row: Row, held: Row | None, system: str, *, of: str = "") -> Point | None:
    """Return a point of a row in WGS-84, or None where it has none."""
    lon, lat = row.get(f"{of}lon") or "", row.get(f"{of}lat") or ""
    if not lon and not lat:
        return None
    return standard.point_of(
        lon, lat, system=_system_of(row, held, f"{of}lon", system), field=f"{of}lon"
    )


def outline_in(row: Row, held: Row | None, system: str) -> bytes | None:
    said = row.get("outline") or ""
    return standard.outline_of(said, system=_system_of(row, held, "outline", system))


def _system_of(row: Row, held: Row | None, key: str, system: str) -> str:
    """Return the system of one cell: what stands already is in WGS-84, whatever the file says."""
    return "wgs84" if held is not None and row.get(key) == held.get(key) else system


def check_plates_are_free(row: Row, path: str, **owner: UUID | None) -> None:
    """Refuse a plate that another estate or building of the community has.

    :raises WrongField: naming it
    """
    for road, door in standard.plates_of(row.get("plates") or ""):
        rows = Address.objects.standing().filter(region_path=path, road=road, door=door)
        others = rows if None in owner.values() else rows.exclude(**owner)
        if others.exists():
            raise WrongField(
                _("这个门牌已属于别的小区或楼栋"),
                field="plates",
                value=f"{road}{door}号",
                allowed=[],
            )


def said_in(row: Row, key: str) -> str:
    said = row.get(key) or ""
    return "" if said == NONE else said


def status_of(row: Row) -> str:
    return row.get("status") or Status.ACTIVE.value


def check_lasts(row: Row) -> None:
    status = Status.DEMOLISHED if row.get("end") else Status.ACTIVE
    standard.check_ends(row.get("start"), row.get("end"), status=status)


def put_plates(row: Row, *, region_path: str, today: date, **owner: Any) -> None:
    """Let the plates of an estate or a building be those of the row; the others end."""
    wanted = set(standard.plates_of(row.get("plates") or ""))
    rows = Address.objects.standing().filter(**owner)
    for plate in rows:
        if (plate.road, plate.door) in wanted:
            wanted.discard((plate.road, plate.door))
        elif plate.valid_from is None or plate.valid_from >= today:
            plate.delete()
        else:
            plate.valid_to = today
            plate.save(update_fields=["valid_to"])
    Address.objects.bulk_create(
        [
            Address(region_path=region_path, road=road, door=door, valid_from=today, **owner)
            for road, door in sorted(wanted)
        ]
    )


def put_aliases(row: Row, estate: Estate) -> None:
    wanted = {comparable(one) for one in standard.parted(row.get("aliases") or "")}
    held = Alias.objects.filter(estate=estate)
    held.exclude(text__in=wanted).delete()
    for text in sorted(wanted - set(held.values_list("text", flat=True))):
        Alias.objects.create(text=text, region_path=estate.region_path, estate=estate)


def record_each(
    topic: str, subjects: Sequence[Any], rows: Sequence[Row], *, actor: Actor, at: datetime
) -> None:
    record_all(
        [
            build(
                topic,
                subject,
                actor=actor,
                at=at,
                facts={name: str(value or "") for name, value in row.items()},
            )
            for subject, row in zip(subjects, rows, strict=True)
        ]
    )
