"""A re-organisation … that was killed goes on where it stood; of two one wins (断点续做)."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection

from quanyu.events import actions as events
from quanyu.events.actions import relocating
from quanyu.events.models import Event
from quanyu.events.queries import relocating as followed
from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.access.scope import acting
from quanyu.organisations.actions import relocating as duties
from quanyu.organisations.actions import relocating_posts as posts
from quanyu.regions import jobs
from quanyu.regions.actions import reorganising as actions
from quanyu.regions.actions.reorganising import Step, Wanted, effect
from quanyu.regions.models import Building, Claim, Passage, Region, Reorganisation, Siting, Stage
from quanyu.regions.rules.changes import Change, Named, Operation, Taken
from quanyu.regions.workflow import ReorganisationState as S
from tests.conftest import STREET, person

pytestmark = pytest.mark.django_db(transaction=True)

COMMUNITY = f"{STREET}001/"
G1, G2 = f"{COMMUNITY}g001/", f"{COMMUNITY}g002/"
WORKER = system(settings.QUANYU_CITY, job="tests")
MAKER = person(Role.COMMANDER, name="郑强")
OTHER = person(Role.DISTRICT_ADMIN, "34/01/04/", name="冯岚")


class Killed(BaseException):
    """What ends a process in the middle of a batch: nothing of it is committed."""


@pytest.fixture
def killing(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Let batches be of a few rows, and the process die at the one that is named."""
    monkeypatch.setattr(effect, "AT_ONCE", 20)
    monkeypatch.setattr(followed, "MOST", 2)
    return monkeypatch


def _do(verb: Any, actor: Actor, **facts: Any) -> Any:
    with acting(actor):
        return verb(actor=actor, **facts)


def _made(target: str, name: str, *, at: datetime) -> UUID:
    wanted = Wanted("合并两个网格", "户数偏少", "优化方案（示例）", at.date())
    step = Step(Operation(Change.MERGE, (G1, G2), (Named(target, name),)))
    row = _do(actions.propose, MAKER, at=at, wanted=wanted, steps=[step])
    _do(actions.submit, MAKER, at=at, reorganisation_id=row.pk)
    key: UUID = row.pk
    return key


def _reports(count: int, *, at: datetime) -> None:
    house = Building.objects.filter(region_path=G2).order_by("pk")[0]
    clerk = person(Role.OPERATOR)
    for number in range(count):
        said = events.Report(text=f"楼道灯不亮，第{number}处。", lon=house.lon, lat=house.lat)
        _do(events.report, clerk, said=said, at=at)


def test_killed_at_every_batch_ends_as_if_it_had_not_been(killing: Any, at: datetime) -> None:
    key = _made(G1, "荷塘网格", at=at)
    _reports(5, at=at)
    _do(actions.approve, OTHER, at=at, reorganisation_id=key)
    moved = Building.objects.filter(region_path__in=[G1, G2]).count()

    batches = _with_kills(key, killing, at=at)

    with acting(WORKER):
        assert batches > 6
        assert Reorganisation.objects.get(pk=key).state == S.DONE
        assert set(Event.objects.values_list("region_path", flat=True)) == {G1}
        assert all(
            list(event.steps.values_list("verb", flat=True)).count("relocate") == 1
            for event in Event.objects.all()
        )
        assert Building.objects.filter(region_path=G1).count() == moved
        sitings = Siting.objects.filter(valid_from=at.date(), region_path=G1)
        assert sitings.count() == Siting.objects.filter(valid_to=at.date(), region_path=G2).count()
        assert Region.objects.filter(path=G1, valid_to=None).count() == 1
        assert Passage.objects.filter(reorganisation_id=key).count() == 1
        assert not Claim.objects.exists()
        assert sum(stage.changed for stage in Stage.objects.filter(name="matters")) == 5


def _with_kills(key: UUID, killing: Any, *, at: datetime) -> int:
    """Take effect; every batch is done once, undone by a kill, and done again."""
    with acting(WORKER):
        actions.begin(reorganisation_id=key, actor=WORKER, at=at)
    steps = [actions.proceed, relocating.relocate_next, duties.relocate_all, posts.relocate_posts]
    batches = 0
    for step in steps:
        more = True
        while more:
            with suppress(Killed), acting(WORKER):
                step(reorganisation_id=key, actor=WORKER, at=at)
                raise Killed
            with acting(WORKER):
                more = step(reorganisation_id=key, actor=WORKER, at=at)
            batches += 1
    return batches


def test_of_two_that_touch_one_grid_one_is_approved(at: datetime) -> None:
    keys = [_made(G1, "荷塘网格", at=at), _made(G2, "北塘网格", at=at)]

    def approve(key: UUID) -> bool:
        try:
            _do(actions.approve, OTHER, at=at, reorganisation_id=key)
        except Taken:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(approve, keys))

    assert found == [False, True]
    with acting(WORKER):
        assert {row.state for row in Reorganisation.objects.all()} == {S.APPROVED, S.SUBMITTED}


def test_one_that_cannot_holds_up_no_other(killing: Any, at: datetime) -> None:
    keys = [_made(G1, "荷塘网格", at=at)]
    _do(actions.approve, OTHER, at=at, reorganisation_id=keys[0])
    far = f"{STREET}002/g001/"
    step = Step(Operation(Change.RENAME, (far,), (Named(far, "北塘网格"),)))
    wanted = Wanted("更名", "居民习惯的叫法", "优化方案（示例）", at.date())
    keys.append(_do(actions.propose, MAKER, at=at, wanted=wanted, steps=[step]).pk)
    _do(actions.submit, MAKER, at=at, reorganisation_id=keys[1])
    _do(actions.approve, OTHER, at=at, reorganisation_id=keys[1])
    done_by = dict(effect.DONE_BY)

    def broken(row: Reorganisation, *rest: Any) -> Any:
        if row.pk == keys[0]:
            raise RuntimeError(row.title)
        return done_by[effect.HOUSES](row, *rest)

    killing.setattr(effect, "DONE_BY", done_by | {effect.HOUSES: broken})

    with pytest.raises(ExceptionGroup):
        jobs.take_due(at)

    with acting(WORKER):
        states = {row.pk: row.state for row in Reorganisation.objects.all()}
        assert states[keys[0]] == S.TAKING
        assert Region.objects.get(path=far, valid_to=None).name == "北塘网格"


def test_two_workers_do_it_once(at: datetime) -> None:
    key = _made(G1, "荷塘网格", at=at)
    _do(actions.approve, OTHER, at=at, reorganisation_id=key)

    def take(_number: int) -> None:
        try:
            jobs.take_effect(key, at + timedelta(minutes=1))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(take, range(2)))

    with acting(WORKER):
        assert Passage.objects.filter(reorganisation_id=key).count() == 1
        assert Region.objects.filter(path=G1).count() == 2
