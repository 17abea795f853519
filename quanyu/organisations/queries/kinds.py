"""Kinds of post, and what a post is called (岗位种类)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from quanyu.kernel.accounts.rules import ROLE_NAMES
from quanyu.organisations.models import Post, PostKind
from quanyu.organisations.models.dated import holding
from quanyu.organisations.queries.words import in_language
from quanyu.organisations.rules.posts import HOURS_WORDS, LEVEL_WORDS


@dataclass(frozen=True, slots=True)
class KindEntry:
    """A kind of post as it is on a day (岗位种类)."""

    code: str
    name: str
    name_en: str
    level: str
    level_name: str
    """In the reader's language, as every name here."""
    hours: str
    hours_name: str
    roles: tuple[str, ...]
    role_names: tuple[str, ...]
    is_leader: bool
    is_party_staff: bool
    source: str
    is_sample: bool
    sort: int
    seat: str
    """What one is elected to who is to hold such a post; "" where nobody is."""

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return in_language(self.name, self.name_en)


def kinds_on(day: date) -> dict[str, KindEntry]:
    """Return the kinds of post on a day by code, in their order."""
    rows = PostKind.objects.filter(holding(day)).order_by("sort", "code")
    return {row.code: _entry(row) for row in rows}


def every_kind() -> dict[str, KindEntry]:
    """Return every kind there ever was as it was last, in their order."""
    rows = PostKind.objects.order_by("sort", "code", "valid_from")
    return {row.code: _entry(row) for row in rows}


def kind_called(code: str) -> tuple[str, str]:
    """Return the names of a kind in Chinese and English, as they were last."""
    rows = PostKind.objects.filter(code=code).order_by("-valid_from")
    return rows.values_list("name", "name_en").first() or (code, "")


def post_called(post: Post, known: Mapping[str, KindEntry] | None = None) -> str:
    """Return what a post is called in the reader's language: its own name or its kind's."""
    if post.name:
        return in_language(post.name, post.name_en)
    entry = (every_kind() if known is None else known).get(post.kind)
    return entry.label if entry else post.kind


def _entry(row: PostKind) -> KindEntry:
    return KindEntry(
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        level=row.level,
        level_name=_(LEVEL_WORDS[row.level]),
        hours=row.hours,
        hours_name=_(HOURS_WORDS[row.hours]),
        roles=tuple(row.roles),
        role_names=tuple(_(ROLE_NAMES[role]) for role in row.roles),
        is_leader=row.is_leader,
        is_party_staff=row.is_party_staff,
        source=row.source,
        is_sample=row.is_sample,
        sort=row.sort,
        seat=row.seat,
    )
