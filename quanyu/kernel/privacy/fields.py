"""Columns that hold personal values: sealed at rest, masked in sight (个人信息字段)."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from django.conf import settings
from django.core import checks
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from quanyu.kernel.privacy import rules
from quanyu.kernel.privacy.rules import Personal
from quanyu.kernel.privacy.seals import BadKeys, Ring, read_ring

if TYPE_CHECKING:
    Base = models.Field["Sealed | str | None", "Sealed | None"]
    Binary = models.BinaryField[bytes | None, bytes | None]
    Field = models.Field[Any, Any]
else:
    Base = models.Field
    Binary = models.BinaryField
    Field = object


GONE = -1
"""The file of the keys cannot be read now: who has the keys goes on with them."""


class _Held:
    """The city's keys, read once, and again when their file has changed.

    So a key that a rotation has added is known at once to every server and worker of this home.
    """

    def __init__(self) -> None:
        self._read: tuple[int, Ring] | None = None

    def __call__(self) -> Ring:
        """Return the keys.

        :raises ImproperlyConfigured: if the settings hold none, or misshapen ones
        """
        held, stamp = self._read, _stamp()
        if held is None or stamp not in {held[0], GONE}:
            held = self._read = (stamp, _ring())
        return held[1]

    def cache_clear(self) -> None:
        """Forget them."""
        self._read = None


ring = _Held()


def _stamp() -> int:
    """Return what changes when the file of the keys does; 0 where they come from settings."""
    file = settings.QUANYU_KEYS_FILE
    try:
        return os.stat(file).st_mtime_ns if file else 0  # noqa: PTH116 (asked at every value)
    except OSError:
        return GONE


def _ring() -> Ring:
    keys, index_key = settings.QUANYU_FIELD_KEYS, settings.QUANYU_INDEX_KEY
    try:
        if settings.QUANYU_KEYS_FILE:
            kept = json.loads(Path(settings.QUANYU_KEYS_FILE).read_text())
            keys, index_key = json.loads(kept["QUANYU_FIELD_KEYS"]), kept["QUANYU_INDEX_KEY"]
        return read_ring(keys, index_key=index_key, crypto=settings.QUANYU_CRYPTO)
    except (BadKeys, KeyError, OSError) as fault:
        raise ImproperlyConfigured(f"QUANYU_FIELD_KEYS or QUANYU_INDEX_KEY: {fault}") from fault


class Sealed:
    """One personal value of one row. It shows its mask; ``privacy.actions.reveal`` opens it."""

    __slots__ = ("_column", "_kind", "_place", "_text", "_token")

    def __init__(self, *, kind: str, column: str, token: bytes = b"", text: str = "") -> None:
        self._kind, self._column = kind, column
        self._token, self._text = token, text
        self._place = ""

    def __str__(self) -> str:
        try:
            return rules.mask(self._kind, _opened(self))
        except rules.Unreadable:
            return rules.HIDDEN

    def __repr__(self) -> str:
        return f"<Sealed {self}>"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and _same(self, other)

    def __hash__(self) -> int:
        return hash((self._place, self._token))

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a sealed value is not copied out of its row")

    def __deepcopy__(self, memo: object) -> "Sealed":
        return self

    def __copy__(self) -> "Sealed":
        return self


def _same(one: Sealed, other: Sealed) -> bool:
    if one._token or other._token:
        return (one._place, one._token) == (other._place, other._token)
    return (one._place, one._text) == (other._place, other._text)


def _opened(sealed: Sealed) -> str:
    """Return the value itself. For this package alone (a test of the source looks)."""
    return sealed._text or ring().open(sealed._token, place=sealed._place)


class _Slot(DeferredAttribute):
    """Wraps what is put into an encrypted field, so that no plain text stands on the row."""

    field: "EncryptedField"

    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is not None and isinstance(value, Sealed) and not value._place:
            value._place = self.field.place(instance)
        return value

    def __set__(self, instance: models.Model, value: Sealed | str | None) -> None:
        if isinstance(value, str):
            column, kind = self.field.label, self.field.kind
            value = Sealed(kind=kind, column=column, text=value) if value else None
        if not isinstance(value, Sealed | None):
            raise TypeError("an encrypted field takes a text or nothing")
        if isinstance(value, Sealed) and value._place not in {"", self.field.place(instance)}:
            raise TypeError("a sealed value belongs to its own row and column")
        instance.__dict__[self.field.attname] = value


class _PlainInMigrations(Field):
    """A field of ours that migrations see as plain bytes, so that none imports this house."""

    def deconstruct(self) -> Any:
        """Return a plain column of bytes."""
        name, _path, args, options = super().deconstruct()
        options.pop("editable", None)
        return name, "django.db.models.BinaryField", args, options

    def clone(self) -> Any:
        """Return the plain column that migrations keep."""
        _name, _path, args, options = self.deconstruct()
        copy: Any = models.BinaryField(*args, **options)
        copy.set_attributes_from_name(self.name)
        return copy


class EncryptedField(_PlainInMigrations, Base):
    """A text sealed at rest, whose value on the row is a :class:`Sealed` (加密字段).

    Put a text in and save; an empty one is stored as nothing. Migrations see plain bytes. The
    ``label`` binds the token to its column; give the old one when a table or column is renamed.
    """

    descriptor_class = _Slot
    empty_strings_allowed = False

    def __init__(
        self,
        verbose_name: Any = None,
        *,
        personal: Personal | None = None,
        label: str = "",
        **options: Any,
    ) -> None:
        options.setdefault("null", True)
        super().__init__(verbose_name, editable=False, **options)
        self.personal = personal
        self.given_label = label

    @property
    def kind(self) -> str:
        """Return which mask and normal form fit the value."""
        return self.personal.kind if self.personal else "text"

    @property
    def label(self) -> str:
        """Return the column to which a token is bound."""
        return self.given_label or f"{self.model._meta.label_lower}.{self.name}"

    def place(self, row: models.Model) -> str:
        """Return where a token of this row belongs."""
        return f"{self.label}:{row.pk}"

    def get_internal_type(self) -> str:
        """Return bytes: what the database holds."""
        return "BinaryField"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        """Return the sealed value; its row is told on first access."""
        if value is None:
            return None
        return Sealed(kind=self.kind, column=self.label, token=bytes(value))

    def pre_save(self, model_instance: models.Model, add: Any) -> Any:
        """Seal what was put in since the row was read."""
        sealed = model_instance.__dict__.get(self.attname)
        if isinstance(sealed, Sealed) and not sealed._token:
            sealed._place = self.place(model_instance)
            sealed._token = ring().seal(sealed._text, place=sealed._place)
        elif isinstance(sealed, Sealed) and sealed._place not in {"", self.place(model_instance)}:
            raise TypeError("a sealed value belongs to its own row and column")
        return sealed

    def get_db_prep_value(self, value: Any, connection: Any, prepared: Any = None) -> Any:
        """Return the token; a plain text has no row to be bound to and is refused."""
        if value is None:
            return None
        if not isinstance(value, Sealed) or not value._token:
            raise TypeError("save the row to seal a value; find it by its blind index")
        return value._token

    def value_to_string(self, obj: Any) -> str:
        """Return the mask."""
        return str(self.value_from_object(obj) or "")

    def check(self, **options: Any) -> list[checks.CheckMessage]:
        """Refuse a field without basis, purpose and end."""
        return [*super().check(**options), *_faults(self, self.personal)]


class BlindIndexField(_PlainInMigrations, Binary):
    """Finds a sealed value without opening it: HMAC of its normal form (盲索引).

    ``of`` names the encrypted field beside it. Ask with ``queries.digest``.
    """

    def __init__(self, verbose_name: Any = None, *, of: str = "", **options: Any) -> None:
        options.setdefault("db_index", True)
        super().__init__(verbose_name, null=True, editable=False, **options)
        self.of = of

    def pre_save(self, model_instance: models.Model, add: Any) -> Any:
        """Follow the encrypted field beside it, if that one was read or changed."""
        state = model_instance.__dict__
        if self.of in state:
            sealed: Sealed | None = state[self.of]
            if sealed is None:
                state[self.attname] = None
            elif sealed._text:
                state[self.attname] = digest(self.model, self.of, sealed._text)
        return state.get(self.attname)


def digest(model: type[models.Model], field: str, text: str) -> bytes:
    """Return the blind index of a text in one column, as it is made now."""
    column = encrypted(model, field)
    return ring().digest(rules.normal(column.kind, text), column=column.label)


def digests(model: type[models.Model], field: str, text: str) -> list[bytes]:
    """Return every blind index under which a text may stand in one column."""
    column = encrypted(model, field)
    return ring().digests(rules.normal(column.kind, text), column=column.label)


def encrypted(model: type[models.Model], field: str) -> "EncryptedField":
    """Return an encrypted field by its name."""
    column = model._meta.get_field(field)
    if not isinstance(column, EncryptedField):
        raise TypeError(f"{field} is not encrypted")
    return column


_LIBRARIES: dict[str, Mapping[str, Personal]] = {}


def declare(model: str, told: Mapping[str, Personal]) -> None:
    """Declare the personal fields of a table that is not ours, or lies below this package.

    :param model: ``sessions.session``
    """
    _LIBRARIES[model.lower()] = told


def declarations(model: type[models.Model]) -> dict[str, Personal]:
    """Return what is declared of a table: ``personal = {...}`` on it, and its sealed fields."""
    told: dict[str, Personal] = dict(_LIBRARIES.get(model._meta.label_lower, {}))
    own = getattr(model, "personal", None)
    told |= own if isinstance(own, Mapping) else {}
    for field in model._meta.local_fields:
        if isinstance(field, EncryptedField) and field.personal:
            told[field.name] = field.personal
    return told


@dataclass(frozen=True, slots=True)
class ByHand:
    """A column whose values its package seals itself, all bound to one place (自行加密的列)."""

    model: str
    field: str
    place: str


_BY_HAND: list[ByHand] = []


def seals(model: str, field: str, *, place: str) -> None:
    """Tell of a column of tokens, or of JSON with tokens in base64, that are sealed by hand.

    A rotation must know it: a key is only retired when nothing is left under it.
    """
    _BY_HAND.append(ByHand(model, field, place))


def by_hand() -> list[ByHand]:
    """Return the columns that are sealed by hand."""
    return list(_BY_HAND)


def leads_to(model: type[models.Model], path: str) -> "models.Field[Any, Any] | None":
    """Return the field that a path through foreign keys ends at, if there is one."""
    here: Any = model
    found: Any = None
    for name in path.split("__"):
        try:
            found = here._meta.get_field(name)
        except (FieldDoesNotExist, AttributeError):
            return None
        here = found.related_model
    return found  # type: ignore[no-any-return]


def _faults(field: "models.Field[Any, Any]", told: Personal | None) -> Sequence[checks.Error]:
    if told is None:
        return [
            checks.Error("an encrypted field is declared Personal", obj=field, id="privacy.E001")
        ]
    if told.since and leads_to(field.model, told.since) is None:
        return [checks.Error(f"no field {told.since} to count from", obj=field, id="privacy.E002")]
    return []
