"""How the grids of a place are coded and sized, from which day on, and another way (网格规范)."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from quanyu.kernel.access.http import (
    actor_of,
    answer,
    answered,
    field,
    hidden_if_denied,
    meant,
    option,
    read_or_write,
    sentence,
)
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied, Refusal, gettext_noop
from quanyu.regions import actions, queries
from quanyu.regions.actions.profiles import PROFILE_KEEPERS
from quanyu.regions.queries import profiles as found
from quanyu.regions.rules import KIND_WORDS, Kind
from quanyu.regions.rules.grids import GRID_KINDS, Profile, Sizes, WrongProfile, code_of

DIGITS = {
    Kind.BASE_GRID: "base_digits",
    Kind.DEDICATED_GRID: "dedicated_digits",
    Kind.MICRO_GRID: "micro_digits",
}
SIZES = {
    "households_low": gettext_noop("户数下限"),
    "households_high": gettext_noop("户数上限"),
    "residents_low": gettext_noop("人口下限"),
    "residents_high": gettext_noop("人口上限"),
}
LARGEST = 1_000_000
SAMPLE = "340104001001"
"""The community of the example codes: a sample, as the demo has it."""


@read_or_write
@hidden_if_denied
def profile(request: HttpRequest) -> HttpResponse:
    """Show which profiles bear on a place; who sets them may set another from a day on."""
    actor, at = actor_of(request), timezone.now()
    place = _place(request.GET.get("place", ""), actor)
    url = f"{reverse('desk_grid_profile')}?{urlencode({'place': place})}"

    def kept() -> HttpResponse:
        given = request.POST.dict()
        actions.set_profile(
            place=place,
            profile=_given(given),
            source=given.get("source", ""),
            start=_day(given.get("start", "")),
            actor=actor,
            at=at,
        )
        messages.success(request, _("已制定，从写明的日子起用；以前给的代码不变"))
        return HttpResponseRedirect(url)

    def page(no: Refusal | None) -> HttpResponse:
        today = timezone.localdate(at)
        keeps = bool(PROFILE_KEEPERS & actor.roles_at(place))
        context = {
            "section": "grid_list",
            "place": place,
            "place_name": queries.place_names([place])[place],
            "places": _places(actor, place),
            "rows": [_row(one, today) for one in found.history(place)],
            "form": _form(request, url, place, no, at=at) if keeps else None,
        }
        return answer(request, "regions/grid_profile.html", context, no)

    return answered(request, kept, page)


def _place(given: str, actor: Actor) -> str:
    path = given or (actor.places[0] if actor.places else "")
    if not queries.is_known(path) or not actor.roles_at(path):
        raise Denied
    return path


def _places(actor: Actor, place: str) -> list[dict[str, str]]:
    below = [one.path for path in actor.places for one in queries.below(path)]
    paths = dict.fromkeys([*actor.places, *below, place])
    return [option(path, queries.place_names([path])[path]) for path in paths]


def _row(one: found.ProfileEntry, today: date) -> dict[str, Any]:
    is_over = one.valid_to is not None and one.valid_to <= today
    return {
        "place": queries.place_names([one.place_path])[one.place_path],
        "codes": [
            {"kind": _(KIND_WORDS[kind]), "code": code_of(one.profile, SAMPLE, kind, 1)}
            for kind in GRID_KINDS
        ],
        "profile": one.profile,
        "source": one.source,
        "is_sample": one.is_sample,
        "since": one.valid_from,
        "until": one.valid_to,
        "is_over": is_over,
        "is_to_come": one.valid_from > today,
    }


# ------------------------------------------------------------------ the form


def _form(
    request: HttpRequest, url: str, place: str, no: Refusal | None, *, at: datetime
) -> dict[str, Any]:
    today = timezone.localdate(at)
    held = _held(found.profile(place, on=today)) | {"start": today.isoformat(), "source": ""}
    given = request.POST if request.method == "POST" else held

    def one(name: str, label: str, kind: str = "text", **more: Any) -> dict[str, object]:
        return field(name, label, kind, no=no, value=given.get(name, ""), **more)

    digits = [
        one(
            name,
            _("{kind}类型码").format(kind=_(KIND_WORDS[kind])),
            required=False,
            maxlength=2,
        )
        for kind, name in DIGITS.items()
    ]
    if no is not None and no.field == "digits":
        digits[0]["error"] = sentence(no)
    widths = [option("3", _("3 位")), option("2", _("2 位"))]
    fields = [
        *digits,
        one("width", _("顺序号位数"), "select", options=widths),
        one(
            "tolerance_m2",
            _("容差（平方米）"),
            "number",
            help=_("重叠或空隙在此以内的，算坐标取整"),
        ),
        *(one(name, _(label), "number") for name, label in SIZES.items()),
        one("source", _("依据"), required=False, maxlength=200, help=_("哪一份标准或文件")),
        one("start", _("从哪天起"), "date"),
    ]
    return {"url": url, "fields": fields, "button": _("制定")}


def _held(profile: Profile) -> dict[str, str]:
    """Return a profile as the form has it."""
    return {
        **{name: profile.digits[kind] for kind, name in DIGITS.items()},
        "width": str(profile.width),
        "tolerance_m2": str(profile.tolerance_m2),
        **{name: str(getattr(profile.sizes, name)) for name in SIZES},
    }


def _given(given: dict[str, str]) -> Profile:
    """Return the profile that a form means.

    :raises WrongProfile: at the first number that is none
    """
    return Profile(
        digits={kind: given.get(name, "").strip() for kind, name in DIGITS.items()},
        width=_number(given, "width"),
        tolerance_m2=_number(given, "tolerance_m2"),
        sizes=Sizes(*(_number(given, name) for name in SIZES)),
    )


def _number(given: dict[str, str], name: str) -> int:
    text = given.get(name, "")
    no = WrongProfile(_("须为 0 至 {most} 的整数"), field=name, value=text, most=f"{LARGEST:,}")
    number = meant(int, text, otherwise=no)
    if not 0 <= number <= LARGEST:
        raise no
    return number


def _day(text: str) -> date | None:
    no = WrongProfile(_("日期有误"), field="start", value=text)
    return meant(date.fromisoformat, text, otherwise=no) if text else None
