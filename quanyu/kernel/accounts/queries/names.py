"""What places and bodies are called, as those above answer (名称)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar
from uuid import UUID

from django.conf import settings

from quanyu.kernel.access.rules import Grant
from quanyu.kernel.accounts import rules
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.questions import Question

K = TypeVar("K")

place_names: Question[[Sequence[str]], Mapping[str, str]] = Question("place_names", default={})
"""What are these places called? Asked with paths; regions answers."""

body_names: Question[[Sequence[UUID]], Mapping[UUID, str]] = Question("body_names", default={})
"""What are these bodies called? Asked with their keys; organisations answers."""

places_called: Question[[str], Mapping[str, str]] = Question("places_called", default={})
"""Which places bear this name or path, whole or in part? regions answers, with few."""

bodies_called: Question[[str, date], Mapping[UUID, str]] = Question("bodies_called", default={})
"""Which bodies standing on this day bear this name, whole or in part? organisations, with few."""

places_below: Question[[Sequence[str]], Mapping[str, str]] = Question("places_below", default={})
"""What are these places called, and those just below each? regions answers."""

body_places: Question[[Sequence[UUID]], Mapping[UUID, str]] = Question("body_places", default={})
"""In which places do these bodies stand? Asked with their keys; organisations answers."""

acts_of: Question[[Collection[str]], Sequence[str]] = Question("acts_of", default=())
"""What may be done under these roles, in the reader's words? The domains with a workflow answer."""

doors_of: Question[[Collection[str]], Sequence[str]] = Question("doors_of", default=())
"""Which pages of the desk do these roles open, in the reader's words? web answers."""


def hat_names(hats: Sequence[rules.Hat]) -> dict[str, str]:
    """Return what each hat is called, by its key."""
    places = answers(place_names.ask([hat.path for hat in hats if hat.path]))
    bodies = answers(body_names.ask([hat.body for hat in hats if hat.body]))
    return {
        hat.key: bodies.get(hat.body, hat.key) if hat.body else places.get(hat.path, hat.key)
        for hat in hats
    }


def place_called(text: str) -> str:
    """Return the path of the one place of this name; a path stands for itself.

    :raises WrongGrant: if there is no such place, or several
    """
    if not text or text.endswith("/"):
        return text
    found = answers(places_called.ask(text))
    exact = [path for path, name in found.items() if name == text] or list(found)
    if len(exact) != 1:
        raise rules.WrongGrant(
            _("没有找到唯一的辖区：{text}"), field="region_path", value=text, text=text
        )
    return str(exact[0])


def body_called(text: str, *, on: date) -> UUID | None:
    """Return the key of the one body of this name, or None where no name is given.

    :raises WrongGrant: if there is no such body, or several
    """
    if not text:
        return None
    found = answers(bodies_called.ask(text, on))
    exact = [key for key, name in found.items() if name == text] or list(found)
    if len(exact) != 1:
        raise rules.WrongGrant(_("没有找到唯一的机构：{text}"), field="body", value=text, text=text)
    return exact[0]


@dataclass(frozen=True, slots=True)
class Found:
    """A place or a body to choose from, and what tells it from others of its name (候选)."""

    key: str
    name: str
    note: str


def find_places(text: str) -> list[Found]:
    """Return the places that a text names, each with the one above it."""
    found = answers(places_called.ask(text)) if text else {}
    return named_places(list(found))


def named_places(paths: Sequence[str]) -> list[Found]:
    """Return these places, each with the one above it; unknown ones are left out."""
    above = {path: path[: path.rstrip("/").rfind("/") + 1] for path in paths}
    asked = {path for path in [*above, *above.values()] if path}
    names = answers(place_names.ask(sorted(asked))) if asked else {}
    return [
        Found(path, names[path], _beside(names[path], up, names))
        for path, up in above.items()
        if names.get(path, path) != path
    ]


def _beside(name: str, above: str, names: Mapping[str, str]) -> str:
    """Return the name of the place above, unless it is said already or lies outside the city."""
    told = names.get(above, "") if above.startswith(settings.QUANYU_CITY) else ""
    return "" if told in name else told


def find_bodies(text: str, *, on: date) -> list[Found]:
    """Return the bodies standing that day which a text names, each with where it stands."""
    return _named_bodies(answers(bodies_called.ask(text, on)) if text else {})


def named_body(key: UUID) -> list[Found]:
    """Return one body with where it stands; nothing where there is none."""
    return _named_bodies(answers(body_names.ask([key])))


def _named_bodies(found: Mapping[UUID, str]) -> list[Found]:
    stand = body_places_of(found)
    names = answers(place_names.ask(sorted(set(stand.values())))) if stand else {}
    return [Found(str(key), name, names.get(stand.get(key, ""), "")) for key, name in found.items()]


def is_known(grant: Grant) -> bool:
    """Answer whether the place or the body of a grant is one; the city itself always is."""
    if grant.body is not None:
        return grant.body in answers(body_places.ask([grant.body]))
    name = answers(place_names.ask([grant.path])).get(grant.path, grant.path)
    return grant.path == settings.QUANYU_CITY or name != grant.path


def place_of(grant: Grant) -> str:
    """Return the place over which one must stand to give this grant; a body's own, or the city."""
    if grant.body is None:
        return grant.path
    return answers(body_places.ask([grant.body])).get(grant.body, settings.QUANYU_CITY)


def body_places_of(keys: Iterable[UUID]) -> dict[UUID, str]:
    """Return in which places these bodies stand; asks nothing for none."""
    wanted = sorted(set(keys))
    return answers(body_places.ask(wanted)) if wanted else {}


class Located(Protocol):
    """A grant, a request: something at a place or in a body."""

    region_path: str
    body_id: UUID | None


def where(grant: Located, places: Mapping[str, str], bodies: Mapping[UUID, str]) -> str:
    if grant.body_id is not None:
        return bodies.get(grant.body_id, str(grant.body_id))
    return places.get(grant.region_path, grant.region_path)


def answers(answers: Iterable[Mapping[K, str]]) -> dict[K, str]:
    """Return everybody's answers as one."""
    return {key: name for answer in answers for key, name in answer.items()}


def located(rows: Sequence[Located]) -> list[str]:
    """Return what the place or the body of each is called."""
    places = answers(place_names.ask(sorted({row.region_path for row in rows if row.region_path})))
    bodies = answers(body_names.ask(sorted({row.body_id for row in rows if row.body_id})))
    return [where(row, places, bodies) for row in rows]


def acts(roles: Collection[str]) -> list[str]:
    """Return what may be done under these roles, each act once."""
    return list(dict.fromkeys(act for told in acts_of.ask(roles) for act in told))


def doors(roles: Collection[str]) -> list[str]:
    """Return the pages of the desk that these roles open."""
    return [door for told in doors_of.ask(roles) for door in told]
