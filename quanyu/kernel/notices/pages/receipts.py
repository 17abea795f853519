"""Where a provider tells whether a text message arrived (短信回执)."""

import json
from hmac import compare_digest
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from quanyu.kernel.access.rules import system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.notices import actions
from quanyu.kernel.notices.channels import sms

MOST = 100


@csrf_exempt
@require_POST
def sms_receipt(request: HttpRequest) -> HttpResponse:
    """Take one receipt or a list of them; without the secret there is no such page."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    secret = settings.QUANYU_SMS_RECEIPTS
    if not secret or not compare_digest(given.encode(), secret.encode()):
        raise Http404
    worker = system(settings.QUANYU_CITY, job="notices.receipt")
    set_scope(worker)
    at = timezone.now()
    known = [
        actions.receipt(reference=reference, has_arrived=arrived, actor=worker, at=at)
        for reference, arrived in map(sms.receipt, _said(request))
    ]
    return JsonResponse({"code": 0, "msg": "OK", "known": sum(known)})


def _said(request: HttpRequest) -> list[dict[str, Any]]:
    if request.content_type == "application/x-www-form-urlencoded":
        return [request.POST.dict()]
    try:
        said = json.loads(request.body)
    except ValueError:
        return []
    listed = said if isinstance(said, list) else [said]
    return [one for one in listed if isinstance(one, dict)][:MOST]
