"""The living demo city, made by doing: every matter went through the actions, none was written.

A start that is cut short goes on where it stopped: passwords and the moment of opening are on disk
before anything else, the plan follows from them alone, and a matter is played whole or not at all.
"""

import json
import logging
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction

from quanyu.demo import appointing as posts
from quanyu.demo import cast, detours, geometry, hands, heap, pictures, plan, reorganising, texts
from quanyu.demo import elected as committee
from quanyu.demo import grids as street
from quanyu.demo import net as branches
from quanyu.demo import planning as desk
from quanyu.demo.cast import CITY, STREET, Keys, Part, SignIn
from quanyu.demo.plan import Life
from quanyu.demo.tale import Act, Spot, World
from quanyu.events import actions as events
from quanyu.events import queries as matters
from quanyu.events.rules import Channel, Filters
from quanyu.kernel.access.rules import REPORTER, Actor, holder, system
from quanyu.kernel.access.scope import acting, set_scope
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.calendar.rules import Limit, Unit, local
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.jobs.rules import past
from quanyu.kernel.notices.rules import FRESH
from quanyu.kernel.operations.faults import choose
from quanyu.organisations import actions as organisations_actions
from quanyu.organisations import queries as organisations
from quanyu.regions import actions as regions_actions
from quanyu.regions import queries as regions
from quanyu.regions.rules import Kind

BATCH = 25
JOB = "demo.city"
SPARSE: Mapping[str, int] = {Kind.DISTRICT: 2, Kind.ZONE: 2}
"""One street in so many lends its communities to the demo; in the counties one in RARE."""

RARE = 9
SignIns = list[SignIn]
_SCALES = {"demo": None, "small": 60}


def build(*, home: Path, at: datetime, scale: str = "demo") -> SignIns:
    """Make the city, or go on making it, or find it made; return who may sign in.

    :param at: the moment of the first start; later starts keep to that one
    :param scale: ``demo`` for all of it, ``small`` for the first sixty matters
    """
    began = time.monotonic()
    with _quietly(calendar.log):
        with _step("区划、日历、代码、单位", "places, calendar, codes, bodies"):
            ground(at=at)
        leads = _leads()
        bunch = cast.keys(home, leads, at=at)
        if not _stands(bunch, leads, scale, at=at):
            _open(bunch, leads, scale)
    passed = timedelta(seconds=time.monotonic() - began)
    return cast.sign_ins(home, at=at + passed)


def sign_ins(home: Path, *, at: datetime) -> SignIns:
    """Return the sign-ins of a city made before; none before the first start."""
    return cast.sign_ins(home, at=at)


def standing(home: Path, *, at: datetime) -> tuple["Stage", World] | None:
    """Return who acts in a city that was opened before, and on what plans stand; else None."""
    leads = _leads()
    bunch = cast.keys(home, leads, at=at)
    is_there = bool(bunch.built) and _stands(bunch, leads, bunch.built, at=at)
    return (_stage(bunch, leads), _world(at, only=None)) if is_there else None


def ground(*, at: datetime) -> None:
    """Load what every city stands on; a second time changes nothing."""
    with acting(system(CITY, job=JOB)) as loader:
        regions_actions.seed(actor=loader, at=at)
        if regions.locate_point(*geometry.POINT).path == CITY:
            regions_actions.load_street(actor=loader, at=at)
        organisations_actions.load(actor=loader, at=at)
    for kept in (calendar.kept, codes.kept):
        kept.forget()
    regions.forget()


def _leads() -> tuple[Part, ...]:
    return cast.leads(grid=regions.locate_point(*geometry.POINT).path)


def _stands(bunch: Keys, leads: Sequence[Part], scale: str, *, at: datetime) -> bool:
    """Answer whether nothing is left to do; a city whose database is new is opened today."""
    if bunch.built and accounts.by_username(leads[0].username) is None:
        bunch.built, bunch.opened_at = "", at
        cast.write(bunch, leads)
    return bunch.built == scale


