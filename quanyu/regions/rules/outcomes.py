"""What each operation comes to, once it is known to make sense (区划调整的结果)."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from quanyu.regions.rules.changes import Born, Change, Ground, Named, Operation, Outcome, Way
from quanyu.regions.rules.kinds import Level
from quanyu.regions.rules.places import bare_name, level_of, parent


def next_grid(community: str, taken: Iterable[str], *, letter: str = "g") -> str:
    """Return the path of the next grid of a community: a number that none has borne before."""
    before = community + letter
    numbers = [
        int(path[len(before) : -1])
        for path in taken
        if path.startswith(before) and parent(path) == community
    ]
    return f"{before}{max(numbers, default=0) + 1:03}/"


def units_of(sources: Iterable[str], ground: Ground) -> Iterator[str]:
    """Give what is divided: the buildings of grids, the grids of communities."""
    for source in sources:
        if level_of(source) is Level.GRID:
            yield from ground.houses.get(source, {})
        else:
            yield from ground.below(source)


def leading(ways: Sequence[Way]) -> Iterator[Way]:
    """Give the ways that lead somewhere: a place that all stays with itself has none."""
    for way in ways:
        others = any(one.origin == way.origin and one.target != way.target for one in ways)
        if others or way.origin != way.target:
            yield way


def _part(
    born: Iterable[Born],
    ended: Iterable[str],
    ways: Iterable[Way],
    homes: Mapping[str, str],
    resized: Iterable[str] = (),
) -> Outcome:
    return Outcome(tuple(born), tuple(ended), tuple(ways), dict(homes), tuple(resized))


def _renamed(operation: Operation, ground: Ground) -> Outcome:
    source = operation.sources[0]
    born = _born(operation.targets[0], [source], ground)
    return _part([born], [source], [], {})


def _moved(operation: Operation, ground: Ground) -> Outcome:
    source, target = operation.sources[0], operation.targets[0]
    inside = sorted(path for path in ground.places if path.startswith(source))
    to = {path: target.path + path[len(source) :] for path in inside}
    born = [_born(target, [source], ground)]
    born += [_same(path, to[path], ground) for path in inside if path != source]
    ways = [Way(path, to[path], operation.change, is_heir=True) for path in inside]
    resized = (parent(source), parent(target.path))
    return _part(born, inside, ways, _carried(to, ground), resized)


def _merged(operation: Operation, ground: Ground) -> Outcome:
    target = operation.targets[0]
    to = dict.fromkeys(operation.sources, target.path)
    if level_of(target.path) is Level.COMMUNITY:
        grids = {grid: target.path for one in operation.sources for grid in ground.below(one)}
        return _regrouped(operation, to, grids, ground)
    ways = [Way(path, target.path, operation.change, is_heir=True) for path in operation.sources]
    born = [_born(target, operation.sources, ground)]
    return _part(born, operation.sources, ways, _carried(to, ground))


def _divided(operation: Operation, ground: Ground) -> Outcome:
    if level_of(operation.sources[0]) is Level.COMMUNITY:
        heirs = {one: _heir(one, operation, ground) for one in operation.sources}
        return _regrouped(operation, heirs, operation.homes, ground)
    grids = {key: one for one in operation.sources for key in ground.houses.get(one, {})}
    homes = {key: path for key, path in operation.homes.items() if grids.get(key) != path}
    born, ways = [], []
    for target in operation.targets:
        made_of = [s for s in operation.sources if target.path in _reached(s, operation, ground)]
        born.append(_born(target, made_of or operation.sources, ground))
    for source in operation.sources:
        heir = _heir(source, operation, ground)
        ways += [
            Way(source, path, operation.change, is_heir=path == heir)
            for path in sorted({heir, *_reached(source, operation, ground)})
        ]
    ways += _entered(operation, ground)
    return _part(born, operation.sources, ways, homes)


def _founded(operation: Operation, ground: Ground) -> Outcome:
    """Nothing ends: what is above goes on, and new grids take what stood in none.

    No way leads to a new community: nothing of the street comes into it by itself.
    """
    above = operation.origins[0]
    # The digit of type is the profile's to say, on the day it takes effect.
    like = f"{above.replace('/', '')}1"
    born = [
        Born(
            one.path,
            _code(one.path, like),
            one.name.strip(),
            one.name_en.strip(),
            (above,),
        )
        for one in operation.targets
    ]
    ways = _entered(operation, ground) if level_of(born[0].path) is Level.GRID else []
    return _part(born, [], ways, operation.homes)


def _entered(operation: Operation, ground: Ground) -> list[Way]:
    """Return the ways from a community to its grids that buildings in no grid come into.

    None of them is the heir: what has no point of its own stays with the community.
    """
    reached = {operation.homes[key] for key in ground.loose(operation) if key in operation.homes}
    if operation.change == Change.FOUND:
        reached |= {one.path for one in operation.targets}
    return [Way(parent(path), path, operation.change, is_heir=False) for path in sorted(reached)]


def _extracted(operation: Operation, ground: Ground) -> Outcome:
    """What is left stays with its place; the rest goes to the target."""
    target = operation.targets[0]
    stays = tuple(_named(path, ground) for path in operation.sources)
    whole = {unit: path for path in operation.sources for unit in units_of([path], ground)}
    sources = operation.sources
    if target.path in ground.places:
        sources += (target.path,)
        whole |= dict.fromkeys(units_of([target.path], ground), target.path)
    rest = Operation(operation.change, sources, (*stays, target), {**whole, **operation.homes})
    return _divided(rest, ground)


def _regrouped(
    operation: Operation, heirs: Mapping[str, str], homes: Mapping[str, str], ground: Ground
) -> Outcome:
    """Return what becomes of communities and their grids; a grid keeps its number if it may."""
    to = _numbered(homes, ground)
    born = [
        _born(target, [s for s in operation.sources if _gives(s, target.path, homes)], ground)
        for target in operation.targets
    ]
    names: set[tuple[str, str]] = set()
    for grid, path in to.items():
        one = _same(grid, path, ground)
        if (parent(path), one.name) in names:
            one = _prefixed(one, ground.places[parent(grid)].name)
        names.add((parent(path), one.name))
        if grid != path:
            born.append(one)
    moved = {grid: path for grid, path in to.items() if grid != path}
    ways = [Way(grid, path, operation.change, is_heir=True) for grid, path in moved.items()]
    for source, heir in heirs.items():
        reached = {heir, *(homes[grid] for grid in ground.below(source))}
        ways += [
            Way(source, path, operation.change, is_heir=path == heir) for path in sorted(reached)
        ]
    # A building in a community of which no grid is drawn goes with the community.
    carried = _carried({**moved, **heirs}, ground)
    return _part(born, [*operation.sources, *moved], ways, carried)


def _numbered(homes: Mapping[str, str], ground: Ground) -> dict[str, str]:
    """Return each grid's path in its community: those that stay first, then by free numbers."""
    taken = set(ground.ever)
    to = {grid: grid for grid, community in sorted(homes.items()) if parent(grid) == community}
    for grid, community in sorted(homes.items()):
        if grid in to:
            continue
        last = grid[len(parent(grid)) :]
        wanted = community + last
        is_free = wanted not in taken
        to[grid] = wanted if is_free else next_grid(community, taken, letter=last[0])
        taken.add(to[grid])
    return to


