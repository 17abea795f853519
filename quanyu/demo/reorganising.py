"""Two grids were merged some weeks ago, and one is about to be divided (区划调整示例)."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from quanyu.demo.cast import CITY, STREET
from quanyu.events import actions as events
from quanyu.events.actions import relocating as matters
from quanyu.events.rules import Channel
from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.calendar.rules import local, moment_of
from quanyu.organisations.actions import relocating as duties
from quanyu.organisations.actions import relocating_posts as posts
from quanyu.regions import queries as regions
from quanyu.regions.actions import reorganising as actions
from quanyu.regions.actions.reorganising import Step, Wanted
from quanyu.regions.queries import choices, reorganising
from quanyu.regions.rules import path_of
from quanyu.regions.rules.changes import Change, Named, Operation

DAY = timedelta(days=1)
STAYS, GOES = f"{STREET}004/g003/", f"{STREET}004/g006/"
"""Two that share a border, the smallest such pair of the community."""
DIVIDED = f"{STREET}005/g005/"
TOLD = (
    "楼道口的应急灯不亮，换灯泡不管用，示例，合并前反映。",
    "绿地里的长椅断了一根木条，示例，合并前反映。",
)
NOT_OURS = "这是住户自家院里的设施，由产权人自己维修；需要的话社区可以帮忙找师傅，示例"


def today(code: str) -> str:
    """Return where a grid of the street's file lies today: two of them have been merged."""
    return regions.today_of(path_of(code)) or path_of(code)


def show(actors: Mapping[str, Actor], *, at: datetime) -> None:
    """Let the merge be made, approved and done, with two matters moved; and draft a division."""
    commander = actors["commander"]
    with acting(commander):
        if reorganising.reorganisations(actor=commander).exists():
            return
    with transaction.atomic():
        began = moment_of(local(at).date() - 21 * DAY, 0)
        keys = [
            _told(text, n, actors["operator"], at=began - 2 * DAY) for n, text in enumerate(TOLD)
        ]
        _merge(commander, actors["district_admin"], began=began)
        for key in keys:
            _declined(key, actors["operator"], at=began + timedelta(hours=34))
        _divide(commander, at=at - DAY)


def _do(verb: Callable[..., Any], actor: Actor, *, at: datetime, **facts: Any) -> Any:
    with acting(actor):
        return verb(actor=actor, at=at, **facts)


def _told(text: str, number: int, operator: Actor, *, at: datetime) -> UUID:
    """Return a matter at a building of the grid that is about to be merged."""
    house = choices.spots(GOES)[number]
    said = events.Report(
        text=text, address=house.address, lon=house.lon, lat=house.lat, channel=Channel.PHONE
    )
    key: UUID = _do(events.report, operator, at=at, said=said).id
    return key


def _declined(key: UUID, operator: Actor, *, at: datetime) -> None:
    facts = {"event_id": key, "reason": "out_of_scope", "reply": NOT_OURS}
    _do(events.refuse, operator, at=at, **facts)


def _merge(commander: Actor, district: Actor, *, began: datetime) -> None:
    wanted = Wanted(
        title="合并第三、第六网格",
        reason="两个网格同在一个大院，居民共用一个出入口，合并后由两名网格员一起服务，示例",
        ground="街道网格优化方案第三条，示例",
        document="三街办〔示例〕12号",
        effective_date=local(began).date(),
    )
    named = Named(STAYS, "第三网格", "Grid 3")
    step = Step(Operation(Change.MERGE, (STAYS, GOES), (named,)))
    made = began - 9 * DAY + timedelta(hours=10)
    row = _do(actions.propose, commander, at=made, wanted=wanted, steps=[step])
    facts = {"reorganisation_id": row.pk}
    _do(actions.submit, commander, at=made + DAY, **facts)
    _do(actions.approve, district, at=made + 3 * DAY, words="同意，示例", **facts)
    worker = system(CITY, job="regions.reorganise")
    _do(actions.begin, worker, at=began, **facts)
    follow = (matters.relocate_next, duties.relocate_all, posts.relocate_posts)
    for verb in (actions.proceed, *follow):
        while _do(verb, worker, at=began, **facts):
            pass


def _divide(commander: Actor, *, at: datetime) -> None:
    """Draft a division that waits for somebody to look at its rehearsal."""
    houses = sorted(choices.spots(DIVIDED), key=lambda one: (one.lon, one.lat))
    new = choices.next_path(regions.place(DIVIDED).crumbs[-2].path)
    half = len(houses) // 2
    homes = {str(one.id): DIVIDED if n < half else new for n, one in enumerate(houses)}
    wanted = Wanted(
        title="拆分第五网格",
        reason="东侧新交付两栋楼，一名网格员走不过来，先看预演再定，示例",
        ground="街道网格优化方案第五条，示例",
        effective_date=local(at).date() + 15 * DAY,
    )
    named = (Named(DIVIDED, "第五网格", "Grid 5"), Named(new, "第九网格", "Grid 9"))
    step = Step(Operation(Change.SPLIT, (DIVIDED,), named, homes))
    _do(actions.propose, commander, at=at, wanted=wanted, steps=[step])
