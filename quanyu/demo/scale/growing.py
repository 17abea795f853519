"""Let the demo grow to a city at full size, step by step (全市规模).

``STEPS`` is the one place where what a city has at its full size is added: whoever knows more
than places puts a step after those that it stands on.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from quanyu.demo.cast import CITY, STREET
from quanyu.demo.net import TOP
from quanyu.demo.scale import article, counting, netting, settling
from quanyu.demo.scale.quarters import Quarter
from quanyu.demo.scale.settling import Street
from quanyu.kernel.access.rules import system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.operations import faults
from quanyu.kernel.operations.faults import choose
from quanyu.organisations import queries as organisations
from quanyu.regions import actions, queries
from quanyu.regions.actions import HEFEI_DAY
from quanyu.regions.queries import checking, housing, past, profiles
from quanyu.regions.rules import parent
from quanyu.regions.rules.grids import Size, size_of
from quanyu.regions.rules.topology import Fault

FILE = "demo-city.json"
SEED = 1


@dataclass
class Growth:
    """What a step is told, and what the steps before it found out (造城)."""

    seed: int
    at: datetime
    most_streets: int | None = None
    """So many streets at most, for a test; None for all of them."""

    figures: dict[str, float] = field(default_factory=dict)

    @cached_property
    def streets(self) -> list[Street]:
        """Return the streets that are built, out of the seed."""
        return settling.planned(seed=self.seed)[: self.most_streets]


@dataclass(frozen=True)
class Step:
    """One part of a city at full size, in both languages; a second time it changes nothing."""

    chinese: str
    english: str
    act: Callable[[Growth], None]


def grow(
    *, home: Path, at: datetime, seed: int = SEED, most_streets: int | None = None
) -> Mapping[str, float]:
    """Take every step, or go on where a start was cut short; return the figures.

    :raises faults.Fault: another seed's city stands here
    """
    growth = Growth(seed, at, most_streets)
    _check_seed(home, growth)
    for step in STEPS:
        wall, cpu = time.monotonic(), time.process_time()
        step.act(growth)
        took, worked = time.monotonic() - wall, time.process_time() - cpu
        note = choose(f"（本进程 CPU {worked:.1f} s）", f" (CPU of this process {worked:.1f} s)")
        say(took, choose(step.chinese, step.english) + note)
    return growth.figures


def say(seconds: float, words: str) -> None:
    """Print how far it has come, for the person who waits."""
    sys.stderr.write(f"{seconds:8.1f} s  {choose('全市规模：', 'city scale: ')}{words}\n")


def _check_seed(home: Path, growth: Growth) -> None:
    """Keep the seed beside the database; a city grows out of one alone."""
    file = home / FILE
    kept = json.loads(file.read_text(encoding="utf-8"))["seed"] if file.exists() else growth.seed
    if kept != growth.seed and len(settling.missing(growth.streets)) < len(growth.streets):
        detail = choose(
            f"--home {home} 里的城市出自种子 {kept}；换一个种子请换一个 --home",
            f"the city in --home {home} came of seed {kept}; another seed needs another --home",
        )
        raise faults.Fault("usage", detail=detail)
    file.write_text(json.dumps({"seed": growth.seed}), encoding="utf-8")


# ------------------------------------------------------------------ places


def settle(growth: Growth) -> None:
    """Build the streets; an area that is done is told."""
    began = time.monotonic()
    streets = settling.missing(growth.streets)
    done: list[Quarter] = []
    area = ""
    for street, quarters in settling.lay(streets, seed=growth.seed, at=growth.at):
        if area and area != street.area:
            _tell(began, area, done)
        area, done = street.area, [*done, *quarters]
    if area:
        _tell(began, area, done)
    growth.figures["built_again"] = sum(one.tries > 1 for one in done)
    growth.figures |= _standing()


def _tell(began: float, area: str, done: Sequence[Quarter]) -> None:
    grids, houses = (sum(len(getattr(one, name)) for one in done) for name in ("grids", "houses"))
    say(
        time.monotonic() - began,
        choose(
            f"{queries.label(area)} 建好，共 {len(done)} 个社区、{grids} 个网格、{houses} 幢楼",
            f"up to {queries.label(area)}: {len(done)} communities, {grids} grids, "
            f"{houses} buildings",
        ),
    )


def _standing() -> dict[str, int]:
    """Count what stands in the whole city, the demo street included."""
    grids = queries.households_in(CITY)
    sizes = profiles.profile(CITY, on=HEFEI_DAY).sizes
    return {
        "communities": len({parent(path) for path in grids}),
        "grids": len(grids),
        "buildings": housing.place_shown(CITY).counted["buildings"],
        "households": sum(grids.values()),
        "out_of_range": sum(size_of(one, None, sizes) is not Size.FIT for one in grids.values()),
    }


def check(growth: Growth) -> None:
    """Look how the grids of every street lie, as the monthly check does."""
    found: Counter[str] = Counter()
    for street in growth.streets:
        with acting(system(CITY, job="regions.check_grids")) as worker:
            if checking.last_check(street.path, actor=worker) is None:
                for asked in actions.ask_check(place=street.path, actor=worker, at=growth.at):
                    actions.run_check(check_id=asked.pk, actor=worker, at=growth.at)
            last = checking.last_check(street.path, actor=worker)
            found.update(checking.tally(last.id, actor=worker) if last else {})
    # Villages have neither border nor grids: the check says so of each, and of nothing else.
    growth.figures["without_border"] = found.pop(Fault.NOT_DRAWN, 0)
    growth.figures["faults"] = found.total()


# ------------------------------------------------------------------ bodies, posts, people


def organise(growth: Growth) -> None:
    """Found the bodies of every street, say what they cover, and fill their posts."""
    on = _places(growth)
    size = {street: sum(map(len, below.values())) for street, below in on.items()}
    whole = article.counts()
    if growth.most_streets is not None:
        whole = whole.scaled(sum(size.values()))
    if organisations.body_by_code(TOP) is not None:
        del on[STREET]  # the demo's street has a net of its own
    rest = whole.less(counting.there(at=growth.at))
    shares = article.falls(on, houses=_houses(), counts=rest, seed=growth.seed)
    areas: Counter[str] = Counter()
    for street, grids in size.items():
        areas[parent(street)] += grids
    netting.crown(rest, size=areas, at=growth.at)
    netting.gather(rest, at=growth.at)
    netting.weave(shares, at=growth.at)
    growth.figures |= counting.counted(at=growth.at)


def _places(growth: Growth) -> dict[str, dict[str, list[str]]]:
    """Return the grids of each community of each street, the demo street's among them."""
    streets = {STREET, *(street.path for street in growth.streets)}
    found: dict[str, dict[str, list[str]]] = {}
    for grid in queries.households_in(CITY):
        street = parent(parent(grid))
        if street in streets:
            found.setdefault(street, {}).setdefault(parent(grid), []).append(grid)
    return found


