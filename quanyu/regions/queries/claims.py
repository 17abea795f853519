"""Which places wait for an approved re-organisation, and may not be changed meanwhile (占用)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from quanyu.kernel.access.rules import Actor, upper
from quanyu.kernel.errors import gettext_noop as _
from quanyu.regions import rules
from quanyu.regions.models import Claim
from quanyu.regions.queries import tree
from quanyu.regions.rules.changes import Taken


@dataclass(frozen=True, slots=True)
class Claims:
    """What is claimed in some places and above them, one claim a path (占用)."""

    rows: tuple[Claim, ...]

    @property
    def paths(self) -> frozenset[str]:
        """Return every path that is claimed, of places that stand and of those to come."""
        return frozenset(one.path for one in self.rows)

    def names(self, parent: str) -> frozenset[str]:
        """Return what places right below ``parent`` are about to be called."""
        return frozenset(one.name for one in self.rows if rules.parent(one.path) == parent)

    def check_place(self, path: str, *, field: str = "path") -> None:
        """Refuse a place that waits for a re-organisation, or that stands in one that does.

        :raises Taken: naming the re-organisation and its day
        """
        above = rules.ancestry(path)
        for one in self.rows:
            if one.path in above:
                raise Taken(
                    _(
                        "{place} 属于已批准的区划调整“{title}”，{day} 起生效；"
                        "请等它生效，或先撤回它"
                    ),
                    field=field,
                    value=path,
                    place=tree.place_names([path])[path],
                    title=one.title,
                    day=one.effective_date.isoformat(),
                )

    def check_name(self, parent: str, name: str) -> None:
        """Refuse a name that a place right below ``parent`` is about to bear.

        :raises Taken: naming the re-organisation and its day
        """
        for one in self.rows:
            if one.name == name and rules.parent(one.path) == parent:
                raise Taken(
                    _("“{value}”将是已批准的区划调整“{title}”（{day} 起生效）里一处的名称"),
                    field="name",
                    value=name,
                    title=one.title,
                    day=one.effective_date.isoformat(),
                )


def claims(places: Iterable[str], *, actor: Actor) -> Claims:
    """Return what is claimed in these places and above them."""
    asked = Q(pk__in=[])
    for path in places:
        asked |= Q(path__in=rules.parents(path)) | Q(path__gte=path, path__lt=upper(path))
    return Claims(tuple(Claim.objects.visible_to(actor).filter(asked).order_by("path")))
