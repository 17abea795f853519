"""The log for those who audit: who did what to what, how far it is sealed, and is it whole."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from quanyu.kernel.access.http import (
    actor_of,
    answer,
    field,
    hidden_if_denied,
    option,
    read_or_write,
)
from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.audit import actions, queries, words
from quanyu.kernel.audit.tables import RECORDS

SHORT = 12


@read_or_write
@hidden_if_denied
def records(request: HttpRequest) -> HttpResponse:
    """List the log within reach; a POST has all of it verified against its seals."""
    actor, at = actor_of(request), timezone.now()
    if request.method == "POST":
        actions.ask_verification(actor=actor, at=at)
        return HttpResponseRedirect(reverse("desk_audit"))
    given = RECORDS.asked({name: str(text).strip() for name, text in request.GET.items()})
    found = queries.page(actor=actor, sought=_sought(given), after=request.GET.get("after", ""))
    sealed = queries.state()
    context = {
        "section": "audit",
        "filters": _filters(given, actor),
        "clear_url": reverse("desk_audit") if given else "",
        "rows": _rows(found.rows, found.loose),
        "pages": {"next_url": _next(found, given)},
        "seal": _seal(sealed),
        "verify": _verification(queries.last_verification()),
        "verify_url": reverse("desk_audit"),
        "export_url": f"{reverse('desk_export_new', args=[RECORDS.name])}?{urlencode(given)}",
        "now": timezone.localtime(at),
    }
    return answer(request, "audit/records.html", context)


def _sought(given: Mapping[str, str]) -> queries.Sought:
    return queries.Sought(
        topic=given.get("topic", ""),
        subject=given.get("subject", ""),
        who=given.get("who", ""),
        place=given.get("place", ""),
        since=_day(given.get("since", "")),
        until=_day(given.get("until", "")),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _filters(given: Mapping[str, str], actor: Actor) -> list[dict[str, Any]]:
    texts = [
        _filter("who", _("谁"), given, placeholder=_("姓名或用户名")),
        _filter("subject", _("对象"), given, placeholder="events.event:…"),
    ]
    days = [("since", _("自")), ("until", _("至"))]
    return [
        *texts,
        _choice("topic", _("动作"), given, words.topics().items()),
        _choice("place", _("辖区"), given, _places(queries.check_reader(actor))),
        *(_filter(name, label, given, kind="date") for name, label in days),
    ]


def _filter(
    name: str, label: str, given: Mapping[str, str], *, kind: str = "search", placeholder: str = ""
) -> dict[str, Any]:
    value = given.get(name, "")
    on = bool(value)
    return field(name, label, kind, value=value, required=False, placeholder=placeholder, on=on)


def _choice(
    name: str, label: str, given: Mapping[str, str], options: Iterable[tuple[str, str]]
) -> dict[str, Any]:
    value = given.get(name, "")
    kept = [option(key, words) for key, words in options]
    return field(name, label, "select", value=value, required=False, options=kept, on=bool(value))


def _places(read: Sequence[str]) -> list[tuple[str, str]]:
    """Return the places just below those that one reads, and those themselves."""
    names = _whole(queries.places_below.ask(read))
    return sorted(names.items())


def _next(found: queries.Page, given: Mapping[str, str]) -> str:
    if not found.next:
        return ""
    return f"{reverse('desk_audit')}?{urlencode({**given, 'after': found.next})}"


@RECORDS.narrowed_by
def narrowed(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> QuerySet[Any]:
    """Return the records of which the page shows a piece."""
    return queries.records(actor=actor, sought=_sought(asked))


@RECORDS.read_by
def read(rows: Sequence[Any], *, at: datetime) -> list[dict[str, Any]]:
    """Return what the file says of some records: whole keys, so that each can be found again."""
    shown = _rows(rows, queries.loose(rows))
    whole = [{"subject": row.subject, "id": str(row.id), "digest": row.digest} for row in rows]
    return [
        {**one, **kept, "fingerprint": row.fingerprint, "changed": " ".join(row.changed)}
        for one, kept, row in zip(shown, whole, rows, strict=True)
    ]


def _rows(rows: Sequence[Any], loose: Collection[UUID]) -> list[dict[str, Any]]:
    people = queries.people([row.actor_id for row in rows if row.actor_id])
    places = _whole(queries.place_names.ask(sorted({row.region_path for row in rows})))
    topics = words.topics()
    return [
        {
            "number": str(row.id)[-SHORT:],
            "at": row.at,
            "who": _who(row, people),
            "did": words.said(row.topic, topics),
            "topic": row.topic,
            "subject": _subject(row.subject),
            "place": places.get(row.region_path, row.region_path),
            "changed": row.changed,
            "facts": [],
            "sealed": row.id not in loose,
        }
        for row in rows
    ]


def _whole(answers: list[Mapping[Any, str]]) -> dict[Any, str]:
    whole: dict[Any, str] = {}
    for one in answers:
        whole |= one
    return whole


def _who(row: Any, people: Mapping[UUID, str]) -> str:
    if row.actor_kind == ActorKind.SYSTEM:
        return f"{_('系统')} {row.job}".strip()
    kinds = {ActorKind.REPORTER: _("上报人"), ActorKind.HOLDER: _("查询码持有人")}
    named = people.get(row.actor_id, str(row.actor_id or "")[-SHORT:])
    return kinds.get(row.actor_kind, named)


def _subject(subject: str) -> str:
    kind, colon, key = subject.partition(":")
    return f"{kind}{colon}…{key[-SHORT:]}" if len(key) > SHORT else subject


def _seal(sealed: queries.State) -> dict[str, Any]:
    many = sealed.records > queries.COUNT_TO
    known = min(sealed.records, queries.COUNT_TO) - (0 if many else sealed.unsealed)
    return {
        "last_at": sealed.last_at,
        "sealed": f"{known:,}{'+' if many else ''}",
        "unsealed": sealed.unsealed,
        "head": f"#{sealed.number} {sealed.head[:16]}",
    }


def _verification(last: Any) -> dict[str, Any] | None:
    """Return what the last look over the whole log found, or that it is under way."""
    if last is None:
        return None
    if last.done_at is None:
        return {"running": True, "at": last.asked_at}
    names = {
        "changed": _("这条记录的内容被改过"),
        "removed": _("这条记录被删除了"),
        "inserted": _("这条记录是事后插入的"),
        "chain": _("封存链在这里断了"),
    }
    whole = _("全部 {count} 条记录与 {seals} 次封存一致；{loose} 条尚未封存")
    broken = _("核验了 {count} 条记录、{seals} 次封存，有 {faults} 处不符")
    sentence = (broken if last.fault_count else whole).format(
        count=f"{last.records:,}",
        seals=f"{last.seals:,}",
        loose=last.unsealed,
        faults=last.fault_count,
    )
    return {
        "ok": not last.fault_count,
        "at": last.done_at,
        "sentence": sentence,
        "broken": [
            {"number": one["what"], "why": names.get(one["kind"], one["kind"])}
            for one in last.faults
        ],
    }
