"""Whether a set of operations holds together, and what it comes to (区划调整的规则).

Every building, grid and household of a touched place goes to exactly one place; nothing is lost,
no path is given out twice, no two places side by side bear one name.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from quanyu.kernel.errors import gettext_noop as _
from quanyu.regions.rules.changes import (
    LONGEST_NAME,
    Change,
    Ground,
    NameClash,
    Named,
    NotClosed,
    Operation,
    Outcome,
    TouchedTwice,
    WrongOperation,
)
from quanyu.regions.rules.codes import read_code
from quanyu.regions.rules.kinds import Level
from quanyu.regions.rules.outcomes import SETTLED, leading, next_grid, units_of
from quanyu.regions.rules.places import check_path, level_of, parent, parents

LEVELS = (Level.COMMUNITY, Level.GRID)
SOURCES = {
    Change.MOVE: (1, 1),
    Change.MERGE: (2, None),
    Change.SPLIT: (1, 1),
    Change.EXTRACT: (1, None),
    Change.REDRAW: (1, None),
    Change.RENAME: (1, 1),
    Change.FOUND: (0, 0),
}
"""How many places each change starts from: the least and the most."""

TARGETS = {
    Change.MOVE: (1, 1),
    Change.MERGE: (1, 1),
    Change.SPLIT: (2, None),
    Change.EXTRACT: (1, 1),
    Change.REDRAW: (1, None),
    Change.RENAME: (1, 1),
    Change.FOUND: (1, None),
}


def settle(operations: Sequence[Operation], ground: Ground) -> Outcome:
    """Return what the operations come to, taken together on one day.

    :raises WrongOperation: if they do not hold together; field, value and what is allowed are named
    """
    if not operations:
        raise WrongOperation(_("还没有写任何一步调整"), field="operations")
    for operation in operations:
        check_operation(operation, ground)
    _check_apart(operations, ground)
    parts = [SETTLED[Change(one.change)](one, ground) for one in operations]
    outcome = Outcome(
        born=tuple(born for part in parts for born in part.born),
        ended=tuple(path for part in parts for path in part.ended),
        ways=tuple(way for part in parts for way in leading(part.ways)),
        homes={key: path for part in parts for key, path in part.homes.items()},
        resized=tuple(dict.fromkeys(path for part in parts for path in part.resized)),
    )
    _check_names(outcome, ground)
    return outcome


def check_operation(operation: Operation, ground: Ground) -> None:
    """Refuse an operation that makes no sense by itself.

    :raises WrongOperation: with the field that is wrong
    """
    if operation.change not in set(Change):
        raise WrongOperation(
            _("没有这种调整方式"),
            field="change",
            value=operation.change,
            allowed=[one.value for one in Change],
        )
    change = Change(operation.change)
    _check_count("sources", operation.sources, SOURCES[change])
    _check_count("targets", [one.path for one in operation.targets], TARGETS[change])
    for path in operation.sources:
        _check_source(path, ground)
    levels = {level_of(path) for path in operation.sources}
    if len(levels) > 1:
        raise WrongOperation(
            _("一步调整里的地方须同为网格或同为社区"), field="sources", value=operation.sources[-1]
        )
    for target in operation.targets:
        _check_target(target, operation, ground)
    _CHECKED[change](operation, ground)


# ------------------------------------------------------------------ one operation by itself


def _check_count(field: str, given: Sequence[str], most: tuple[int, int | None]) -> None:
    least, highest = most
    if len(given) != len(set(given)):
        twice = next(path for path, count in Counter(given).items() if count > 1)
        raise WrongOperation(_("同一个地方写了两次"), field=field, value=twice)
    if len(given) < least or (highest is not None and len(given) > highest):
        allowed = str(least) if highest == least else f"{least}+"
        raise WrongOperation(
            _("这种调整须写 {allowed} 个地方，现有 {count} 个"),
            field=field,
            value=", ".join(given),
            allowed=[allowed],
            count=len(given),
        )


def _check_source(path: str, ground: Ground) -> None:
    stood = ground.places.get(path)
    if stood is None or level_of(path) not in LEVELS:
        raise WrongOperation(
            _("{day} 没有路径为 {value} 的网格或社区"),
            field="sources",
            value=path,
            allowed=sorted(p for p in ground.places if level_of(p) in LEVELS)[:20],
            day=ground.day.isoformat(),
        )
    if stood.since >= ground.day:
        raise WrongOperation(
            _("{value} 从 {since} 才有，调整须从其后的日子生效"),
            field="effective_date",
            value=path,
            since=stood.since.isoformat(),
        )


def _check_target(target: Named, operation: Operation, ground: Ground) -> None:
    check_path(target.path)
    level = _level(operation)
    if level not in LEVELS or level_of(target.path) is not level:
        raise WrongOperation(
            _("调整后的地方须与原来的同为网格或同为社区"), field="targets", value=target.path
        )
    if not target.name.strip() or len(target.name) > LONGEST_NAME:
        raise WrongOperation(
            _("名称须有 1 至 {most} 个字"), field="name", value=target.name, most=LONGEST_NAME
        )
    if level is Level.COMMUNITY:
        read_code(target.path.replace("/", ""))
    _check_free(target, operation, ground)


def _level(operation: Operation) -> Level:
    """Return of which level the step is: of what it starts from, or of what it founds."""
    first = operation.sources[0] if operation.sources else operation.targets[0].path
    return level_of(first)


def _check_free(target: Named, operation: Operation, ground: Ground) -> None:
    """Refuse a path that another place bears, or once bore: a past link would lead astray."""
    goes_on = operation.change == Change.EXTRACT and target.path in ground.places
    if target.path in operation.sources or goes_on:
        return
    if target.path in ground.ever:
        raise WrongOperation(
            _("代码 {value} 用过，不得再用"),
            field="targets",
            value=target.path,
            allowed=_free_beside(target.path, ground),
        )
    if parent(target.path) not in ground.places:
        raise WrongOperation(
            _("没有上级 {value}"),
            field="targets",
            value=parent(target.path),
            allowed=sorted({parent(path) for path in operation.sources}),
        )


def _free_beside(path: str, ground: Ground) -> list[str]:
    if level_of(path) is Level.GRID:
        return [next_grid(parent(path), ground.ever, letter=path[len(parent(path))])]
    return []


def _check_move(operation: Operation, ground: Ground) -> None:
    source, target = operation.sources[0], operation.targets[0]
    if parent(target.path) == parent(source):
        raise WrongOperation(_("改属须换一个上级"), field="targets", value=target.path)


def _check_beside(operation: Operation, ground: Ground) -> None:
    above = {parent(path) for path in operation.sources}
    above |= {parent(one.path) for one in operation.targets}
    if len(above) > 1:
        raise WrongOperation(
            _("这种调整的地方须在同一个上级之内；换上级请用“改属”"),
            field="targets",
            value=operation.targets[0].path,
            allowed=[min(above)],
        )


def _check_divided(operation: Operation, ground: Ground) -> None:
    """Refuse what divides and leaves a unit without a target, or a target without a unit."""
    _check_beside(operation, ground)
    units = set(units_of(operation.sources, ground))
    # Who draws anew takes in what stood in no grid; to leave it where it is, is no loss.
    more = set(ground.loose(operation)) if operation.change == Change.REDRAW else set()
    _check_homes(operation, units | more)
    if lost := sorted(units - set(operation.homes)):
        raise NotClosed(
            _("{count} 个楼栋或网格没有写明划到哪里，例如 {value}"),
            field="homes",
            value=_called(lost[0], ground),
            allowed=[one.path for one in operation.targets],
            count=len(lost),
        )
    _check_filled(operation)


def _check_extract(operation: Operation, ground: Ground) -> None:
    _check_beside(operation, ground)
    target = operation.targets[0]
    if target.path in operation.sources:
        raise WrongOperation(_("划入的地方不得也是划出的地方"), field="targets", value=target.path)
    _check_homes(operation, set(units_of(operation.sources, ground)))
    _check_filled(operation)
    for source in operation.sources:
        if set(units_of([source], ground)) <= set(operation.homes):
            raise NotClosed(
                _("{value} 不得全部划出；要并入请用“合并”"), field="homes", value=source
            )


def _check_rename(operation: Operation, ground: Ground) -> None:
    source, target = operation.sources[0], operation.targets[0]
    if target.path != source:
        raise WrongOperation(
            _("更名不换代码"), field="targets", value=target.path, allowed=[source]
        )
    stood = ground.places[source]
    if (stood.name, stood.name_en) == (target.name.strip(), target.name_en.strip()):
        raise WrongOperation(_("名称没有变"), field="name", value=target.name)


def _check_found(operation: Operation, ground: Ground) -> None:
    """Refuse places of two parents, grids of another kind, and a parent that begins later.

    A community is founded without ground: its grids come to it by the steps of a later day.
    """
    _check_beside(operation, ground)
    is_grid = _level(operation) is Level.GRID
    for target in operation.targets:
        if is_grid and not target.path.removeprefix(parent(target.path)).startswith("g"):
            raise WrongOperation(
                _("这里设立的是基础网格，代码以 g 开头"),
                field="targets",
                value=target.path,
                allowed=[next_grid(parent(target.path), ground.ever)],
            )
    stood = ground.places[operation.origins[0]]
    if stood.since > ground.day:
        raise WrongOperation(
            _("{value} 从 {since} 才有，调整须从其后的日子生效"),
            field="effective_date",
            value=stood.path,
            since=stood.since.isoformat(),
        )
    _check_homes(operation, set(ground.loose(operation)) if is_grid else set())
    if is_grid:
        _check_filled(operation)


def _check_homes(operation: Operation, units: set[str]) -> None:
    allowed = [one.path for one in operation.targets]
    for unit, path in operation.homes.items():
        if unit not in units:
            raise NotClosed(
                _("{value} 不在所调整的地方之内"),
                field="homes",
                value=unit,
                allowed=sorted(units)[:20],
            )
        if path not in allowed:
            raise NotClosed(
                _("{value} 不是调整后的地方"), field="homes", value=path, allowed=allowed
            )


def _check_filled(operation: Operation) -> None:
    filled = set(operation.homes.values())
    for target in operation.targets:
        if target.path not in filled and not target.is_drawn:
            raise NotClosed(_("{value} 没有划入任何楼栋或网格"), field="homes", value=target.path)


_Check = Callable[[Operation, Ground], None]
_CHECKED: Mapping[Change, _Check] = {
    Change.MOVE: _check_move,
    Change.MERGE: _check_beside,
    Change.SPLIT: _check_divided,
    Change.EXTRACT: _check_extract,
    Change.REDRAW: _check_divided,
    Change.RENAME: _check_rename,
    Change.FOUND: _check_found,
}


def _called(unit: str, ground: Ground) -> str:
    for houses in ground.houses.values():
        if unit in houses:
            return houses[unit].name
    return unit


# ------------------------------------------------------------------ together


def _check_apart(operations: Sequence[Operation], ground: Ground) -> None:
    """Refuse a place that two operations touch, or one inside another's."""
    touched = [_touched(one, ground) for one in operations]
    # By path, and not each beside each: a city's plan has a step for every community.
    taker: dict[str, int] = {}
    twice = {
        path for n, own in enumerate(touched) for path in own if taker.setdefault(path, n) != n
    }
    twice |= {
        path
        for path, n in taker.items()
        if any(taker.get(above, n) != n for above in parents(path))
    }
    if twice:
        raise TouchedTwice(
            _("{value} 在两步里都有；请分成先后两次调整"), field="operations", value=min(twice)
        )


def _touched(operation: Operation, ground: Ground) -> set[str]:
    """Return what a step is about: the community too, whose ground without a grid it takes."""
    above = {parent(operation.targets[0].path)} if takes_loose(operation, ground) else set()
    return {*operation.sources, *(one.path for one in operation.targets), *above}


def takes_loose(operation: Operation, ground: Ground) -> bool:
    """Answer whether a step takes ground that no grid of the community covers."""
    if operation.change == Change.FOUND:
        return _level(operation) is Level.GRID
    return not ground.loose(operation).keys().isdisjoint(operation.homes)


def _check_names(outcome: Outcome, ground: Ground) -> None:
    """Refuse two places of one name side by side."""
    ended = set(outcome.ended)
    stays = [(path, one.name) for path, one in ground.places.items() if path not in ended]
    comes = [(one.path, one.name) for one in outcome.born]
    seen: dict[tuple[str, str], str] = {}
    for path, name in [*stays, *comes]:
        key = parent(path), name
        if seen.setdefault(key, path) != path:
            raise NameClash(
                _("同一上级之内已有“{value}”"), field="name", value=name, allowed=[], path=path
            )
