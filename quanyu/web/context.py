"""What every page shows of its frame: theme, language, where one is and as whom."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import get_language, gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from quanyu.events.rules import READS_FIGURES, fair
from quanyu.events.rules.hot import READ_BY
from quanyu.events.rules.leaving import LETTERS, READS_FORCED
from quanyu.gateway.rules import OPENS_SOURCES, READS
from quanyu.kernel.access.rules import CIRCLES, SIGHTED_ROLES, Actor, Role
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.accounts.http import Seat, seat_of
from quanyu.kernel.accounts.rules import LEADERS, ROLE_NAMES
from quanyu.kernel.notices import queries as notices
from quanyu.kernel.notices.rules import CALLERS
from quanyu.kernel.operations import pages as operations
from quanyu.regions import queries as regions
from quanyu.regions.rules import Crumb
from quanyu.regions.rules.planning import MAKERS
from quanyu.web.ground import map_ground

THEME_COOKIE, PRINT_COOKIE = "q_theme", "q_print"
THEMES, PRINTS = ("light", "dark"), ("normal", "large")

EMERGENCY = (
    {"number": "119", "word": _("着火")},
    {"number": "120", "word": _("受伤")},
    {"number": "110", "word": _("报警")},
)

MATTERS = SIGHTED_ROLES | {Role.HANDLER}
HOT = READ_BY
CALLING = frozenset({Role.DISPATCHER, Role.COMMANDER, Role.DISTRICT_ADMIN, Role.HANDLER})
REPORTING = frozenset({Role.GRID_WORKER, Role.COMMUNITY_OFFICER, Role.OPERATOR, Role.WINDOW_CLERK})
PRECEDENTS = frozenset({Role.DISPATCHER, Role.COMMANDER, Role.DISTRICT_ADMIN})
MODELS = frozenset({Role.SYS_ADMIN, Role.DISTRICT_ADMIN})
GROUND = MATTERS | {Role.SYS_ADMIN}
PLANS = MAKERS | {Role.COMMUNITY_OFFICER, Role.DISPATCHER}
PEOPLE = frozenset({Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDIT_ADMIN})
FIGURES = READS_FIGURES
CALLS = CALLERS
ORDERS, SOURCES = READS, OPENS_SOURCES
EXCLUDED = READS_FIGURES | fair.REVIEWERS
NOTICES = notices.KEEPERS
PRIVACY = frozenset({Role.SEC_ADMIN, Role.AUDIT_ADMIN})
ANSWERING = PEOPLE | LEADERS
LIFE = CIRCLES["life"]
NET = GROUND | LIFE
MEETINGS = LIFE | {Role.HANDLER}
NORMS = LIFE | {Role.SYS_ADMIN}
EVERYBODY = frozenset(Role)
NONE: frozenset[Role] = frozenset()
"""What opens without a role is everybody's, and the first page of those alone who hold none."""
TABS = 3
AUDIT = frozenset({Role.AUDIT_ADMIN, Role.AUDITOR})
FILES = GROUND | AUDIT | LIFE | PEOPLE
OPERATORS = frozenset({Role.SYS_ADMIN})


@dataclass(frozen=True, slots=True)
class Door:
    """One page of the desk, as the navigation shows it (栏目)."""

    key: str
    name: str
    icon: str
    label: Promise | str
    roles: frozenset[Role]

    def opens(self, roles: Collection[str]) -> bool:
        """Answer whether ``roles`` open it; what everybody has needs none."""
        return self.roles == EVERYBODY or not self.roles.isdisjoint(roles)


