"""The bodies that act, and what they are called (单位)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from quanyu.kernel.access.rules import upper
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.audit import queries as audit
from quanyu.organisations.models import Body
from quanyu.organisations.queries.words import in_language
from quanyu.organisations.rules import KIND_WORDS, BodyKind
from quanyu.regions import queries as regions

FEW = 20
"""Bodies of a name among which a person still chooses."""


@dataclass(frozen=True, slots=True)
class BodyEntry:
    """A body as lists and forms show it (单位)."""

    id: UUID
    code: str
    kind: str
    kind_name: str
    """In the reader's language."""
    name: str
    name_en: str
    region_path: str
    place_name: str
    parent_id: UUID | None
    phone: str
    uscc: str
    uscc_because: str
    is_sample: bool
    valid_from: date
    valid_to: date | None

    def stands(self, day: date) -> bool:
        """Tell whether it stands on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return in_language(self.name, self.name_en)


def bodies(*, on: date, place: str = "", kind: str = "", search: str = "") -> tuple[BodyEntry, ...]:
    """Return the bodies standing on a day, seated within ``place``, in the order of places."""
    rows = Body.objects.on(on)
    if place:
        rows = rows.filter(region_path__gte=place, region_path__lt=upper(place))
    if kind:
        rows = rows.filter(kind=kind)
    if search:
        rows = rows.filter(Q(name__contains=search) | Q(name_en__icontains=search))
    return tuple(body_entry(row) for row in rows.order_by("region_path", "code"))


def called(said: str) -> Q:
    """Return the condition of bodies by a part of their name or first letters, code or number."""
    named = Q(name__contains=said) | Q(name_en__icontains=said)
    named |= Q(initials__contains=said.lower()) | Q(uscc=said.upper())
    return named | Q(code__startswith=said.lower())


def keys_called(said: str) -> list[UUID]:
    """Return the keys of all bodies, standing or not, that are called so."""
    return list(Body.objects.filter(called(said.strip())).values_list("pk", flat=True))


def bodies_over(places: Sequence[str]) -> tuple[BodyEntry, ...]:
    """Return the bodies seated at just these places, ended or not, in the order of places."""
    rows = Body.objects.filter(region_path__in=places).order_by("region_path", "code")
    return tuple(body_entry(row) for row in rows)


def body(body_id: UUID) -> BodyEntry | None:
    """Return one body, standing or not, or None."""
    row = Body.objects.filter(pk=body_id).first()
    return body_entry(row) if row else None


def stands(body_id: UUID, *, on: date) -> bool:
    """Tell whether a body stands on a day."""
    return Body.objects.on(on).filter(pk=body_id).exists()


def body_by_code(code: str) -> BodyEntry | None:
    """Return the body of that code, or None."""
    row = Body.objects.filter(code=code).first()
    return body_entry(row) if row else None


@audit.topic_names.answered_by
def topic_names() -> dict[str, str]:
    """Return what the acts on bodies and duties are called in the log."""
    return {
        "body.found": _("新设单位"),
        "body.change": _("修改单位"),
        "body.rename": _("单位更名"),
        "body.resubordinate": _("改变单位隶属"),
        "body.relocate": _("单位迁移"),
        "body.correct": _("更正单位信息"),
        "body.merge": _("合并单位"),
        "body.dissolve": _("撤销单位"),
        "body.command": _("确定指挥关系"),
        "body.release": _("解除指挥关系"),
        "body.form": _("登记组建党组织"),
        "body.part": _("解除组建关系"),
        "body.join": _("登记成员单位"),
        "body.leave": _("成员单位退出"),
        "cover.begin": _("登记覆盖"),
        "cover.change": _("修改覆盖"),
        "cover.end": _("解除覆盖"),
        "duty.load": _("载入权责清单"),
        "duty.assign": _("新增权责"),
        "duty.end": _("终止权责"),
    }


@accounts.body_names.answered_by
def body_names(keys: Sequence[UUID]) -> Mapping[UUID, str]:
    """Return what these bodies are called, in the reader's language."""
    rows = Body.objects.filter(pk__in=keys).values_list("pk", "name", "name_en")
    return {key: in_language(name, english) for key, name, english in rows}


def above(key: UUID) -> UUID | None:
    """Return the body above this one, if there is one."""
    return Body.objects.filter(pk=key).values_list("parent_id", flat=True).first()


@accounts.bodies_called.answered_by
def bodies_called(text: str, day: date) -> Mapping[UUID, str]:
    """Return the bodies standing on a day whose name holds ``text``, the shortest first; a few."""
    named = Q(name__contains=text) | Q(name_en__icontains=text) | Q(initials__contains=text.lower())
    rows = Body.objects.on(day).filter(named).order_by(Length("name"), "region_path", "code")
    return {
        key: in_language(name, english)
        for key, name, english in rows.values_list("pk", "name", "name_en")[:FEW]
    }


@accounts.body_places.answered_by
def body_places(keys: Sequence[UUID]) -> Mapping[UUID, str]:
    """Return the places in which these bodies stand."""
    return dict(Body.objects.filter(pk__in=keys).values_list("pk", "region_path"))


def body_entry(row: Body) -> BodyEntry:
    """Return a body as lists and forms show it."""
    return BodyEntry(
        id=row.id,
        code=row.code,
        kind=row.kind,
        kind_name=_(KIND_WORDS[BodyKind(row.kind)]),
        name=row.name,
        name_en=row.name_en,
        region_path=row.region_path,
        place_name=regions.label(row.region_path),
        parent_id=row.parent_id,
        phone=row.phone,
        uscc=row.uscc,
        uscc_because=row.uscc_because,
        is_sample=row.is_sample,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )
