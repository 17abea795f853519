"""The addresses of the package, and pages that tell what the middleware did (测试地址)."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone

from quanyu.kernel.access.http import actor_of
from quanyu.kernel.access.rules import REPORTER
from quanyu.kernel.accounts.urls import urlpatterns as ours
from quanyu.kernel.audit.actions import record
from quanyu.web.urls import urlpatterns as whole


def who(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.reach', true)")
        reach = cursor.fetchone()[0]
    return JsonResponse(
        {
            "kind": actor.kind,
            "id": str(actor.id or ""),
            "name": actor.name,
            "roles": sorted(actor.roles),
            "places": list(actor.places),
            "bodies": [str(body) for body in actor.bodies],
            "reach": reach,
        }
    )


def write(request: HttpRequest, status: int) -> HttpResponse:
    record("test.write", "test:1", actor=REPORTER, at=timezone.now())
    return HttpResponse(status=status)


def fail(request: HttpRequest) -> HttpResponse:
    record("test.write", "test:1", actor=REPORTER, at=timezone.now())
    raise RuntimeError("a fault of ours")


def transacting(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"in_transaction": connection.in_atomic_block})


LISTS = ("desk_export_new", "desk_import_new", "desk_view_save", "desk_view_drop")

urlpatterns = [
    *ours,
    *(one for one in whole if getattr(one, "name", "") in LISTS),
    path("", who),
    path("who", who),
    path("desk/", who, name="desk"),
    path("desk/notices", who, name="desk_notices"),
    path("desk/operations", who, name="desk_operations"),
    path("write/<int:status>", write),
    path("fail", fail),
    path("healthz", transacting),
    path("readyz", transacting),
    path("transacting", transacting),
]