DOORS: tuple[tuple[Promise | str, tuple[Door, ...]], ...] = (
    (
        _("工作"),
        (
            Door("work", "desk", "checklist", _("我的工作"), MATTERS),
            Door("matters", "desk_matters", "list-details", _("事项"), MATTERS),
            Door("map", "desk_map", "map-2", _("调度地图"), MATTERS),
            Door("figures", "desk_figures", "chart-line", _("指标"), FIGURES),
            Door("whistle", "desk_calls_whistled", "speakerphone", _("吹哨报到"), CALLING),
            Door("cards", "desk_cards", "alert-octagon", _("督办"), CALLING),
            Door("hot", "desk_hot", "flame", _("热点与专项"), HOT),
            Door("letters", "desk_letters", "mail", _("函件"), LETTERS),
            Door("forced", "desk_forced", "hand-stop", _("强制结案"), READS_FORCED),
            Door("files", "desk_files", "file-spreadsheet", _("导出与导入"), FILES),
            Door("report", "desk_report", "phone-incoming", _("代报事项"), REPORTING),
            Door("orders", "desk_orders", "headset", _("热线工单"), ORDERS),
            Door("answers", "desk_answers", "message-forward", _("对外答复"), ORDERS),
            Door("calls", "desk_calls", "phone-outgoing", _("电话名单"), CALLS),
            Door("callbacks", "desk_callbacks", "phone-check", _("回访"), fair.CALLERS),
            Door("excluded", "desk_excluded", "filter-off", _("剔除评审"), EXCLUDED),
        ),
    ),
    (
        pgettext_lazy("navigation", "依据"),
        (
            Door("city_map", "desk_city_map", "map", _("城市地图"), NET),
            Door("places", "desk_places", "home", _("地点与房屋"), GROUND),
            Door("who", "desk_who", "map-pin-search", _("谁来负责"), GROUND),
            Door("grid_list", "desk_grid_list", "layout-grid", _("网格列表"), GROUND),
            Door("grids", "desk_grids", "polygon", _("网格检查"), GROUND),
            Door("grid_contacts", "desk_grid_contacts", "user-pin", _("网格联系人"), MATTERS),
            Door("plans", "desk_plans", "vector-triangle", _("网格规划"), PLANS),
            Door("net", "desk_organisations", "hierarchy", _("组织一张网"), NET),
            Door("coverage", "desk_coverage", "polygon", _("网格覆盖"), NET),
            Door("bodies", "desk_bodies", "building", pgettext_lazy("navigation", "单位"), NET),
            Door("posts", "desk_posts", "id-badge-2", _("岗位一览"), MATTERS),
            Door("appointments", "desk_appointments", "user-check", _("任职"), MATTERS),
            Door("staffing", "desk_staffing", "users-group", _("街道配备"), MATTERS),
            Door("duties", "desk_duties", "clipboard-list", _("权责清单"), NET),
            Door(
                "reorganisations",
                "desk_reorganisations",
                "arrows-split",
                _("区划调整"),
                SIGHTED_ROLES,
            ),
            Door("precedents", "desk_precedents", "gavel", _("判例"), PRECEDENTS),
            Door("matches", "desk_matches", "arrows-exchange", _("代码对照"), ORDERS),
            Door("codes", "desk_codes", "list-numbers", _("代码与时限"), GROUND),
            Door("rungs", "desk_rungs", "stairs-up", _("逐级提醒"), GROUND),
            Door("calendar", "desk_calendar", "calendar", _("工作日历"), GROUND),
        ),
    ),
    (
        _("组织"),
        (
            Door("party", "desk_party", "flag", _("党组织"), LIFE),
            Door("norms", "desk_party_norms", "ruler-2", _("党组织规定"), NORMS),
            Door("meetings", "desk_meetings", "calendar-event", _("会议"), MEETINGS),
            Door("elections", "desk_elections", "checkbox", _("换届选举"), LIFE),
        ),
    ),
    (
        _("管理"),
        (
            Door("people", "desk_people", "users", _("人员与授权"), PEOPLE),
            Door("circle", "desk_circle", "users-group", _("本辖区人员"), LEADERS),
            Door("requests", "desk_grant_requests", "user-question", _("授权申请"), ANSWERING),
            Door("reviews", "desk_reviews", "user-check", _("授权复核"), ANSWERING),
            Door("grants", "desk_grants", "key", _("我的授权"), EVERYBODY),
            Door("models", "desk_models", "brain", _("分类模型"), MODELS),
            Door("wordings", "desk_wordings", "message-2-cog", _("通知模板"), NOTICES),
            Door("deliveries", "desk_deliveries", "send", _("发送情况"), NOTICES),
            Door("privacy", "desk_privacy", "user-shield", _("个人信息"), PRIVACY),
            Door("sources", "desk_sources", "plug-connected", _("来源系统"), SOURCES),
            Door("audit", "desk_audit", "shield-check", _("审计"), AUDIT),
            Door("operations", "desk_operations", "activity", _("系统运行"), OPERATORS),
        ),
    ),
)


def look(request: HttpRequest) -> dict[str, Any]:
    """Return what cookies and settings say of the frame; asks no database."""
    language = get_language() or settings.LANGUAGE_CODE
    return {
        "now": timezone.localtime(),
        "theme": _cookie(request, THEME_COOKIE, THEMES),
        "print": _cookie(request, PRINT_COOKIE, PRINTS),
        "language": language,
        "is_english": language.startswith("en"),
        "path": request.get_full_path(),
        "demo": settings.QUANYU_DEMO,
        "phone": getattr(settings, "QUANYU_PHONE", ""),
        "filing": getattr(settings, "QUANYU_FILING", ""),
        "emergency": EMERGENCY,
    }


