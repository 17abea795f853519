"""Ask for the file of a list, see how far it is, take it; decide on those of others."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from quanyu.kernel.access.http import (
    actor_of,
    answer,
    answered,
    field,
    hidden_if_denied,
    option,
    read_or_write,
)
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts.http import seat_of
from quanyu.kernel.errors import Refusal, gettext_noop
from quanyu.kernel.tables import actions, queries, rules
from quanyu.kernel.tables.http import columns_asked
from quanyu.kernel.tables.pages import shown
from quanyu.kernel.tables.rules import Format

TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
    Format.PDF: "application/pdf",
    Format.GEOJSON: "application/geo+json",
    Format.GPKG: "application/geopackage+sqlite3",
}

NO_PDF = gettext_noop(
    "这台服务器没有 Pango，不能生成 PDF；请管理员安装 libpango-1.0-0 和 libpangoft2-1.0-0"
)


@require_safe
def files(request: HttpRequest) -> HttpResponse:
    """List one's own exports and imports, and the exports that wait for one's leave."""
    actor, at = actor_of(request), timezone.now()
    waiting = queries.to_approve(actor=actor)
    names = queries.names({paper.account_id for paper in waiting})
    imports = [shown.taken(paper) for paper in queries.imports(actor=actor)]
    exports = [shown.export(p, actor=actor, at=at) for p in queries.exports(actor=actor)]
    context = {
        "section": "files",
        "waiting": [shown.export(p, actor=actor, at=at, names=names) for p in waiting],
        "groups": [
            {
                "label": _("导出"),
                "papers": exports,
                "blank": _("还没有导出过文件"),
                "hint": _("在列表上点“导出”，做好的文件放在这里"),
            },
            {
                "label": _("导入"),
                "papers": imports,
                "blank": _("还没有导入过文件"),
                "hint": _("在可以导入的列表上点“导入”，试算结果和问题文件放在这里"),
            },
        ],
        "now": timezone.localtime(at),
    }
    return answer(request, "tables/files.html", context)


@read_or_write
@hidden_if_denied
def export_new(request: HttpRequest, table: str) -> HttpResponse:
    """Show what a file would hold, and ask for it."""
    actor, at = actor_of(request), timezone.now()
    held = queries.opened(table, actor=actor)
    asked = held.asked(request.GET.dict())

    def ask() -> HttpResponse:
        seat = seat_of(request)
        made = actions.export(
            table=table,
            asked=asked,
            columns=columns_asked(request),
            format=request.POST.get("format", ""),
            language=get_language() or settings.LANGUAGE_CODE,
            hat=seat.hat.key if seat.hat else "",
            reason=request.POST.get("reason", "")[:200],
            actor=actor,
            at=at,
        )
        return HttpResponseRedirect(reverse("desk_export", args=[made.pk]))

    return answered(request, ask, lambda no: _new(request, table, asked, actor, at=at, no=no))


def _new(
    request: HttpRequest,
    name: str,
    asked: dict[str, str],
    actor: Actor,
    *,
    at: datetime,
    no: Refusal | None,
) -> HttpResponse:
    table = queries.table(name)
    columns = table.chosen(columns_asked(request))
    count = table.narrowed(asked, actor=actor, at=at).order_by().count()
    most = settings.QUANYU_EXPORT_ROWS
    before = queries.taken_out(queries.person(actor), actor=actor, at=at)
    is_large = rules.needs_leave(columns, count, before=before, most=most)
    query = request.GET.urlencode()
    context = {
        "section": "files",
        "title": _(table.title),
        "told": shown.told(table, asked, actor=actor, at=at),
        "count": f"{count:,}",
        "labels": [_(column.label) for column in columns],
        "form": _form(request, name, query, is_large=is_large, most=most, no=no),
        "back_url": f"{reverse(table.page)}?{query}" if query else reverse(table.page),
        "now": timezone.localtime(at),
    }
    return answer(request, "tables/export_new.html", context, no)


def _form(
    request: HttpRequest, name: str, query: str, *, is_large: bool, most: int, no: Refusal | None
) -> dict[str, Any]:
    url = reverse("desk_export_new", args=[name])
    table = queries.table(name)
    offered = queries.formats(table)
    chosen = request.POST.get("format") or offered[0]
    notes = {
        Format.XLSX: _("Excel、WPS 直接打开，另有一页写明来历"),
        Format.CSV: _("UTF-8，给其他系统用"),
        Format.PDF: _("A4，可直接打印"),
        Format.GEOJSON: _("带图形，WGS-84 经纬度；给地图软件和其他系统"),
        Format.GPKG: _("带图形，QGIS 直接打开"),
    }
    options = [option(one, one.upper(), notes[Format(one)]) for one in offered]
    lacking = "" if len(offered) == len(table.formats) else _(NO_PDF)
    fields = [
        field("format", _("格式"), "radio", value=chosen, options=options, help=lacking, no=no)
    ]
    if is_large:
        text = _("一天内超过 {most} 行且含群众的原话：写明用途，由本辖区另一位负责人批准")
        fields.append(
            field(
                "reason",
                _("用途"),
                "textarea",
                value=request.POST.get("reason", ""),
                help=text.format(most=f"{most:,}"),
                maxlength=200,
                no=no,
            )
        )
    return {
        "url": f"{url}?{query}" if query else url,
        "fields": fields,
        "button": _("申请导出") if is_large else _("导出"),
    }


@require_safe
@hidden_if_denied
def export(request: HttpRequest, export_id: UUID) -> HttpResponse:
    """Show how far an export of one's own is."""
    actor, at = actor_of(request), timezone.now()
    paper = queries.export(export_id, actor=actor)
    names = queries.names({paper.approved_by} if paper.approved_by else set())
    context = {
        "section": "files",
        "paper": shown.export(paper, actor=actor, at=at, names=names),
        "now": timezone.localtime(at),
    }
    return answer(request, "tables/export.html", context)


@require_safe
@hidden_if_denied
def export_file(request: HttpRequest, export_id: UUID) -> HttpResponseBase:
    """Hand out the finished file; each time it is taken is written down."""
    paper = actions.fetch(export_id=export_id, actor=actor_of(request), at=timezone.now())
    name = shown.file_name(queries.table(paper.table), paper.at, paper.format)
    return handed(queries.made(paper).open("rb"), name, Format(paper.format))


def handed(source: Any, name: str, form: Format) -> FileResponse:
    """Return a file to be kept, never shown in the page's own place."""
    response = FileResponse(source, as_attachment=True, filename=name, content_type=TYPES[form])
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_POST
@hidden_if_denied
def export_cancel(request: HttpRequest, export_id: UUID) -> HttpResponse:
    """Call off an export of one's own."""
    actions.cancel(export_id=export_id, actor=actor_of(request), at=timezone.now())
    return HttpResponseRedirect(reverse("desk_export", args=[export_id]))


@require_POST
@hidden_if_denied
def export_approve(request: HttpRequest, export_id: UUID) -> HttpResponse:
    """Let another person have a large file."""
    actions.approve(export_id=export_id, actor=actor_of(request), at=timezone.now())
    messages.success(request, _("已批准，文件会自动生成"))
    return HttpResponseRedirect(reverse("desk_files"))


@require_POST
@hidden_if_denied
def export_refuse(request: HttpRequest, export_id: UUID) -> HttpResponse:
    """Refuse another person a large file."""
    actions.refuse(export_id=export_id, actor=actor_of(request), at=timezone.now())
    messages.success(request, _("已记下：不批准"))
    return HttpResponseRedirect(reverse("desk_files"))
