"""A chart of one body and all below it, as PDF (打印组织图)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from quanyu.kernel.access.http import hidden_if_denied, sentence
from quanyu.kernel.tables.paper import NoPaper, pdf
from quanyu.organisations.pages.net import body_address, day_of
from quanyu.organisations.queries import net as found
from quanyu.organisations.queries.charting import chart as charted
from quanyu.organisations.rules.chart import (
    HIGH,
    ONE,
    WIDE,
    Box,
    across,
    layout,
    lines,
    sheets,
    size,
)
from quanyu.regions import queries as regions

MARGIN, HEAD = 10.0, 20.0
READABLE = 0.6
"""How small the boxes may be drawn."""

PAPERS = {"A4": (297.0, 210.0), "A3": (420.0, 297.0)}


@require_GET
@hidden_if_denied
def chart(request: HttpRequest, body_id: UUID) -> HttpResponse:
    """Return the chart of a body on a day, on A4 or, where that is too small, A3.

    What one sheet cannot hold goes on to more, all of one size.
    """
    on = day_of(request)
    root = found.node(body_id, on=on)
    if root is None:
        raise Http404
    drawn = charted(root, on=on)
    drawings = [layout(one) for one in sheets(drawn)]
    wide = max(width for _boxes, width, _down in drawings)
    high = max(down for _boxes, _across, down in drawings)
    context = {
        "language": get_language() or "zh-hans",
        "title": root.name,
        "where": regions.label(root.region_path),
        "on": on,
        "printed": timezone.localdate(),
        "count": size(drawn),
        "sheets": [[_shown(box) for box in boxes] for boxes, _across, _down in drawings],
        "wide": f"{WIDE:.1f}",
        "high": f"{HIGH:.1f}",
        **_sheet(wide, high),
    }
    try:
        made = pdf(render_to_string("organisations/chart.html", context))
    except NoPaper as no:
        messages.error(request, sentence(no))
        return HttpResponseRedirect(body_address(body_id, on))
    name = f"{root.code}-{on.isoformat()}"
    headers = {"Content-Disposition": f'inline; filename="chart-{name}.pdf"'}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


def _sheet(wide: float, high: float) -> dict[str, Any]:
    """Return the smallest sheet, turned either way, on which the words can still be read."""
    turned = [
        (name, turn, w, h)
        for name, (long, short) in PAPERS.items()
        for turn, w, h in (("landscape", long, short), ("portrait", short, long))
    ]
    fitted = [(name, turn, w, h, _scale(wide, high, w, h)) for name, turn, w, h in turned]
    readable = [one for one in fitted if one[4] >= READABLE]
    name, turn, w, h, _scale_of = readable[0] if readable else max(fitted, key=lambda one: one[4])
    return {
        "paper": name,
        "turn": turn,
        "margin": MARGIN,
        "head": HEAD,
        "box": f"-1 -1 {wide + 2:.1f} {high + 2:.1f}",
        "frame_wide": f"{w - 2 * MARGIN:.1f}",
        "frame_high": f"{h - 2 * MARGIN - HEAD:.1f}",
    }


def _scale(wide: float, high: float, w: float, h: float) -> float:
    return min((w - 2 * MARGIN) / wide, (h - 2 * MARGIN - HEAD) / high)


def _shown(box: Box) -> dict[str, Any]:
    middle = box.y + HIGH / 2
    bend = box.x - 7
    line = (
        f"M{box.x - 14:.1f} {box.from_y:.1f}H{bend:.1f}V{middle:.1f}H{box.x:.1f}"
        if (box.from_y is not None)
        else ""
    )
    name = lines(box.name)
    is_one, is_short = len(name) == 1, across(box.name) <= ONE
    return {
        "x": f"{box.x:.1f}",
        "y": f"{box.y:.1f}",
        "text_x": f"{box.x + 2:.1f}",
        "lines": [
            {"text": text, "y": f"{box.y + (4 if is_one else 3.1 + 2.8 * number):.1f}"}
            for number, text in enumerate(name)
        ],
        "letters": 3.1 if is_short else 2.5,
        "kind_y": f"{box.y + (7.4 if is_one else 8.2):.1f}",
        "kind": box.kind,
        "is_commanded": box.is_commanded,
        "more": box.more,
        "line": line,
    }
