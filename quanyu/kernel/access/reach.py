"""The four doors of a table, declared once: the query and the policy both read it (可见范围)."""

from dataclasses import dataclass, field
from typing import Any, Literal

from django.apps import apps
from django.db import models

Writes = Literal["none", "insert", "insert update", "all"]


@dataclass(frozen=True, slots=True)
class Reach:
    """Which columns open a row: its place, the body that has it, its owner; and its code.

    ``bodies`` is a column of several bodies that see it besides: they get sight and no role.
    ``jobs`` opens every row to the system in a job: where no place may open what is one person's.
    With ``circle``, the place opens it to the roles of that circle alone, and to no other sight.
    ``also`` is a second column of a place, to which a row is on its way: it opens it as the first.
    """

    place: str = "region_path"
    also: str = ""
    body: str = ""
    bodies: str = ""
    own: str = ""
    code: bool = False
    jobs: bool = False
    circle: str = ""

    @property
    def places(self) -> tuple[str, ...]:
        """Return the columns of places that open a row."""
        return tuple(filter(None, (self.place, self.also)))


@dataclass(frozen=True, slots=True)
class Under:
    """Visible exactly when the row it hangs on is: ``field`` is the foreign key's name."""

    field: str
    model: str

    @property
    def parent_model(self) -> type[models.Model]:
        """Return the model of the parent."""
        return apps.get_model(self.model)


@dataclass(frozen=True, slots=True)
class Access:
    """What the application's role may do with a table."""

    rows: Reach | Under | None = None
    writes: Writes = "all"
    opened_by_anyone: bool = field(default=False)
    searched: str = ""
    """The column of words by which the rows above are found, through the owner's functions."""
    dated: str = ""
    """The column of the rows above that says which of them are the newest."""

    @property
    def reach(self) -> Reach | Under:
        """Return the declared reach.

        :raises TypeError: if the table has none
        """
        if self.rows is None:
            raise TypeError("this table declares no reach")
        return self.rows


def declared(model: type[models.Model]) -> Access:
    """Return a model's declaration; without one every row is open and may be written."""
    access: Any = getattr(model, "access", None)
    return access if isinstance(access, Access) else Access()


def shared_of(model: type[models.Model]) -> str:
    """Return the name of the owner's function that finds what one's bodies are called to."""
    return f"{model._meta.db_table}_shared"


def found_by(model: type[models.Model]) -> str:
    """Return the name of the owner's function that finds rows within reach by their words."""
    return f"{model._meta.db_table}_found"


def found_under(model: type[models.Model]) -> str:
    """Return the name of the owner's functions that find them with their time.

    One finds them all, the other among those that bear some signs.
    """
    return f"{model._meta.db_table}_under"


def said_in(model: type[models.Model]) -> str:
    """Return the name of the owner's function that tells which of some rows have the words."""
    return f"{model._meta.db_table}_said"
