"""The people of the demo hold posts, which carry what they may do; a few more are shown (任职)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from quanyu.demo import texts
from quanyu.kernel.access.rules import Actor, Grant, Role, system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.accounts import actions as accounts
from quanyu.kernel.accounts import queries as found
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.jobs.rules import past
from quanyu.organisations import actions as organisations
from quanyu.organisations import queries as bodies
from quanyu.organisations.actions import NewPost, Nominee
from quanyu.organisations.queries import post_lists

CITY: Final = "34/01/"
DISTRICT: Final = "34/01/04/"
STREET: Final = "34/01/04/001/"
COMMUNITY: Final = f"{STREET}001/"
REASON: Final = "示例城市的岗位"
LONGEST: Final = 40
PEOPLE: Final = "abcdefg"
KINDS: Final[Mapping[tuple[int, frozenset[str]], str]] = {
    (2, frozenset({Role.OPERATOR, Role.DISPATCHER})): "city-clerk",
    (2, frozenset({Role.CHECKER})): "city-checker",
    (3, frozenset({Role.DISTRICT_ADMIN})): "district-coordinator",
    (4, frozenset({Role.COMMANDER})): "street-commander",
    (4, frozenset({Role.OPERATOR})): "street-operator",
    (4, frozenset({Role.DISPATCHER})): "street-dispatcher",
    (4, frozenset({Role.OPERATOR, Role.DISPATCHER})): "street-clerk",
    (4, frozenset({Role.CHECKER})): "street-checker",
    (5, frozenset({Role.COMMUNITY_OFFICER})): "community-officer",
    (6, frozenset({Role.GRID_WORKER})): "grid-worker",
}
"""Which kind of post somebody holds, by the depth of the place and the roles there."""


def post_of(wanted: Collection[Grant], codes: Mapping[UUID, str]) -> NewPost | None:
    """Return the post that carries just these roles at one place, if there is such a kind."""
    handling = [one.body for one in wanted if one.body is not None]
    if handling:
        code = codes[handling[0]]
        is_one = len(wanted) == 1
        return _new(f"handler-{code}", "body-handler", handling[0], "") if is_one else None
    places = {one.path for one in wanted}
    place = places.pop()
    kind = KINDS.get((place.count("/"), frozenset(one.role for one in wanted)))
    if places or kind is None:
        return None
    body = next((key for key, code in codes.items() if code == _body_at(place)), None)
    plain = place.strip("/").replace("/", "")
    return _new(f"{kind}-{plain}", kind, body, place) if body else None


def appoint(holders: Sequence[tuple[UUID, NewPost]], *, actor: Actor, at: datetime) -> None:
    """Open the posts that are not there yet, and let each of these people hold theirs."""
    if not holders:
        return
    held = post_lists.keys_of([post.code for _who, post in holders])
    new = {post.code: post for _who, post in holders if post.code not in held}
    opened = organisations.open_posts(posts=list(new.values()), actor=actor, at=at)
    keys = dict(held) | {one.code: one.pk for one in opened}
    nominees = [Nominee(post=keys[post.code], account=who, reason=REASON) for who, post in holders]
    rows = organisations.propose_all(nominees=nominees, actor=actor, at=at)
    organisations.confirm_batch(batch=rows[0].batch, actor=actor, at=at)


def show(actors: Mapping[str, Actor], *, at: datetime) -> None:
    """Let a few posts stand empty, one person hold two, one have left, and one wait; once."""
    loader = system(CITY, job="demo")
    if post_lists.keys_of(["street-secretary-sanli"]):
        return
    day = local(at).date()
    known = {one.code: one.id for one in bodies.bodies(on=day)}
    office, committee = known["street-office"], known["community-001"]
    made = make_people([f"post.{key}" for key in PEOPLE], at=at)
    people = {key: one.pk for key, one in zip(PEOPLE, made, strict=True)}
    start = day - timedelta(days=400)
    posts = {
        "secretary": _at("street-secretary-sanli", "street-secretary", office, STREET, start),
        "deputy": _at("street-deputy-sanli", "street-deputy", office, STREET, start),
        "staff": _at("party-staff-sanli", "street-party-worker", office, STREET, start, seats=5),
        "organisation": _at("organisation-sanli", "street-organisation", office, STREET, start),
        "part": _at("part-sanli", "street-parttime-member", office, STREET, start, seats=3),
        "part_below": _at(
            "part-meishan", "community-parttime-member", committee, COMMUNITY, start, seats=2
        ),
        "leader": _at("leader-meishan-g001", "grid-leader", committee, f"{COMMUNITY}g001/", start),
    }
    with acting(loader), past():
        opened = organisations.open_posts(posts=list(posts.values()), actor=loader, at=at)
    keys = dict(zip(posts, (one.pk for one in opened), strict=True))
    commander, district = actors["commander"], actors["district_admin"]
    assert commander.id is not None  # noqa: S101 - a person of the cast has a key
    terms = [
        nominee(keys["staff"], people["a"], start),
        nominee(keys["staff"], people["b"], start),
        nominee(keys["organisation"], people["c"], start),
        nominee(keys["part"], people["d"], start),
        nominee(keys["part_below"], people["e"], start),
        nominee(keys["leader"], people["f"], start),
    ]
    with past():
        _appointed(terms, by=commander, confirmed_by=district, at=at - timedelta(days=60))
        with acting(loader):
            own = [nominee(keys["secretary"], commander.id, start)]
            rows = organisations.propose_all(nominees=own, actor=loader, at=at)
            organisations.confirm_batch(batch=rows[0].batch, actor=loader, at=at)
        _left(keys["leader"], commander, day - timedelta(days=20), at=at)
        with acting(commander):
            waiting = nominee(keys["leader"], people["g"], day)
            organisations.propose(nominee=waiting, actor=commander, at=at)


def _appointed(
    nominees: Sequence[Nominee], *, by: Actor, confirmed_by: Actor, at: datetime
) -> None:
    with acting(by):
        rows = organisations.propose_all(nominees=nominees, actor=by, at=at)
    with acting(confirmed_by):
        organisations.confirm_batch(batch=rows[0].batch, actor=confirmed_by, at=at)


def _left(post: UUID, actor: Actor, end: date, *, at: datetime) -> None:
    with acting(actor):
        [held] = post_lists.serving_keys(post, actor=actor, on=local(at).date())
        organisations.end_appointment(
            appointment_id=held, reason="轮岗，示例", end=end, actor=actor, at=at
        )


def make_people(keys: Sequence[str], *, first: int = 0, at: datetime) -> list[Any]:
    """Return people who hold posts and do not sign in, made long ago.

    :param first: from which number on their names are made up
    """
    surnames, given = texts.phrases()["surname"], texts.phrases()["given"]
    made = []
    with acting(system(CITY, job="demo")) as loader, past():
        for number, key in enumerate(keys, start=first):
            username = f"demo.{key}"
            name = surnames[(number * 5 + 11) % len(surnames)] + given[(number * 3) % len(given)]
            kept = found.by_username(username) or accounts.create_account(
                username=username,
                name=name,
                password=None,
                is_demo=True,
                actor=loader,
                at=at - timedelta(days=420),
            )
            made.append(kept)
    return made


def nominee(post: UUID, account: UUID, start: date) -> Nominee:
    """Return somebody who is to hold a post from a day on."""
    return Nominee(post=post, account=account, reason=REASON, start=start)


def _new(code: str, kind: str, body: UUID, place: str) -> NewPost:
    return NewPost(code=code[:LONGEST], kind=kind, body=body, place=place, is_sample=True)


def _at(code: str, kind: str, body: UUID, place: str, start: date, *, seats: int = 1) -> NewPost:
    return NewPost(
        code=code, kind=kind, body=body, place=place, seats=seats, start=start, is_sample=True
    )


def _body_at(place: str) -> str:
    """Return which body has its posts at a place of the demo."""
    whole = {CITY: "city-management", DISTRICT: "district-civil-affairs", STREET: "street-office"}
    parts = place.split("/")
    return whole.get(place) or f"community-{parts[4]}"
