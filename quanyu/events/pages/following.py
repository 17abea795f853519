"""The residents' site: follow a matter by its code, answer two questions (凭码查询与评价)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, loads
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from quanyu.events import actions, queries, rules, schemas
from quanyu.events.pages import forms, shown, stopped
from quanyu.events.queries import clock, closing, photos, words
from quanyu.events.workflow import State
from quanyu.kernel.access.http import answer, hidden_if_denied, parsed, sentence
from quanyu.kernel.access.rules import Actor, holder
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts.http import address_of
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Denied, Invalid, Refusal, TooMany
from quanyu.kernel.files.pages import photo as stored_photo
from quanyu.kernel.privacy.rules import REASONS
from quanyu.organisations import queries as organisations
from quanyu.regions import queries as regions

PHOTO_LIVES = 3_600
"""How long the address of a picture is of use, in seconds."""
STREET_LEVEL = 4


@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Ask for a code, and go where it leads."""
    given = request.POST.get("code", request.GET.get("code", "")).strip()
    if not given and request.method != "POST":
        return answer(request, "events/follow_form.html", {"code": "", "error": "", "limited": 0})
    digits = rules.code_digits(given)
    if digits:
        return HttpResponseRedirect(reverse("follow_code", args=[digits]))
    return _unknown(request, given)


@require_GET
def follow_code(request: HttpRequest, code: str) -> HttpResponse:
    """Show to the holder of a code how the matter stands."""
    at = timezone.now()
    try:
        holding = actions.open_by_code(code=code, address=address_of(request), at=at)
    except Denied:
        return _no_such(request, code)
    except TooMany as no:
        return _too_many(request, code, no)
    return _followed(request, code, holding, at=at)


@require_POST
def rate(request: HttpRequest, code: str) -> HttpResponse:
    """Take the two answers; unsolved has it done again."""
    return _heard(request, code, _rated_by)


@require_POST
def supply(request: HttpRequest, code: str) -> HttpResponse:
    """Take what the reporter was asked for; the matter goes on at once."""

    def answered(given: Mapping[str, str], holding: Actor, *, at: datetime) -> None:
        typed = {"answer": given.get("answer", "")}
        body = parsed(schemas.Answer, typed, labels=forms.LABELS)
        address = address_of(request)
        actions.answer(
            event_id=row_of(holding), answer=body.answer, actor=holding, at=at, address=address
        )

    return _heard(request, code, answered)


@require_POST
def appeal(request: HttpRequest, code: str) -> HttpResponse:
    """Take why a matter that ended unsolved should be done after all."""
    return _heard(request, code, stopped.appealed)


def _heard(request: HttpRequest, code: str, take: Callable[..., None]) -> HttpResponse:
    """Let the holder of a code say something, and show the page anew."""
    at = timezone.now()
    try:
        holding = actions.open_by_code(code=code, address=address_of(request), at=at)
    except Denied:
        return _no_such(request, code)
    except TooMany as no:
        return _too_many(request, code, no)
    try:
        take(request.POST, holding, at=at)
    except TooMany as no:
        return limited(request, no)
    except Refusal as no:
        return _followed(request, code, holding, at=at, no=no)
    return HttpResponseRedirect(reverse("follow_code", args=[code]))


def _rated_by(given: Mapping[str, str], holding: Actor, *, at: datetime) -> None:
    if given.get("solved") == "unsure":
        raise Invalid(rules.NOT_SURE, field="form")
    if given.get("solved") not in {"yes", "no"}:
        raise Invalid(rules.ANSWER_SOLVED, field="solved")
    typed = {"solved": given["solved"] == "yes", "treated": given.get("treated", "")}
    typed["comment"] = given.get("words", "")
    if not typed["treated"]:
        raise Invalid(rules.ANSWER_TREATED, field="treated")
    body = parsed(schemas.Rate, typed, labels=forms.LABELS)
    actions.rate(event_id=row_of(holding), actor=holding, at=at, **body.dict())


@require_GET
@hidden_if_denied
def photo(request: HttpRequest, token: str, size: str) -> HttpResponseBase:
    """Show a picture to whom a page of ours gave its signed address."""
    try:
        file, row = loads(token, salt=shown.PHOTO_SALT, max_age=PHOTO_LIVES)
    except BadSignature as fault:
        raise Denied from fault
    holding = holder(UUID(row))
    set_scope(holding)
    found: HttpResponseBase = stored_photo(request, UUID(file), size, actor=holding)
    return found


