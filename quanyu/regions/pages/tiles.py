"""The tiles of every map: public shapes of places, kept by browsers as long as they hold (瓦片)."""

import gzip

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from quanyu.kernel.access.http import sentence
from quanyu.regions import queries
from quanyu.regions.rules import tiles as rules

TYPE = "application/vnd.mapbox-vector-tile"
FOR_GOOD = "public, max-age=31536000, immutable"
ANOTHER = "public, max-age=60"
"""The address names an edition that is not the one at hand: the page was opened before, or a
process has yet to notice the new one."""


@require_safe
def tile(request: HttpRequest, edition: str, z: str, x: str, y: str) -> HttpResponse:
    """Return one square of the map, or 204 where nothing lies."""
    try:
        wanted = rules.read_tile(z, x, y)
    except rules.NoTile as no:
        return _problem(no)
    pressed, made_of = queries.tiles.tile(wanted)
    mark = f'"{made_of}-{z}-{x}-{y}"'
    if request.headers.get("If-None-Match") == mark:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = _sent(request, pressed)
    response["ETag"] = mark
    response["Cache-Control"] = FOR_GOOD if made_of == edition else ANOTHER
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _sent(request: HttpRequest, pressed: bytes) -> HttpResponse:
    if not pressed:
        return HttpResponse(status=204)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return HttpResponse(pressed, content_type=TYPE, headers={"Content-Encoding": "gzip"})
    return HttpResponse(gzip.decompress(pressed), content_type=TYPE)


def _problem(no: rules.NoTile) -> HttpResponse:
    told = {"type": "about:blank", "status": no.status, "detail": sentence(no)}
    told |= {"field": no.field, "value": str(no.value)}
    return JsonResponse(told, status=no.status, content_type="application/problem+json")
