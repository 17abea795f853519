"""The ground of every map: communities, grids, buildings and roads, in one answer (底图)."""

from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.views.decorators.http import require_safe

from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.regions import queries
from quanyu.regions.queries import Box

WIDEST = 0.25
"""Degrees of a box at most: beyond that a map shows no buildings anyway."""

FRESH = 3_600


@require_safe
def ground(request: HttpRequest) -> HttpResponse:
    """Return what lies in a box, layer by layer; it is public and may be kept for an hour."""
    try:
        box = _box(request.GET.get("bbox", ""))
    except Invalid as no:
        return JsonResponse({"error": no.field}, status=no.status)
    place = _place(request.GET.get("place", ""))
    mark = _mark(place, box)
    response: HttpResponse
    if mark == request.headers.get("If-None-Match"):
        response = HttpResponseNotModified()
    else:
        response = JsonResponse(queries.geojson(place, box=box))
    response["ETag"] = mark
    response["Cache-Control"] = f"public, max-age={FRESH}"
    return response


def _place(asked: str) -> str:
    """Return the street of the place asked for, so that its neighbours are drawn too."""
    street = "/".join(asked.split("/")[:4]) + "/" if asked.count("/") >= 4 else asked
    return street if queries.is_known(street) else str(settings.QUANYU_CITY)


def _box(text: str) -> Box | None:
    """Return west, south, east, north.

    :raises Invalid: if they are no box, or one too wide
    """
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as fault:
        raise Invalid(_("范围应为 西,南,东,北 四个数"), field="bbox", value=text) from fault
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Invalid(_("范围应为 西,南,东,北 四个数"), field="bbox", value=text)
    middle = (west + east) / 2, (south + north) / 2
    wide, high = min(east - west, WIDEST) / 2, min(north - south, WIDEST) / 2
    return middle[0] - wide, middle[1] - high, middle[0] + wide, middle[1] + high


def _mark(place: str, box: Box | None) -> str:
    told = f"{queries.edition()}|{place}|{box}"
    return f'"{sha256(told.encode()).hexdigest()[:24]}"'
