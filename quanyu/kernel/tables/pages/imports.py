"""Bring a file in: template, upload, dry run, faults, confirm."""

from importlib import import_module
from io import BytesIO
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from quanyu.kernel.access.http import (
    actor_of,
    answer,
    answered,
    field,
    hidden_if_denied,
    read_or_write,
)
from quanyu.kernel.accounts.http import seat_of
from quanyu.kernel.columns import Table
from quanyu.kernel.errors import Denied, Refusal, gettext_noop
from quanyu.kernel.tables import actions, queries
from quanyu.kernel.tables.pages import shown
from quanyu.kernel.tables.pages.exports import handed
from quanyu.kernel.tables.rules import MOST_ROWS, OF_MAPS, OF_ROWS, Format, NotNow, WrongFile


@read_or_write
@hidden_if_denied
def import_new(request: HttpRequest, table: str) -> HttpResponse:
    """Show how a file must be, and take one."""
    actor, at = actor_of(request), timezone.now()
    held = queries.kept(table, actor=actor)

    def bring() -> HttpResponse:
        upload = request.FILES.get("file")
        if upload is None:
            raise WrongFile(gettext_noop("请选择文件"), field="file")
        seat = seat_of(request)
        taken = actions.bring(
            table=table,
            upload=upload,
            language=get_language() or settings.LANGUAGE_CODE,
            hat=seat.hat.key if seat.hat else "",
            actor=actor,
            at=at,
        )
        return HttpResponseRedirect(reverse("desk_import", args=[taken.pk]))

    return answered(request, bring, lambda no: _new(request, held, no))


def _new(request: HttpRequest, table: Table, no: Refusal | None) -> HttpResponse:
    maps = [form for form in table.formats if form in OF_MAPS]
    note = (
        _("XLSX、CSV、GeoJSON 或 GeoPackage，最多 {size} MB、{rows} 行；图形用 WGS-84 经纬度")
        if maps
        else _("XLSX 或 CSV，最多 {size} MB、{rows} 行；CSV 用 UTF-8 或 GB18030")
    )
    accepted = ",".join(f".{form}" for form in (*OF_ROWS, *maps))
    told = note.format(size=settings.QUANYU_FILE_BYTES // 2**20, rows=f"{MOST_ROWS:,}")
    context = {
        "section": "files",
        "title": _(table.title),
        "columns": [
            {
                "label": _(column.label),
                "key": column.key,
                "is_required": column.is_required or column.is_key,
                "is_key": column.is_key,
                "help": _(column.help) if column.help else "",
                "choices": pgettext("between items", "、").join(map(_, column.choices.values())),
                "example": column.example,
            }
            for column in table.taken_columns
        ],
        "templates": [
            {"url": reverse("desk_template", args=[table.name, form.value]), "form": form.name}
            for form in OF_ROWS
        ],
        "url": reverse("desk_import_new", args=[table.name]),
        "upload": field(
            "file",
            _("文件"),
            "file",
            accept=accepted,
            help=told,
            no=no,
        ),
        "list_url": reverse(table.page),
        "now": timezone.localtime(),
    }
    return answer(request, "tables/import_new.html", context, no)


@require_safe
@hidden_if_denied
def template(request: HttpRequest, table: str, form: str) -> HttpResponseBase:
    """Return an empty file with head, codes, lists of what is allowed, and an explanation."""
    held = queries.kept(table, actor=actor_of(request))
    if form not in OF_ROWS:
        raise Denied
    # What writes spreadsheets takes 15 MB: only a process that is asked for a template loads it.
    blank = import_module("quanyu.kernel.tables.blank")
    whole: bytes = blank.template(held, Format(form))
    name = f"{_(held.title)}-{_('模板')}.{form}"
    return handed(BytesIO(whole), name, Format(form))


@require_safe
@hidden_if_denied
def import_(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Show what a file of one's own would do, has done, or what is wrong with it."""
    paper = queries.taken(import_id, actor=actor_of(request))
    context = {
        "section": "files",
        "paper": shown.taken(paper),
        "now": timezone.localtime(),
    }
    return answer(request, "tables/import.html", context)


@require_safe
@hidden_if_denied
def import_faults(request: HttpRequest, import_id: UUID) -> HttpResponseBase:
    """Hand out the file with its faults marked."""
    paper = queries.taken(import_id, actor=actor_of(request))
    path = queries.faulty(paper)
    if not path.exists():
        raise NotNow(gettext_noop("文件不在了：没有做完，或保留期已过"))
    title = _(queries.table(paper.table).title)
    form = queries.marked_as(paper)
    return handed(path.open("rb"), f"{title}-{_('问题')}.{form}", form)


@require_POST
@hidden_if_denied
def import_confirm(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Let what was told be written."""
    actions.confirm(import_id=import_id, actor=actor_of(request), at=timezone.now())
    return HttpResponseRedirect(reverse("desk_import", args=[import_id]))


@require_POST
@hidden_if_denied
def import_give_up(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Give a file up."""
    actions.give_up(import_id=import_id, actor=actor_of(request), at=timezone.now())
    return HttpResponseRedirect(reverse("desk_import", args=[import_id]))