def _unknown(request: HttpRequest, code: str) -> HttpResponse:
    """Answer a malformed code as an unknown one, counted alike."""
    try:
        actions.open_by_code(code=code, address=address_of(request), at=timezone.now())
    except TooMany as no:
        return _too_many(request, code, no)
    except Denied:
        pass
    return _no_such(request, code)


def _no_such(request: HttpRequest, code: str) -> HttpResponse:
    error = _("没有找到这个查询码，请对照回执再看一遍，一共 16 位数字")
    response = answer(
        request, "events/follow_form.html", {"code": code[:40], "error": error, "limited": 0}
    )
    response.status_code = 404
    return response


def _too_many(request: HttpRequest, code: str, no: TooMany) -> HttpResponse:
    context = {"code": code[:40], "error": "", "limited": no.retry_after}
    return answer(request, "events/follow_form.html", context, no)


def limited(request: HttpRequest, no: TooMany) -> HttpResponse:
    """Say that this address asked too often, and when it may go on."""
    context = {"seconds": no.retry_after, "sentence": sentence(no)}
    return answer(request, "events/limited.html", context, no)


# ------------------------------------------------------------------ the answer


def _followed(
    request: HttpRequest,
    code: str,
    holding: Actor,
    *,
    at: datetime,
    no: Refusal | None = None,
) -> HttpResponse:
    seen = words.followed(holding, at=at)
    event, digits = seen.event, rules.code_digits(code)
    steps = queries.story(event, actor=holding)
    taken = photos.photos(event)
    body = organisations.body(event.body_id) if event.body_id else None
    refused = stopped.stopped(event, steps, body, at=at) or _refused(event, steps, at=at)
    context = {
        "code": rules.in_fours(digits),
        "title": event.title,
        "place": shown.spot(event),
        "at": event.reported_at,
        "text": event.text,
        "answer": _answer(seen, body, at=at),
        "refused": refused,
        "before": _picture(taken, "report", event, -1),
        "after": _picture(taken, "handle", event, -1) if event.outcome else None,
        "story": [_told(line, n, seen) for n, line in enumerate(seen.story)],
        "place_point": None if event.lon is None else {"lon": event.lon, "lat": event.lat},
        "question": _question(request, digits, event, no) if event.question else None,
        "appeal": stopped.appeal(request, digits, no) if seen.may_appeal else None,
        "rating": _rating(request, digits, seen, no) if _may_say(seen) else None,
        "promise": _promise(digits, seen, at=at),
        "rated": _rated(event, steps),
        "seen": _looks(event, steps, holding, at=at),
        "now": timezone.localtime(at),
    }
    response = answer(request, "events/follow.html", context, no)
    response["Cache-Control"] = "private, no-store"
    return response


def _answer(seen: words.Followed, body: Any, *, at: datetime) -> dict[str, Any]:
    event = seen.event
    kind = "span" if event.due_at is not None else "stage"
    is_open = event.state in queries.OPEN and not words.stands(event)
    due = clock.due(event, at=at, clock=kind, is_long=True) if is_open else None
    explained = queries.explained(event, clock=kind, at=at) if due else None
    is_closed = event.state == "closed"
    return {
        "word": seen.state_words,
        "code": event.state,
        "headline": seen.state_words if is_closed else "",
        "main": seen.main_words,
        "main_due": seen.due_at if seen.main_words else None,
        "who": seen.handler
        if seen.handler and not body
        else body.label
        if body
        else receiver(event.region_path),
        "who_note": _("电话 {phone}").format(phone=body.phone) if body and body.phone else "",
        "due": due,
        "days": clock.days(explained, at=at) if kind == "span" else [],
        "days_why": seen.due_words if due else "",
        "reply": event.reply,
        "promise": event.promise if event.state == State.SUSPENDED else "",
        "until": _until(event),
        "outcome": event.outcome,
    }


def _until(event: Any) -> datetime | None:
    """Return the day on which it is looked at again: as was promised, or as they promised us."""
    if event.state == State.OUTSIDE:
        return event.stage_due_at  # type: ignore[no-any-return]
    return event.stands_until if event.promise and not event.question else None


def _picture(
    taken: Mapping[str, Sequence[Any]], purpose: str, event: Any, which: int
) -> dict[str, Any] | None:
    files = taken.get(purpose)
    if not files:
        return None
    shot = shown.photo(files[which], row_key=event.pk)
    return shot | {"caption": _("办之前") if purpose == "report" else _("办之后")}