def _houses() -> Counter[str]:
    """Return how many buildings stand in each community."""
    return Counter(parent(grid) for _key, grid, _address in past.buildings_in(CITY))


STEPS: Sequence[Step] = (
    Step("社区、小区、楼栋与网格", "communities, estates, buildings and grids", settle),
    Step("检查网格的缺口与重叠", "gaps and overlaps of the grids", check),
    Step("组织、覆盖、岗位与人员", "bodies, what they cover, posts and who holds them", organise),
)
"""In this order: each stands on those before it."""

WORDS: Mapping[str, tuple[str, str]] = {
    "communities": ("社区", "communities"),
    "grids": ("基础网格", "base grids"),
    "buildings": ("楼栋", "buildings"),
    "households": ("户", "households"),
    "out_of_range": ("户数不在范围内的网格", "grids out of range"),
    "built_again": ("重造的社区", "communities built again"),
    "faults": ("缺口、重叠等问题", "gaps, overlaps and the like"),
    "without_border": ("没有边界的村", "villages without border"),
    "grid_branches": ("网格党支部（含联合）", "grid branches, joint ones among them"),
    "grids_own": ("单独党支部的网格", "grids with a branch of their own"),
    "grids_joint": ("联合党支部的网格", "grids with a joint branch"),
    "grids_none": ("没有党支部的网格", "grids without a branch"),
    "building_groups": ("楼栋党小组", "building groups"),
    "property_firms": ("物业服务企业", "property firms"),
    "property_organisations": ("物业党组织", "party organisations of property firms"),
    "property_members": ("物业党员", "members of those"),
    "centres_area": ("区级党群服务中心", "party-mass centres of districts"),
    "centres_street": ("街道党群服务中心", "of streets"),
    "centres_community": ("社区党群服务中心", "of communities"),
    "centres_quarter": ("片区党群服务中心", "of quarters"),
    "departments": ("领导小组成员单位", "departments in the leading group"),
    "grid_workers": ("专兼职网格员", "grid workers"),
    "street_members": ("街道兼职委员", "part-time members of streets"),
    "community_members": ("社区兼职委员", "part-time members of communities"),
}


def told(figures: Mapping[str, float]) -> str:
    """Return the figures in the reader's language; what a step named otherwise comes as it is."""
    return ", ".join(
        f"{choose(*WORDS.get(name, (name, name)))} {value:,}" for name, value in figures.items()
    )
