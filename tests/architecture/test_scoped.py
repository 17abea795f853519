"""Rows that belong to a place … are read through visible_to, and no table is open by oversight."""

import ast
from collections.abc import Iterator

from django.apps import apps
from django.db import models

from quanyu.kernel.access.reach import declared
from tests.architecture.source import places, trees

PAST_THE_DOOR = {
    ("quanyu/events/actions/campaigns.py", "_attach", "CampaignMatter"): (
        "rows are added and none is read: of a campaign and matters already fetched"
    ),
    ("quanyu/events/actions/reports.py", "_keep_origin", "Origin"): (
        "a row is added and none is read: of a matter just opened"
    ),
    ("quanyu/organisations/actions/elections.py", "count", "Vote"): (
        "rows are added and none is read: of a ballot just added"
    ),
    ("quanyu/organisations/actions/members.py", "enter_member", "Membership"): (
        "a row is added and none is read: of a member just entered"
    ),
    ("quanyu/organisations/actions/members.py", "move", "Membership"): (
        "a row is added and none is read: of a member already fetched and locked"
    ),
    ("quanyu/organisations/actions/transferring.py", "propose_transfer", "MemberTransfer"): (
        "a row is added and none is read: of a member already fetched and locked"
    ),
    ("quanyu/regions/actions/planning.py", "_ask", "PlanPart"): (
        "rows are added and none is read: of a plan already fetched and locked"
    ),
    ("quanyu/gateway/actions/answers.py", "_answer", "Answer"): (
        "a row is added and none is read: of an order already fetched"
    ),
    ("quanyu/gateway/actions/orders.py", "_opened", "Order"): (
        "a row is added and none is read: of a matter just opened"
    ),
    ("quanyu/events/queries/__init__.py", "contact_key", "Contact"): (
        "the key alone, of a matter already fetched; the contact itself is fetched through get"
    ),
    ("quanyu/events/queries/lists.py", "doors", "Event"): (
        "by_door: the doors of visible_to one by one, of one declaration with it"
    ),
    ("quanyu/events/queries/figures.py", "_acts", "EventStep"): (
        "whether a matter that is seen has such an act; nothing of the act is read"
    ),
    ("quanyu/regions/actions/reorganising/deciding.py", "_claim", "Claim"): (
        "rows are added and none is read: of a re-organisation already fetched and locked"
    ),
    ("quanyu/regions/actions/reorganising/drafting.py", "_keep", "Operation"): (
        "a row is added and none is read: of a re-organisation already fetched and locked"
    ),
    ("quanyu/regions/actions/reorganising/drafting.py", "_keep", "Target"): (
        "rows are added and none is read: of an operation just added"
    ),
    ("quanyu/regions/actions/reorganising/drafting.py", "_keep", "Allotment"): (
        "rows are added and none is read: of an operation just added"
    ),
    ("quanyu/regions/actions/reorganising/effect.py", "_begin", "Stage"): (
        "rows are added and none is read: of a re-organisation already fetched and locked"
    ),
}
"""Reads of a scoped model without ``visible_to``. Row security holds them all the same."""

GENERIC = {
    (
        "quanyu/bench/organisations.py",
        "_client",
    ): "public: a bench's own account and the places of its city",
    ("quanyu/bench/plans.py", "Desk"): "public: a bench's own account and the places of its city",
    ("quanyu/bench/quarters.py", "fill"): "public: places and buildings of a bench's own city",
    **{
        ("quanyu/bench/registers.py", name): "public: the registers of a bench's own city"
        for name in ("run", "_grids", "_party", "_covers", "_posts", "_hold", "_client")
    },
    ("quanyu/events/actions/escalating.py", "keep"): "rungs told, of each kind: visible_to",
    ("quanyu/events/actions/owed.py", "_put_off"): "parts, calls or cards: visible_to",
    ("quanyu/events/queries/owed.py", "due"): "parts, calls or cards: visible_to",
    ("quanyu/events/queries/owed.py", "moved"): "parts, calls or cards: visible_to",
    ("quanyu/kernel/access/queries.py", "get"): "the gate itself: it calls visible_to",
    ("quanyu/kernel/codes/actions/load.py", "Sorted"): "public: codes and limits alike",
    ("quanyu/kernel/workflow/actions.py", "note_all"): "cases already fetched and locked",
    ("quanyu/kernel/workflow/actions.py", "told"): "the last step of a case already fetched",
    ("quanyu/kernel/tables/queries.py", "mine"): "exports or imports: it calls visible_to",
    ("quanyu/kernel/tables/actions/sweeping.py", "_give_up"): "the same; it calls visible_to",
    ("quanyu/kernel/privacy/actions/purging.py", "_due"): (
        "the nightly purge of a field in every row, as the system of the whole jurisdiction"
    ),
    ("quanyu/kernel/privacy/sealed.py", "Column"): (
        "a rotation of the keys: tokens in every row, none of them opened for anybody"
    ),
}
"""Reads through a model that is only known when the code runs."""