def _open(bunch: Keys, leads: Sequence[Part], scale: str) -> None:
    with _step("账号与授权", "accounts and grants"):
        stage = _stage(bunch, leads)
        people = (posts.show, committee.show)
        for show in (hands.show, branches.show, reorganising.show, desk.show, *people):
            show(stage.actors, at=bunch.opened_at)
    with _step("一年的计划", "the plan of a year"):
        lives = heap.upon(plan.plan, _world(bunch.opened_at, only=_SCALES[scale]))
    with _step("一年的事项", "the matters of a year"):
        _play_all(lives, stage)
    detours.show(stage.actors, stage.handlers, at=bunch.opened_at - detours.BEFORE)
    heap.lead(stage.actors["commander"], at=bunch.opened_at)
    street.show(stage.posts, stage.actors["commander"], at=bunch.opened_at)
    with acting(system(CITY, job="events.publish")) as worker:
        events.refresh_figures(actor=worker, at=bunch.opened_at)
    bunch.built = scale
    cast.write(bunch, leads)


@contextmanager
def _quietly(log: logging.Logger) -> Iterator[None]:
    """Keep warnings out of the steps a visitor reads: server, worker and pages tell them too."""
    usual = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(usual)


@contextmanager
def _step(chinese: str, english: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    words = choose(f"示例城市：{chinese}", f"demo city: {english}")
    sys.stderr.write(f"{time.monotonic() - began:8.1f} s  {words}\n")


# ------------------------------------------------------------------ places and limits


def _world(at: datetime, *, only: int | None) -> World:
    day = local(at).date()

    def limit_of(stage: str, class_code: str, moment: datetime) -> Limit | None:
        on = local(moment).date()
        row = codes.limit(workflow="event", stage=stage, class_code=class_code, place=STREET, on=on)
        return Limit(row.amount, Unit(row.unit)) if row else None

    def has(class_code: str, *flags: str) -> bool:
        entry = codes.class_of(class_code, on=day)
        return entry is not None and any(entry.has(flag) for flag in flags)

    return World(
        street=_street_spots(),
        city=_city_spots(),
        calendar=calendar.calendar(at),
        limit_of=limit_of,
        must_verify=lambda code: has(code, "verification_required"),
        is_urgent=lambda code: has(code, "safety", "emergency"),
        at=at,
        only=only,
    )


def _of_kind(kind: str) -> list[dict[str, Any]]:
    return [one for one in geometry.shipped() if one["properties"]["kind"] == kind]


def _street_spots() -> list[Spot]:
    return [_house(one) for one in _of_kind("building")]


def _house(feature: Mapping[str, Any]) -> Spot:
    told = feature["properties"]
    middle = shapely.from_geojson(json.dumps(feature["geometry"])).centroid
    door = f"{told['road']}{told['door']}号"
    return Spot(
        path=reorganising.today(told["grid"]),
        address=f"{door}，{told['estate']}{told['number']}",
        near=f"{told['estate']}{told['number']}{_side(told['door'])}",
        lon=round(middle.x, 6),
        lat=round(middle.y, 6),
    )


def _side(door: int) -> str:
    sides = ("东侧", "楼下", "西边路口", "单元门口", "南面", "北侧围墙边", "旁边", "前面的路上")
    return sides[door % len(sides)]


def _city_spots() -> list[Spot]:
    streets = [
        (area, street)
        for area in regions.children(CITY)
        for street in regions.children(area.path)[:: SPARSE.get(area.kind, RARE)]
        if street.path != STREET
    ]
    return [
        _corner(f"{area.name}{street.name}{community.name}", community)
        for turn, (area, street) in enumerate(streets)
        for community in regions.children(street.path)[turn % 3 :: 3]
    ]


def _corner(words: str, community: regions.Child) -> Spot:
    is_village = community.kind in {Kind.VILLAGERS_COMMITTEE, Kind.VILLAGERS_LIKE}
    corners = texts.phrases()["village" if is_village else "place"]
    near = corners[zlib.crc32(community.path.encode()) % len(corners)]
    return Spot(path=community.path, address=f"{words}{near}", near=near, is_village=is_village)


# ------------------------------------------------------------------ who acts


def _stage(bunch: Keys, leads: Sequence[Part]) -> "Stage":
    bodies = branches.working(on=local(bunch.opened_at).date())
    grids = {reorganising.today(one["properties"]["code"]) for one in _of_kind("grid")}
    parts = (*leads, *cast.colleagues(grids=sorted(grids), bodies=sorted(bodies), taken=leads))
    with acting(system(CITY, job=JOB)) as loader:
        actors = cast.take_posts(
            parts, bodies=bodies, bunch=bunch, actor=loader, at=bunch.opened_at - cast.BEFORE
        )
    return Stage(actors, parts, news_from=bunch.opened_at - FRESH)


@dataclass
class Stage:
    """Everyone who acts, and who answers for what."""

    actors: Mapping[str, Actor]
    parts: Sequence[Part]
    news_from: datetime
    """What was done before is told to nobody any more: it is history when the city opens."""

    answering: dict[tuple[str, str], list[UUID]] = field(default_factory=dict)

    @cached_property
    def posts(self) -> dict[tuple[str, str], Actor]:
        """Return who acts by role and place."""
        return {
            (role, where): self.actors[part.username]
            for part in reversed(self.parts)
            for role, where in part.grants
        }

    @cached_property
    def handlers(self) -> dict[UUID, Actor]:
        """Return who acts for a body."""
        everyone = [self.actors[part.username] for part in reversed(self.parts)]
        return {body: actor for actor in everyone for body in actor.bodies}

    def actor(self, by: str, life: Life, event: UUID | None, body: UUID | None) -> Actor:
        """Return who takes this act in this matter."""
        if by == "resident":
            return REPORTER if event is None else holder(event)
        if by == "system":
            return system(CITY, job="events.escalate")
        if by == "handler":
            assert body is not None  # noqa: S101 - dispatched before
            return self.handlers[body]
        return self.actors["clerk"] if by == "clerk" else self._post(by, life.spot)

    def _post(self, role: str, spot: Spot) -> Actor:
        community = "/".join(spot.path.split("/")[:5]) + "/"
        if not spot.is_mapped:
            return self.posts[role, CITY]
        where = {"grid_worker": spot.path, "community_officer": community}.get(role, STREET)
        if where == STREET:
            return self.actors[role]
        return self.posts[role, where]

    def bodies(self, life: Life, at: datetime) -> list[UUID]:
        """Return the bodies that answer for this matter, the first first."""
        # In the street a community may answer; elsewhere nobody below the district does.
        deep = 5 if life.spot.is_mapped else 3
        key = (life.class_code, "/".join(life.spot.path.split("/")[:deep]))
        if key not in self.answering:
            held = organisations.duty_holders(
                life.class_code, place=life.spot.path, on=local(at).date()
            )
            self.answering[key] = [one.body_id for one in held]
        return self.answering[key]


# ------------------------------------------------------------------ playing


def _play_all(lives: Sequence[Life], stage: Stage) -> None:
    """Play every matter that is not there yet, some dozens in one transaction."""
    there = _there(lives[-1].reported_at if lives else None)
    waiting = [life for life in lives if life.text not in there]
    for start in range(0, len(waiting), BATCH):
        with transaction.atomic(), _all_or_nothing():
            for life in waiting[start : start + BATCH]:
                Player(life, stage).play()


@contextmanager
def _all_or_nothing() -> Iterator[None]:
    """Leave out the savepoints of each act: here one refusal is a fault and undoes the batch."""
    features: Any = connection.features
    features.uses_savepoints = False
    try:
        yield
    finally:
        features.uses_savepoints = True


def _there(at: datetime | None) -> set[str]:
    """Return the texts of the matters that are there; no two of the plan are alike."""
    if at is None:
        return set()
    with acting(system(CITY, job=JOB)) as reader:
        rows = matters.narrowed(Filters(), actor=reader, at=at)
        return set(rows.order_by().values_list("text", flat=True))


@dataclass
class Player:
    """One matter on its way."""

    life: Life
    stage: Stage
    event: UUID | None = None
    body: UUID | None = None

    @property
    def _key(self) -> UUID:
        assert self.event is not None  # noqa: S101 - a matter is reported before anything else
        return self.event

    def play(self) -> None:
        """Take every act of the plan, each by its actor and at its moment."""
        for act in self.life.acts:
            self.take(act)

    def take(self, act: Act) -> None:
        """Take one act, by its actor and at its moment."""
        actor = self.stage.actor(act.by, self.life, self.event, self.body)
        set_scope(actor)
        with past() if act.at < self.stage.news_from else nullcontext():
            _DOING.get(act.verb, Player._move)(self, act, actor)

    def _report(self, act: Act, actor: Actor) -> None:
        life = self.life
        photo = [picture(pictures.fitting(life.name))] if life.with_photo else []
        said = events.Report(
            text=life.text,
            address=life.spot.address,
            lon=life.spot.lon,
            lat=life.spot.lat,
            category=life.class_code if life.gives_class else "",
            channel=Channel(life.said.voice),
            name=life.contact[0],
            phone=life.contact[1],
            **life.consent,
            photos=photo,
        )
        self.event = events.report(said=said, actor=actor, at=act.at).id

    def _place(self, act: Act, actor: Actor) -> None:
        events.place(event_id=self._key, region_path=self.life.spot.path, actor=actor, at=act.at)

    def _file(self, act: Act, actor: Actor) -> None:
        events.file(event_id=self._key, class_code=self.life.class_code, actor=actor, at=act.at)

    def _dispatch(self, act: Act, actor: Actor) -> None:
        answering = self.stage.bodies(self.life, act.at)
        others = [body for body in answering if body != self.body]
        if not others:
            reason = texts.phrases()["insist"][self.life.number % 3]
            events.insist(event_id=self._key, reason=reason, actor=actor, at=act.at)
            return
        self.body = others[0]
        events.dispatch(event_id=self._key, body=self.body, actor=actor, at=act.at)

    def _send_out(self, act: Act, actor: Actor) -> None:
        self.body = self.stage.bodies(self.life, act.at)[0]
        events.send_out(
            event_id=self._key,
            class_code=self.life.class_code,
            body=self.body,
            actor=actor,
            at=act.at,
        )

    def _handle(self, act: Act, actor: Actor) -> None:
        """Tell what was done: with a picture where the class asks for one, and now and then."""
        life = self.life
        entry = codes.class_of(life.class_code, on=local(act.at).date())
        asks = entry is not None and entry.has("evidence_required")
        is_shown = asks or (life.with_photo and life.number % 2 == 0)
        photos = [picture("done")] if is_shown else []
        events.handle(
            event_id=self._key,
            photos=photos,
            actor=actor,
            at=act.at,
            **act.facts,  # type: ignore[arg-type]
        )

    def _answer(self, act: Act, actor: Actor) -> None:
        """Rate, or ask for it to be done again: one verb in the end."""
        events.rate(event_id=self._key, actor=actor, at=act.at, **act.facts)  # type: ignore[arg-type]

    def _tell(self, act: Act, actor: Actor) -> None:
        clock = str(act.facts["clock"])
        events.tell_overdue(event_id=self._key, clock=clock, actor=actor, at=act.at)

    def _move(self, act: Act, actor: Actor) -> None:
        verb: Callable[..., object] = getattr(events, act.verb)
        verb(event_id=self._key, actor=actor, at=act.at, **act.facts)


_DOING: Mapping[str, Callable[[Player, Act, Actor], None]] = {
    "report": Player._report,
    "place": Player._place,
    "file": Player._file,
    "dispatch": Player._dispatch,
    "send_out": Player._send_out,
    "handle": Player._handle,
    "rate": Player._answer,
    "reopen": Player._answer,
    "tell_overdue": Player._tell,
}


def picture(name: str) -> SimpleUploadedFile:
    """Return a drawn picture as it would be sent."""
    return SimpleUploadedFile(f"{name}.jpg", pictures.draw(name), content_type="image/jpeg")
