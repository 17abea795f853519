"""The operator's pages: how everything stands, the jobs, and what is decided on a failed one."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from quanyu.kernel.access.http import (
    actor_of,
    answer,
    answered,
    asked,
    field,
    hidden_if_denied,
    meant,
)
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied, Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as noop
from quanyu.kernel.jobs import queries as queue
from quanyu.kernel.jobs import rules as jobs_rules
from quanyu.kernel.jobs.rules import Family, Standing
from quanyu.kernel.operations import actions, queries, words
from quanyu.kernel.operations.cards import cards


def alarms(*, actor: Actor) -> tuple[str, ...]:
    """Return what the operator must act on, for the banner; looked at once a minute."""
    try:
        actions.check_operator(actor)
    except Denied:
        return ()
    return tuple(str(words.LABELS[key]) for key in queries.alarms.get())


@require_GET
@hidden_if_denied
def overview(request: HttpRequest) -> HttpResponse:
    """Show how everything stands, the most urgent first."""
    at = timezone.now()
    seen = queries.overview(actor=actor_of(request), at=at)
    context = {
        "section": "operations",
        "now": timezone.localtime(at),
        "cards": cards(seen),
        "tasks": _tasks(seen.counts),
        "sessions": [_session(one) for one in seen.sessions],
        "statements": [_statement(one) for one in queries.slowest(at)],
        "tables": [
            {"name": one.name, "size": words.size(one.size), "rows": f"{one.rows:,}"}
            for one in queries.largest()
        ],
        "jobs_url": reverse("desk_jobs"),
    }
    return answer(request, "operations/overview.html", context)


@require_GET
@hidden_if_denied
def jobs(request: HttpRequest) -> HttpResponse:
    """List the jobs that stand one way."""
    return _jobs_page(request)


@require_POST
@hidden_if_denied
def retry_all(request: HttpRequest) -> HttpResponse:
    """Put every dead job of one task back into the queue."""

    def act() -> HttpResponse:
        done = actions.retry_all(
            task=request.POST.get("task", ""),
            reason=request.POST.get("reason", ""),
            actor=actor_of(request),
            at=timezone.now(),
        )
        words_done = ngettext("{n} 项任务已重新排队", "{n} 项任务已重新排队", done.again)
        messages.success(request, words_done.format(n=done.again))
        return redirect("desk_jobs")

    return answered(request, act, lambda no: _jobs_page(request, no=no))


@require_GET
@hidden_if_denied
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    """Show one job: how it stands, why it failed, and what may be decided."""
    return _job_page(request, job_id)


@require_POST
@hidden_if_denied
def retry(request: HttpRequest, job_id: int) -> HttpResponse:
    """Put a failed job back into the queue."""
    return _decided(request, job_id, actions.retry, _("任务已重新排队"))


@require_POST
@hidden_if_denied
def give_up(request: HttpRequest, job_id: int) -> HttpResponse:
    """Leave a dead job undone for good."""
    return _decided(request, job_id, actions.give_up, _("任务已放弃，记录保留"))


def _decided(
    request: HttpRequest, job_id: int, decide: Callable[..., bool], done: str
) -> HttpResponse:
    def act() -> HttpResponse:
        reason, at = request.POST.get("reason", ""), timezone.now()
        changed = decide(job_id=job_id, reason=reason, actor=actor_of(request), at=at)
        messages.success(request, done if changed else _("此前已经处理，没有再改动"))
        return redirect("desk_job", job_id)

    return answered(request, act, lambda no: _job_page(request, job_id, no=no))


# ------------------------------------------------------------------ the list


def _jobs_page(request: HttpRequest, no: Refusal | None = None) -> HttpResponse:
    actor, at = actor_of(request), timezone.now()
    actions.check_operator(actor)
    given = request.GET if request.method == "GET" else request.POST
    standing = _standing(given.get("state", ""))
    task = given.get("task", "")[:128]
    counts = queue.counts()
    found = queue.page(standing=standing, task=task, after=_after(request.GET.get("after", "")))
    context = {
        "section": "operations",
        "now": timezone.localtime(at),
        "tabs": _tabs(counts, standing),
        "filters": _filters(counts, standing, task),
        "rows": [_row(one) for one in found.rows],
        "state": standing.value,
        "is_dead": standing is Standing.DEAD,
        "pages": {"next_url": _next(request, found.next)},
        "form": _all_form(standing, task, no),
    }
    return answer(request, "operations/jobs.html", context, no)


def _standing(text: str) -> Standing:
    otherwise = Invalid(noop("没有这种任务状态"), field="state", value=text, allowed=list(Standing))
    return meant(Standing, text or Standing.DEAD.value, otherwise=otherwise)


def _after(text: str) -> int | None:
    otherwise = Invalid(noop("页码不对"), field="after", value=text)
    return meant(int, text, otherwise=otherwise) if text else None


def _tabs(counts: Iterable[queue.Count], current: Standing) -> list[dict[str, Any]]:
    numbers = dict.fromkeys(Standing, 0)
    for count in counts:
        numbers[count.standing] += count.jobs
    return [
        {
            "label": words.STANDINGS[one][0],
            "count": None if one in {Standing.DONE, Standing.GIVEN_UP} else numbers[one],
            "url": f"{reverse('desk_jobs')}?{urlencode({'state': one.value})}",
            "current": one is current,
        }
        for one in words.STANDINGS
    ]


def _filters(
    counts: Iterable[queue.Count], standing: Standing, task: str
) -> list[dict[str, object]]:
    names = sorted({count.task for count in counts} | ({task} if task else set()))
    options = [{"value": name, "label": words.task_name(name)} for name in names]
    return [
        field("state", "", "hidden", value=standing.value),
        field("task", _("任务"), "select", value=task, options=options, required=False, on=task),
    ]


def _next(request: HttpRequest, after: int | None) -> str:
    if after is None:
        return ""
    kept = {**asked(request, "state", "task"), "after": after}
    return f"{reverse('desk_jobs')}?{urlencode(kept)}"


def _all_form(standing: Standing, task: str, no: Refusal | None) -> dict[str, Any] | None:
    if standing is not Standing.DEAD or not task:
        return None
    hidden = [
        field("task", "", "hidden", value=task),
        field("state", "", "hidden", value=standing.value),
    ]
    return {
        "url": reverse("desk_jobs_retry"),
        "button": _("全部重试"),
        "fields": [*hidden, _reason(no)],
    }


def _reason(no: Refusal | None) -> dict[str, object]:
    most = jobs_rules.MOST_WORDS
    help_text = _("写原因和处理情况，不写姓名、电话等个人信息")
    return field("reason", _("理由"), no=no, max=most, help=help_text)


def _row(one: queue.Job) -> dict[str, Any]:
    return {
        "id": one.id,
        "url": reverse("desk_job", args=[one.id]),
        "task": words.task_name(one.task),
        "whole": one.task,
        "state": words.chip(words.STANDINGS[one.standing]),
        "tries": one.tries,
        "moved": one.moved,
        "next_at": one.next_at,
        "why": _why(one),
    }


def _why(one: queue.Job) -> dict[str, str] | None:
    kept = one.failure
    if kept is None or not kept.kind:
        return None
    what, then = words.FAMILIES[Family(kept.family)]
    return {"what": str(what), "then": str(then), "kind": kept.kind, "place": kept.place}


# ------------------------------------------------------------------ one job


def _job_page(request: HttpRequest, job_id: int, no: Refusal | None = None) -> HttpResponse:
    actions.check_operator(actor_of(request))
    found = queue.job(job_id)
    if found is None:
        raise Denied
    context = {
        "section": "operations",
        "now": timezone.localtime(),
        "job": _row(found)
        | {
            "began": found.began,
            "lock": found.lock,
            "args": jobs_rules.shown(found.args),
            "topics": jobs_rules.topics(found.task),
            "cron": jobs_rules.cron(found.task),
            "failure": found.failure,
        },
        "back_url": f"{reverse('desk_jobs')}?{urlencode({'state': found.standing.value})}",
        "forms": _forms(found, no),
    }
    return answer(request, "operations/job.html", context, no)


def _forms(found: queue.Job, no: Refusal | None) -> list[dict[str, Any]]:
    """Return what may be decided on a job that stands so."""
    offered = (
        ("retry", _("重试"), "desk_job_retry", actions.RETRIED),
        ("give_up", _("放弃"), "desk_job_give_up", actions.DROPPED),
    )
    return [
        {
            "key": key,
            "title": label,
            "button": label,
            "url": reverse(name, args=[found.id]),
            "fields": [_reason(no)],
        }
        for key, label, name, standings in offered
        if found.standing in standings
    ]


# ------------------------------------------------------------------ the overview's lists


def _tasks(counts: Iterable[queue.Count]) -> list[dict[str, Any]]:
    """Return a row for each task that has unfinished jobs, those with dead ones first."""
    rows: dict[str, dict[Standing, int]] = {}
    for count in counts:
        if count.standing is not Standing.PASSED:
            rows.setdefault(count.task, {})[count.standing] = count.jobs
    worst = sorted(rows, key=lambda task: (-rows[task].get(Standing.DEAD, 0), task))
    return [
        {
            "task": words.task_name(task),
            "whole": task,
            "chips": [
                words.chip(words.STANDINGS[one])
                | {
                    "count": rows[task][one],
                    "url": f"{reverse('desk_jobs')}?"
                    + urlencode({"state": one.value, "task": task}),
                }
                for one in jobs_rules.UNFINISHED
                if one in rows[task]
            ],
        }
        for task in worst
    ]


def _session(one: queries.Session) -> dict[str, Any]:
    return {
        "pid": one.pid,
        "program": one.program,
        "state": one.state,
        "since": words.span(one.seconds),
        "waits_for": one.waits_for,
        "blocked_by": one.blocked_by,
        "statement": one.statement,
    }


def _statement(one: Any) -> dict[str, Any]:
    return {
        "text": one.text,
        "count": f"{one.count:,}",
        "mean": f"{one.milliseconds / one.count:,.0f}",
        "worst": f"{one.worst:,.0f}",
        "last_at": one.last_at,
    }