OPEN = {
    "accounts.Account": "read before anybody's reach is known; holds staff, no resident",
    "accounts.Attempts": "keyed hashes of names and addresses",
    "accounts.Deputy": "who stands in for whom, of staff; who may read it is a role",
    "accounts.GrantRequest": "roles of staff, asked for; who may read it is a role, not a place",
    "accounts.GrantRow": "what everybody's reach is made of",
    "accounts.Invitation": "keyed hashes of links to staff accounts",
    "accounts.Review": "counts of grants; who may read it is a role",
    "accounts.ReviewLine": "roles of staff, looked at again; who may read it is a role",
    "accounts.Identity": "read before anybody's reach is known; a provider's key of staff",
    "accounts.SessionRow": "found by its key alone, before anybody's reach is known",
    "audit.Record": "no personal value in it; who may read it is a role, not a place's row",
    "audit.Seal": "hashes",
    "audit.Verification": "counts, hashes and keys of records",
    "calendar.CalendarDay": "public: the State Council's notices",
    "calendar.CalendarEdition": "a token",
    "calendar.CalendarYear": "public: the State Council's notices",
    "calendar.WorkingHours": "public: when offices are open",
    "codes.Clause": "public: policy documents",
    "codes.Code": "public: code lists",
    "codes.CodeList": "public: code lists",
    "codes.CodesEdition": "a token",
    "codes.Document": "public: policy documents",
    "codes.Limit": "public: time limits",
    "codes.Rung": "which posts are told of a limit, and when; no person",
    "events.ClassModel": "figures of models; no word of a report",
    "events.Folded": "up to where matters are counted; a key and a time",
    "events.Idempotency": "keyed hash and sealed answer, found by the key alone",
    "events.Precedent": "whose job a kind of matter is, like the duty list; no person",
    "events.Published": "public: counts of the whole city",
    "gateway.Batch": "numbers and counts of files",
    "gateway.Match": "what another system's codes mean; no person",
    "gateway.Source": "names of other systems; who may read it is a role",
    "gateway.Token": "keyed hashes, read before the system's reach is known",
    "files.File": "hashes and sizes; the row it belongs to answers who may open it",
    "jobs.Failure": "classes of exceptions and places in the code, no value",
    "operations.SlowStatement": "statements without their values",
    "notices.Delivery": "states of sending: no person, no address, no words",
    "notices.Wording": "the city's own words for its notices",
    "organisations.Body": "public: who acts, with the office's telephone",
    "organisations.CommitteeTerm": "from when to when a committee serves; no person",
    "organisations.Duty": "public: the duty list",
    "organisations.MemberCount": "how many members an organisation has; a number, no person",
    "organisations.PartyNorm": "public: what the rules say in numbers",
    "organisations.Establishment": "public: how many seats a post has, and where",
    "organisations.Post": "public: posts of bodies; who holds them is in Appointment",
    "organisations.PostKind": "public: kinds of post and the roles they carry",
    "organisations.Formation": "public: which unit has which party organisation",
    "organisations.Participation": "public: which body belongs to which co-ordination body",
    "organisations.Command": "public: which street commands which agency",
    "organisations.Cover": "public: which branch covers which grid",
    "organisations.Footing": "public: how bodies stood",
    "organisations.Succession": "public: into which body another went",
    "organisations.StaffNorm": "public: how many staff a street is to have",
    "privacy.KeyMark": "digests of keys, written by the owner alone",
    "privacy.Look": "who looked at what and why; no value",
    "privacy.Purge": "counts",
    "privacy.Rotation": "numbers of keys",
    "privacy.RotationPart": "names of columns, keys of rows and counts",
    "quotas.Count": "keyed hashes",
    "regions.Address": "public: door plates",
    "regions.Alias": "public: what places and buildings are called",
    "regions.Building": "public: addresses of buildings, no dwelling and no person",
    "regions.Dwelling": "public: floors and room numbers, no person",
    "regions.Edition": "a token",
    "regions.Estate": "public: the map",
    "regions.GridProfile": "public: how grids are coded and sized",
    "regions.Passage": "public: what became of a place, as the tree itself",
    "regions.Region": "public: the divisions",
    "regions.Road": "public: the map",
    "regions.Siting": "public: in which grid a building stood",
    "regions.Unit": "public: staircases",
}
"""Tables without rows' reach, each with its reason."""

APART = {"models", "migrations"}
MANAGERS = {"objects", "_default_manager", "_base_manager"}


def test_are_read_through_visible_to() -> None:
    names = {model.__name__ for model in _ours() if declared(model).rows is not None}
    found = {(p, place, name) for p, place, name, seen in _reads() if name in names and not seen}

    assert found == set(PAST_THE_DOOR)


def test_are_reached_by_an_unnamed_model_only_where_listed() -> None:
    known = {model.__name__ for model in apps.get_models()}
    found = {(path, place) for path, place, name, _seen in _reads() if name not in known}

    assert found == set(GENERIC)


def test_stand_in_every_table_that_is_not_listed_as_open() -> None:
    found = {model._meta.label for model in _ours() if declared(model).rows is None}

    assert found == set(OPEN)


def _ours() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("quanyu.")]


def _reads() -> Iterator[tuple[str, str, str, bool]]:
    """Give each use of a manager: file, place, model, and whether ``visible_to`` follows."""
    for path, tree in trees().items():
        if not path.endswith("/models.py") and not APART.intersection(path.split("/")):
            for place, node in places(tree):
                if isinstance(node, ast.Attribute) and _is_manager(node.value):
                    yield path, place, _model(node.value), node.attr == "visible_to"


def _is_manager(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in MANAGERS


def _model(manager: ast.AST) -> str:
    held = getattr(manager, "value", None)
    return str(getattr(held, "id", getattr(held, "attr", "")))
