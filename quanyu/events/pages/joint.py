"""Acts on one part of a matter, from the matter's own page (协办)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quanyu.events import actions, queries, schemas
from quanyu.events.pages import forms, matter
from quanyu.events.queries import words
from quanyu.kernel.access.http import actor_of, hidden_if_denied, parsed
from quanyu.kernel.errors import Refusal

WITH_PHOTOS = frozenset({"answer_part"})
LABELS: Mapping[str, Any] = forms.LABELS


@require_POST
@hidden_if_denied
def act(request: HttpRequest, number: str, part_id: UUID, verb: str) -> HttpResponse:
    """Do one act on a part; a refusal shows the same page with what was typed."""
    actor, at = actor_of(request), timezone.now()
    if verb not in schemas.PART_VERBS:
        raise Http404
    event = queries.by_number(number, actor=actor)
    try:
        body = parsed(schemas.PART_VERBS[verb], request.POST.dict(), labels=LABELS)
        more = {"photos": request.FILES.getlist("photos")} if verb in WITH_PHOTOS else {}
        done = getattr(actions, verb)
        done(event_id=event.pk, part_id=part_id, actor=actor, at=at, **body.dict(), **more)
    except Refusal as no:
        return matter.refused(request, number, at=at, verb=f"{verb}-{part_id}", no=no)
    messages.success(request, _("{act}：已办好").format(act=words.verb_words(verb)))
    return matter.gone_on(request, number, actor=actor)