def _gives(source: str, target: str, homes: Mapping[str, str]) -> bool:
    return any(grid.startswith(source) and path == target for grid, path in homes.items())


def _reached(source: str, operation: Operation, ground: Ground) -> set[str]:
    return {operation.homes[unit] for unit in units_of([source], ground) if unit in operation.homes}


def _heir(source: str, operation: Operation, ground: Ground) -> str:
    """Return who follows a place: itself if it goes on, else who gets most of its households."""
    targets = [one.path for one in operation.targets]
    if source in targets:
        return source
    weight: Counter[str] = Counter(dict.fromkeys(sorted(targets), 0))
    for unit in units_of([source], ground):
        house = ground.houses.get(source, {}).get(unit)
        weight[operation.homes[unit]] += house.households if house else ground.households(unit)
    return max(sorted(weight), key=lambda path: weight[path])


def _carried(to: Mapping[str, str], ground: Ground) -> dict[str, str]:
    """Return the new grid of each building in grids that move as a whole."""
    return {
        key: path
        for grid, path in to.items()
        if grid != path
        for key in ground.houses.get(grid, {})
    }


def _named(path: str, ground: Ground) -> Named:
    stood = ground.places[path]
    return Named(path, stood.name, stood.name_en)


def _born(target: Named, made_of: Sequence[str], ground: Ground) -> Born:
    like = ground.places[made_of[0]]
    return Born(
        target.path,
        _code(target.path, like.code),
        target.name.strip(),
        target.name_en.strip(),
        tuple(made_of),
    )


def _same(grid: str, path: str, ground: Ground) -> Born:
    stood = ground.places[grid]
    return Born(path, _code(path, stood.code), stood.name, stood.name_en, (grid,))


def _prefixed(one: Born, community: str) -> Born:
    """Tell a grid from its namesake by the name of the community it was in."""
    return Born(one.path, one.code, f"{bare_name(community)}{one.name}", one.name_en, one.made_of)


def _code(path: str, like: str) -> str:
    """Return the code of a place by its path; a grid's kind is that of the one it comes from."""
    if level_of(path) is not Level.GRID:
        return path.replace("/", "")
    above = parent(path).replace("/", "")
    return f"{above}{like[len(above)]}{path[len(parent(path)) + 1 : -1]}"


SETTLED: Mapping[Change, Callable[[Operation, Ground], Outcome]] = {
    Change.MOVE: _moved,
    Change.MERGE: _merged,
    Change.SPLIT: _divided,
    Change.EXTRACT: _extracted,
    Change.REDRAW: _divided,
    Change.RENAME: _renamed,
    Change.FOUND: _founded,
}
