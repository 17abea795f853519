"""What the lists of meetings and of member counts hold (会议与党员数)."""

from typing import Final

from quanyu.kernel.access.rules import CIRCLES, Role
from quanyu.kernel.columns import Column, Kind, Table
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations.rules.party import LIFE_KEEPERS
from quanyu.organisations.rules.rhythm import LONGEST, MEETING_WORDS

KEPT_BY: Final = frozenset(map(Role, LIFE_KEEPERS - {Role.SYSTEM}))
BODY: Final = Column(
    "code",
    _("党组织代码"),
    Kind.CODE,
    is_fixed=True,
    is_key=True,
    is_taken=True,
    is_required=True,
    longest=40,
    help=_("单位列表里的代码"),
    example="sl-branch-1",
    width=22,
)

MEETINGS: Final = Table(
    name="meetings",
    title=_("会议"),
    page="desk_meetings",
    columns=(
        BODY,
        Column("body", _("召集单位"), width=28),
        Column(
            "kind",
            _("类型"),
            is_key=True,
            is_taken=True,
            is_required=True,
            choices={kind.value: words for kind, words in MEETING_WORDS.items()},
            width=18,
        ),
        Column(
            "start",
            _("开始时间"),
            Kind.INSTANT,
            is_key=True,
            is_taken=True,
            is_required=True,
            example="2026-03-02 09:00",
            width=18,
        ),
        Column(
            "title", _("议题"), is_taken=True, is_personal=True, longest=LONGEST["title"], width=30
        ),
        Column("place", _("地点"), is_taken=True, longest=LONGEST["place"], width=24),
        Column("state", _("状态"), width=12),
        Column(
            "expected",
            _("应到人数"),
            Kind.NUMBER,
            is_taken=True,
            is_kept=True,
            help=_("填了应到和实到，就登记为已开过的会"),
            width=12,
        ),
        Column("present", _("实到人数"), Kind.NUMBER, is_taken=True, is_kept=True, width=12),
        Column("observing", _("列席人数"), Kind.NUMBER, is_taken=True, is_kept=True, width=12),
    ),
    parameters=("state", "kind", "place", "body"),
    opened_by=CIRCLES["life"] | {Role.HANDLER},
    kept_by=KEPT_BY,
)

MEMBER_COUNTS: Final = Table(
    name="member_counts",
    title=_("党员数"),
    page="desk_party_counts",
    columns=(
        BODY,
        Column("name", _("党组织"), width=30),
        Column("kind", _("类型"), width=14),
        Column("place_name", _("所在辖区"), width=20),
        Column("full", _("正式党员"), Kind.NUMBER, is_taken=True, is_required=True, width=12),
        Column("probationary", _("预备党员"), Kind.NUMBER, is_taken=True, width=12),
        Column(
            "units",
            _("由几个单位联合"),
            Kind.NUMBER,
            is_taken=True,
            help=_("只有联合党支部填写"),
            width=16,
        ),
        Column(
            "start",
            _("从哪天起"),
            Kind.DATE,
            is_key=True,
            is_taken=True,
            is_required=True,
            example="2026-01-01",
            width=14,
        ),
        Column("source", _("来源"), is_taken=True, longest=120, width=24),
    ),
    parameters=("place",),
    opened_by=CIRCLES["life"],
    kept_by=KEPT_BY,
)