def _told(line: words.Told, number: int, seen: words.Followed) -> dict[str, Any]:
    is_first = number == 0
    kind = "report" if line.verb == "start" else "done"
    if is_first and seen.event.state in queries.OPEN:
        kind = "now"
    return {"at": line.at, "title": line.words, "kind": kind, "text": line.text, "photos": []}


def _may_say(seen: words.Followed) -> bool:
    """Answer whether the two questions are open: not answered yet, or to be corrected."""
    return seen.may_rate or seen.may_correct


def _promise(digits: str, seen: words.Followed, *, at: datetime) -> dict[str, Any] | None:
    """Return until when a closed matter may be done again; after that, the way to report anew."""
    event = seen.event
    if event.state not in {State.CLOSED, State.RATED, State.SETTLED}:
        return None
    until = closing.reopen_until(event)
    left = max(queries.most_reopens(event) - event.reopened, 0)
    return {
        "until": until,
        "left": left,
        "may_reopen": seen.may_reopen,
        "is_over": until is not None and at > until,
        "again_url": f"{reverse('report')}?again={digits}",
    }


def _rating(
    request: HttpRequest, digits: str, seen: words.Followed, no: Refusal | None
) -> dict[str, Any]:
    given = request.POST
    errors = {}
    if no is not None:
        name = no.field if no.field in {"solved", "treated"} else "form"
        errors[name] = sentence(no)
    return {
        "url": reverse("rate", args=[digits]),
        "values": {name: given.get(name, "") for name in ("solved", "treated", "words")},
        "errors": errors,
        "is_correction": seen.may_correct,
    }


def _question(request: HttpRequest, digits: str, event: Any, no: Refusal | None) -> dict[str, Any]:
    return {
        "url": reverse("supply", args=[digits]),
        "words": event.question,
        "until": event.stands_until,
        "value": request.POST.get("answer", ""),
        "error": sentence(no) if no is not None else "",
    }


def _rated(event: Any, steps: Sequence[Any]) -> dict[str, Any] | None:
    last = next((step for step in steps if step.verb in {"rate", "reopen"}), None)
    if last is None or event.state == "closed":
        return None
    is_again = last.verb in {"reopen", "redo"}
    treated = {3: _("好"), 2: _("一般"), 1: _("不好")}
    return {
        "solved": _("解决了") if event.solved and not is_again else _("没解决"),
        "is_ok": bool(event.solved) and not is_again,
        "by_call": last.facts.get("source") == "call",
        "treated": treated.get(event.treated, ""),
        "at": last.at,
        "reopened": is_again,
    }


def _refused(event: Any, steps: Sequence[Any], *, at: datetime) -> dict[str, Any] | None:
    step = next((step for step in steps if step.verb == "refuse"), None)
    if step is None or event.state != State.REFUSED:
        return None
    reason = step.facts.get("reason", "")
    entry = codes.known("reason_refuse", reason, on=words.day(at))
    return {
        "why": words.reason_words("reason_refuse", reason, at=at),
        "who": _("{desk} {role}").format(
            desk=receiver(event.region_path), role=words.role_words(step.role, at=at)
        ),
        "at": step.at,
        "ground": codes.cited(entry.clause) if entry else "",
        "ways": [
            {
                "title": _("有新的情况，再反映一次"),
                "note": _("写明哪里不同，会重新看"),
                "url": reverse("report"),
            }
        ],
    }


def _looks(
    event: Any, steps: Sequence[Any], holding: Actor, *, at: datetime
) -> list[dict[str, Any]] | None:
    """Return who looked at the contact; nothing at all when none was given."""
    if queries.contact_of(event, actor=holding) is None:
        return None
    return [_look(step, at=at) for step in steps if step.verb == "look"]


def _look(step: Any, *, at: datetime) -> dict[str, Any]:
    reason = str(step.facts.get("reason", ""))
    return {
        "at": step.at,
        "who": words.role_words(step.role, at=at),
        "why": _(REASONS.get(reason, reason)),
    }


def row_of(holding: Actor) -> UUID:
    """Return the matter that the holder of a code may see.

    :raises Denied: the code opens none
    """
    if holding.row is None:
        raise Denied
    return holding.row


def receiver(path: str) -> str:
    """Return who looks first: the street where it is, or the city."""
    crumbs = regions.breadcrumb(path)
    street = [c for c in crumbs if c.path.count("/") == STREET_LEVEL] or list(crumbs[:1])
    name = regions.label(street[0].path) if street else ""
    return _("{place}受理席").format(place=name)
