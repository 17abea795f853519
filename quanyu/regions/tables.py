"""What the lists of contacts hold, on the page and in a file (网格联系人列表)."""

from typing import Final

from quanyu.kernel.access.rules import SIGHTED_ROLES, Role
from quanyu.kernel.columns import Column, Kind, Table
from quanyu.kernel.errors import gettext_noop as _
from quanyu.regions.rules.contacts import LONGEST_NAME, POST_WORDS

CONTACTS: Final = Table(
    name="grid-contacts",
    title=_("网格联系人"),
    page="desk_grid_contacts",
    columns=(
        Column(
            "grid",
            _("网格代码"),
            Kind.CODE,
            is_fixed=True,
            is_key=True,
            is_taken=True,
            is_required=True,
            longest=20,
            example="3401040010011001",
            width=20,
        ),
        Column("grid_name", _("网格"), width=22),
        Column(
            "post",
            _("岗位"),
            is_key=True,
            is_taken=True,
            is_required=True,
            choices={post.value: words for post, words in POST_WORDS.items()},
            width=14,
        ),
        Column(
            "name",
            _("姓名"),
            is_key=True,
            is_taken=True,
            is_required=True,
            is_personal=True,
            longest=LONGEST_NAME,
            help=_("只填姓名，不填号码"),
            width=14,
        ),
        Column(
            "account",
            _("用户名"),
            Kind.CODE,
            is_shown=False,
            is_taken=True,
            longest=60,
            help=_("有账号的填用户名"),
            width=16,
        ),
        Column(
            "start",
            _("任职日期"),
            Kind.DATE,
            is_key=True,
            is_taken=True,
            is_required=True,
            example="2026-03-02",
            width=14,
        ),
        Column("end", _("卸任日期"), Kind.DATE, is_taken=True, help=_("不填：仍在任"), width=14),
    ),
    parameters=("place", "post", "standing", "q"),
    opened_by=SIGHTED_ROLES,
    kept_by=frozenset({Role.DISTRICT_ADMIN, Role.COMMANDER, Role.COMMUNITY_SECRETARY}),
)

REORGANISATIONS: Final = Table(
    name="reorganisations",
    title=_("区划调整"),
    page="desk_reorganisations",
    columns=(
        Column("title", _("标题"), is_fixed=True, width=30),
        Column("place", _("辖区"), Kind.PLACE, width=20),
        Column("state", _("状态"), width=14),
        Column("effective", _("生效日期"), Kind.DATE, width=14),
        Column("steps", _("各步调整"), width=50),
        Column("reason", _("理由"), is_shown=False, width=40),
        Column("ground", _("依据"), width=40),
        Column("document", _("批文"), is_shown=False, width=24),
    ),
    parameters=("state", "place"),
    opened_by=SIGHTED_ROLES,
)

REHEARSAL: Final = Table(
    name="reorganisation-rehearsal",
    title=_("区划调整预演"),
    page="desk_reorganisations",
    columns=(),
    parameters=("reorganisation",),
    opened_by=frozenset({Role.COMMUNITY_SECRETARY, Role.COMMANDER, Role.DISTRICT_ADMIN}),
    formats=("xlsx", "pdf"),
)
"""What a re-organisation would move: a table a kind, each as long as its figure says."""
