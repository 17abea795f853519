"""Write the tree anew from a day on: rows end and begin, none is written over (区划调整落地)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import Sum

from quanyu.kernel.keys import uuid7
from quanyu.regions import queries, rules
from quanyu.regions.actions.divisions import new_edition
from quanyu.regions.models import Building, Passage, Region, Reorganisation
from quanyu.regions.queries import profiles
from quanyu.regions.queries import reorganising as reads
from quanyu.regions.queries.outlines import After, Drawing, check_drawn
from quanyu.regions.rules import grids
from quanyu.regions.rules.changes import Born, Outcome
from quanyu.regions.rules.kinds import Kind
from quanyu.regions.rules.reorganising import settle


def redraw(row: Reorganisation, drawn: Sequence[reads.Drawn], *, at: datetime) -> Outcome:
    """End the rows that are touched and begin the new ones; return what it came to.

    :raises WrongOperation: if the operations do not hold together any more
    """
    told = [one.operation for one in drawn]
    ground = reads.ground(told, row.effective_date)
    outcome = settle(told, ground)
    check_drawn(drawn, ground)
    after = After(outcome, drawn, ground)
    day = row.effective_date
    old = {one.path: one for one in Region.objects.standing().filter(path__in=outcome.ended)}
    born = [_row(old, one, after.of(one.path), day) for one in outcome.born]
    resized = {path: after.resized(path) for path in outcome.resized if path not in old}
    Region.objects.filter(pk__in=[one.pk for one in old.values()]).update(valid_to=day)
    Region.objects.bulk_create(born, batch_size=1_000)
    for path, drawing in resized.items():
        _resize(path, drawing, day)
    for path in {way.origin for way in outcome.ways} - set(outcome.ended):
        _count(path)
    _keep_passages(outcome, row.pk, day)
    new_edition(at)
    queries.forget()
    return outcome


def _row(old: Mapping[str, Region], born: Born, drawing: Drawing, day: date) -> Region:
    """Return the row of a place that begins, after one that ends or out of a community."""
    before = old.get(born.made_of[0])
    return _founded(born, drawing, day) if before is None else _begun(before, born, drawing, day)


def _founded(born: Born, drawing: Drawing, day: date) -> Region:
    """Return the row of a place where none stood; a base grid's code is the profile's."""
    level = rules.level_of(born.path)
    is_grid = level is rules.Level.GRID
    code = _grid_code(born, Kind.BASE_GRID, day) if is_grid else born.code
    return Region(
        path=born.path,
        parent_path=rules.parent(born.path),
        code=code,
        scheme=rules.Scheme.LOCAL,
        level=level,
        kind=Kind.BASE_GRID if is_grid else rules.read_code(code, born.name).kind,
        name=born.name,
        name_en=born.name_en,
        lon=drawing.lon,
        lat=drawing.lat,
        shape=drawing.shape,
        households=drawing.households,
        valid_from=day,
    )


def _begun(old: Region, born: Born, drawing: Drawing, day: date) -> Region:
    """Return the row of a place that begins; what no operation says stays as it was."""
    new = _succeeding(old, day, drawing)
    new.path, new.parent_path = born.path, rules.parent(born.path)
    new.name, new.name_en, new.residents = born.name, born.name_en, drawing.residents
    if born.path == old.path:
        return new
    # Civil affairs give a new place its own code; two parts of a place cannot both keep its one.
    new.civil_code = ""
    if rules.level_of(born.path) is rules.Level.GRID:
        new.code = _grid_code(born, Kind(old.kind), day)
    else:
        new.code, new.kind = born.code, rules.read_code(born.code, born.name).kind
    return new


def _grid_code(born: Born, kind: Kind, day: date) -> str:
    """Return the code of a new grid by the profile that holds in its community."""
    community = rules.parent(born.path)
    number = int(born.path[len(community) + 1 : -1])
    profile = profiles.profile(community, on=day)
    return grids.code_of(profile, community.replace("/", ""), kind, number)


def _succeeding(old: Region, day: date, drawing: Drawing) -> Region:
    kept = {field.attname: getattr(old, field.attname) for field in Region._meta.concrete_fields}
    kept |= {"id": uuid7(), "valid_from": day, "valid_to": None}
    kept |= {"shape": drawing.shape, "lon": drawing.lon, "lat": drawing.lat}
    return Region(**kept | {"households": drawing.households, "counted_on": day})


def _resize(path: str, drawing: Drawing, day: date) -> None:
    """Give a parent that lost or gained a place a new row, or mend that of the same day."""
    old = Region.objects.standing().get(path=path)
    if old.valid_from >= day:
        old.shape, old.households, old.counted_on = drawing.shape, drawing.households, day
        old.save(update_fields=["shape", "households", "counted_on"])
        return
    Region.objects.filter(pk=old.pk).update(valid_to=day)
    _succeeding(old, day, drawing).save(force_insert=True)


def _count(community: str) -> None:
    """Let a community in which grids were founded say how many households its buildings have."""
    houses = Building.objects.standing().within(community)
    told = houses.aggregate(households=Sum("households"))
    Region.objects.standing().filter(path=community).update(**told)


def _keep_passages(outcome: Outcome, key: UUID, day: date) -> None:
    rows: Iterable[Passage] = (
        Passage(
            origin=way.origin,
            target=way.target,
            on=day,
            change=way.change,
            is_heir=way.is_heir,
            reorganisation_id=key,
        )
        for way in outcome.ways
    )
    Passage.objects.bulk_create(rows, batch_size=1_000)
