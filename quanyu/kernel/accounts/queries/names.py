"""What places and bodies are called, as those above answer (名称)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
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

bodies_on: Question[[date], Mapping[UUID, str]] = Question("bodies_on", default={})
"""Which bodies stand on this day, and what are they called? organisations answers."""

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


def bodies(*, on: date) -> dict[UUID, str]:
    """Return the bodies in which a post may be given that day, with their names."""
    return answers(bodies_on.ask(on))


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