def face(request: HttpRequest) -> dict[str, Any]:
    """Return the frame of one page; the desk's part is made only where it is shown."""
    return look(request) | {
        "me": SimpleLazyObject(lambda: _me(seat_of(request))),
        "nav": SimpleLazyObject(lambda: navigation(seat_of(request).actor.roles)),
        "scope": SimpleLazyObject(lambda: _scope(seat_of(request))),
        "tabs": SimpleLazyObject(lambda: tabs(seat_of(request).actor.roles)),
        "may_search": SimpleLazyObject(lambda: opens("matters", seat_of(request).actor.roles)),
        "city": SimpleLazyObject(_city),
        "alarms": SimpleLazyObject(lambda: _alarms(seat_of(request).actor)),
        "map_ground": SimpleLazyObject(map_ground),
        "bell": SimpleLazyObject(lambda: notices.unread(seat_of(request).actor)),
    }


def navigation(roles: frozenset[str]) -> list[dict[str, Any]]:
    """Return the doors that ``roles`` open, in groups; groups without any are left out."""
    groups: list[dict[str, Any]] = [
        {"label": label, "doors": [_drawn(door) for door in doors if door.opens(roles)]}
        for label, doors in DOORS
    ]
    for group in groups:
        group["doors"] = [door for door in group["doors"] if door["url"]]
    return [group for group in groups if group["doors"]]


def tabs(roles: frozenset[str]) -> list[dict[str, Any]]:
    """Return the few doors at a thumb's reach on a phone: those of the group one begins in."""
    groups = navigation(roles)
    begins = groups[0] if opens("work", roles) else last_own(groups)
    doors: list[dict[str, Any]] = begins["doors"]
    return doors[:TABS]


def last_own(groups: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the last group with a door that not everybody has; without any, the last."""
    own = [group for group in groups if any(not opens(one["key"], NONE) for one in group["doors"])]
    return (own or list(groups))[-1]


@accounts.doors_of.answered_by
def doors_of(roles: Collection[str]) -> list[str]:
    """Return what the pages are called that these roles open."""
    groups = navigation(frozenset(roles))
    return [str(door["label"]) for group in groups for door in group["doors"]]


def opens(key: str, roles: frozenset[str]) -> bool:
    """Answer whether any of ``roles`` opens the page called ``key``."""
    return any(door.opens(roles) for _label, doors in DOORS for door in doors if door.key == key)


def _drawn(door: Door) -> dict[str, Any]:
    return {"key": door.key, "icon": door.icon, "label": door.label, "url": _address(door.name)}


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _cookie(request: HttpRequest, name: str, allowed: tuple[str, ...]) -> str:
    value = request.COOKIES.get(name, "")
    return value if value in allowed else allowed[0]


def _alarms(actor: Actor) -> tuple[str, ...]:
    """Return what the operator of the installation must act on now; nothing for all others."""
    return operations.alarms(actor=actor) if OPERATORS & actor.roles else ()


def _me(seat: Seat) -> Mapping[str, Any]:
    if seat.account is None:
        return {}
    names = [gettext(ROLE_NAMES[role]) for role in ROLE_NAMES if role in seat.actor.roles]
    seen_as = seat.seen_as.name if seat.seen_as else ""
    return {
        "name": seat.account.name,
        "initial": seat.account.name[:1],
        "role": gettext("{name}的视角").format(name=seen_as)
        if seen_as
        else pgettext("between items", "、").join(names[:2]),
        "roles": names,
        "hats": seat.hats if len(seat.hats) > 1 else (),
        "seen_as": seen_as,
    }


def _scope(seat: Seat) -> list[dict[str, str]]:
    """Return the way down to where one works, with sight of its matters or without.

    In a body, or nowhere, it is the city alone.
    """
    places = seat.actor.stations
    return [_step(crumb) for crumb in regions.breadcrumb(places[0] if places else _root())]


def _city() -> dict[str, str]:
    way = regions.breadcrumb(_root())
    return _step(way[-1]) if way else {"name": "", "path": _root()}


def _step(crumb: Crumb) -> dict[str, str]:
    english = (get_language() or "").startswith("en") and crumb.name_en
    return {"name": crumb.name_en if english else crumb.name, "path": crumb.path}


def _root() -> str:
    root: str = settings.QUANYU_CITY
    return root
