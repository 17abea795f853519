"""Where open matters lie, for those below who ask without knowing what a matter is (在办点位)."""

from collections.abc import Sequence

from quanyu.events.models import Event
from quanyu.events.queries.columns import OPEN
from quanyu.kernel.access.rules import Actor, upper
from quanyu.regions.queries import planning

MOST = 20_000


@planning.open_matters.answered_by
def open_matters(path: str, actor: Actor) -> Sequence[tuple[float, float]]:
    """Return longitude and latitude of the open matters in a place, within the actor's reach."""
    rows = Event.objects.visible_to(actor).filter(
        state__in=OPEN, region_path__gte=path, region_path__lt=upper(path), lon__isnull=False
    )
    spots = rows.values_list("lon", "lat")[:MOST]
    return [(lon, lat) for lon, lat in spots if lon is not None and lat is not None]
