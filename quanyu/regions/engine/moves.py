"""Small changes: a unit, or what an estate has in a grid, goes to a neighbour (换格)."""

from quanyu.regions.engine.board import (
    Board,
    accepts,
    grid_cost,
    moved,
    random_cut,
    settle,
    shift,
)
from quanyu.regions.engine.compiled import compiled, within


@compiled
def try_unit(board: Board, heat: float) -> None:
    """Try to give one unit on a border to the grid beyond."""
    slot, desk = board.slots[random_cut(board)], board.desk[0]
    unit = board.units[slot.source]
    if unit.locked:
        return
    desk.stamp += 1
    unit.mark = desk.stamp
    board.chosen[0] = slot.source
    _try(board, 1, board.units[slot.neighbour].grid, heat)


@compiled
def try_estate(board: Board, heat: float) -> None:
    """Try to give what an estate has in one grid to the grid beyond the border."""
    slot = board.slots[random_cut(board)]
    size = _fragment(board, slot.source)
    if size > 0:
        _try(board, size, board.units[slot.neighbour].grid, heat)


@compiled
def _fragment(board: Board, number: int) -> int:
    """Choose the units of this estate and grid that hang together; 0 if one is locked."""
    desk, unit = board.desk[0], board.units[number]
    grid, estate = unit.grid, unit.estate
    desk.stamp += 1
    unit.mark = desk.stamp
    board.chosen[0] = number
    size, done = 1, 0
    while done < size:
        here = board.units[board.chosen[done]]
        done += 1
        if here.locked:
            return 0
        for place in range(here.start, here.end):
            beside = board.units[board.slots[place].neighbour]
            same = beside.grid == grid and beside.estate == estate
            if same and beside.mark != desk.stamp:
                beside.mark = desk.stamp
                board.chosen[size] = board.slots[place].neighbour
                size += 1
    return size


@within
def _touch(board: Board, number: int, was: int, to: int) -> tuple[float, ...]:
    """Return metres (and those of main road) that a unit shares with the chosen, with the rest of
    its grid, and with the other grid.
    """
    unit, stamp = board.units[number], board.desk[0].stamp
    among = left = joined = road_among = road_left = road_joined = 0.0
    for place in range(unit.start, unit.end):
        slot = board.slots[place]
        beside = board.units[slot.neighbour]
        if beside.grid == to:
            joined += slot.shared
            road_joined += slot.road
        elif beside.grid == was and beside.mark != stamp:
            left += slot.shared
            road_left += slot.road
        elif beside.grid == was:
            among += slot.shared
            road_among += slot.road
    return among, left, joined, road_among, road_left, road_joined


@within
def _try(board: Board, size: int, to: int, heat: float) -> None:
    """Weigh moving the chosen units, all of one estate, and move them if that is taken."""
    desk = board.desk[0]
    was = board.units[board.chosen[0]].grid
    if board.grids[was].members == size:
        return
    change = _change(board, size, was, to)
    if accepts(desk, change, heat) and _stays_whole(board, size, was):
        for number in range(size):
            shift(board, board.chosen[number], to)
        settle(board, was)
        settle(board, to)
        desk.total += change


@within
def _change(board: Board, size: int, was: int, to: int) -> float:
    """Return what the whole costs more when the chosen units go."""
    households = area = around = moving = 0.0
    left = joined = road = road_left = road_joined = 0.0
    for number in range(size):
        unit = board.units[board.chosen[number]]
        touch = _touch(board, board.chosen[number], was, to)
        households += unit.households
        area += unit.area
        around += unit.perimeter - touch[0]
        left += touch[1]
        joined += touch[2]
        road += touch[3] / 2.0
        road_left += touch[4]
        road_joined += touch[5]
        moving += moved(unit, to) - moved(unit, was)
    desk, one, other = board.desk[0], board.grids[was], board.grids[to]
    less = grid_cost(
        desk,
        one.households - households,
        one.area - area,
        one.around - around + 2.0 * left,
        one.road - road - road_left,
    )
    more = grid_cost(
        desk,
        other.households + households,
        other.area + area,
        other.around + around - 2.0 * joined,
        other.road + road + road_joined,
    )
    estate = board.units[board.chosen[0]].estate
    pieces = int(board.pieces[estate, to] == 0) - int(board.pieces[estate, was] == size)
    change = desk.change * moving + pieces * board.estates[estate].piece
    return change + less + more - one.cost - other.cost


@within
def _stays_whole(board: Board, size: int, was: int) -> bool:
    """Say whether the grid hangs together without the chosen units."""
    if size == 1 and _in_one_run(board, board.chosen[0], was):
        return True
    return _reaches_all(board, size, was)


@compiled
def _in_one_run(board: Board, number: int, was: int) -> bool:
    """Say whether the neighbours in the grid follow one another around the unit, hand in hand."""
    unit = board.units[number]
    runs, held = 0, False
    for place in range(unit.start, unit.end):
        slot = board.slots[place]
        inside = board.units[slot.neighbour].grid == was
        runs += inside and not held
        held = inside and slot.linked != 0
    first = board.slots[unit.start]
    round_about = held and board.units[first.neighbour].grid == was
    return runs - int(round_about) <= 1


@compiled
def _reaches_all(board: Board, size: int, was: int) -> bool:
    """Walk through the grid without the chosen units, and say whether all the rest was met."""
    stamp = board.desk[0].stamp
    rest, met, done = board.grids[was].members - size, size, 0
    while done < met:
        here = board.units[board.chosen[done]]
        done += 1
        for place in range(here.start, here.end):
            if done <= size < met:
                break  # one beginning among the neighbours of the chosen is enough
            beside = board.units[board.slots[place].neighbour]
            if beside.grid == was and beside.mark != stamp:
                beside.mark = stamp
                board.chosen[met] = board.slots[place].neighbour
                met += 1
    return met - size == rest
