"""Show a stored photo to who may see it."""

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied
from quanyu.kernel.files import queries
from quanyu.kernel.files.rules import Size


@require_safe
def photo(request: HttpRequest, file_id: UUID, size: str, *, actor: Actor) -> HttpResponseBase:
    """Return a ready photo; the right to it is asked each time, the bytes are sent once.

    :raises Denied: if it is missing, not ready, or not for this actor
    """
    if size not in set(Size):
        raise Denied
    file = queries.openable(file_id, actor=actor)
    mark = f'"{file.sha256}-{size}"'
    response: HttpResponseBase
    if mark in request.headers.get("If-None-Match", ""):
        response = HttpResponseNotModified()
    else:
        response = _whole(request, queries.stored(file, Size(size)).open("rb"), file.type)
    response["ETag"] = mark
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _whole(request: HttpRequest, stored: object, kind: str) -> HttpResponse | FileResponse:
    response = FileResponse(stored, content_type=kind)
    response["Content-Disposition"] = "inline"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
