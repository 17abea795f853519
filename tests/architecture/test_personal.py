"""Every column that can hold a word about a person … says why it is kept, or why it is none."""

from collections.abc import Iterator

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from quanyu.kernel.privacy import queries
from quanyu.kernel.privacy.fields import BlindIndexField, declarations
from quanyu.web import urls

CANNOT = (
    models.AutoField,
    models.BooleanField,
    models.CompositePrimaryKey,
    models.DateField,
    models.DecimalField,
    models.DurationField,
    models.ForeignKey,
    models.IntegerField,
    models.TimeField,
    models.UUIDField,
    BlindIndexField,
)
"""Kinds of column that hold no word, no position and no file. A keyed index follows its field."""

NOT_PERSONAL = {
    "account.EmailConfirmation": ("never sent: nothing is mailed by the library", "key"),
    "accounts.GrantRequest": ("a place, and a code of ours", "region_path"),
    "accounts.GrantRow": ("a place", "region_path"),
    "accounts.Identity": ("the provider's address, and a code of ours", "issuer code"),
    "accounts.SessionRow": ("chance", "session_key"),
    "accounts.Invitation": ("a keyed hash", "token_hash"),
    "accounts.Review": ("a place, and a quarter's name", "quarter region_path"),
    "accounts.ReviewLine": ("keep or end", "proposal verdict"),
    "audit.Record": (
        "codes, names of fields and digests; never a value",
        "topic subject region_path actor_kind job changed digest fingerprint",
    ),
    "audit.Seal": ("hashes", "marks snapshot previous hash"),
    "audit.Verification": ("keys of records and hashes", "head faults"),
    "auth.Group": ("unused: rights come from grants", "name"),
    "auth.Permission": ("unused: rights come from grants", "name codename"),
    "calendar.CalendarDay": ("public: the State Council's notices", "name source windows"),
    "calendar.CalendarYear": ("public: the State Council's notices", "papers"),
    "calendar.WorkingHours": ("public: when offices are open", "place_path windows"),
    "codes.Clause": ("public: policy documents", "number summary"),
    "codes.Code": (
        "public: code lists",
        "code name name_en parent scheme version replaced_by attributes",
    ),
    "codes.CodeList": ("public: code lists", "key name name_en note note_en"),
    "codes.Document": ("public: policy documents", "title title_en number issuer source"),
    "codes.Rung": ("public: posts told of a limit", "workflow stage class_prefix whom words"),
    "codes.Limit": ("public: time limits", "workflow stage class_prefix place_path"),
    "contenttypes.ContentType": ("the library's names of tables", "app_label model"),
    "events.Event": (
        "codes, a place, a number; the words are those of the code list that the text met, or that"
        " at least three reports hold",
        "region_path state stage_unit span_unit number code_index channel category suggested"
        " suggested_words suggested_sure suggested_others asking asked_ground rated_by"
        " excluded_reason moving_to",
    ),
    "events.Callback": ("a code of how it ended", "ended"),
    "events.Exclusion": ("codes", "reason decision"),
    "events.Draw": ("a place and chance", "region_path seed"),
    "events.ForceClosing": ("a code", "ground"),
    "events.Letter": ("codes", "kind ground ending"),
    "events.ClassModel": (
        "figures, a hash, and codes",
        "macro_f1 old_f1 classes sha256 standing decision",
    ),
    "events.Contact": ("how the person agreed: a code", "agreed"),
    "events.EventStep": (
        "codes, and the salt of the audit's digest",
        "verb source target actor_kind role salt",
    ),
    "events.JointPart": ("codes", "state legal_ground unit"),
    "events.Campaign": (
        "a place, a class, and the office's own plan and result for everybody at the desk",
        "region_path category title goal result",
    ),
    "events.WhistleCall": (
        "codes, a place, a number",
        "region_path state stage_unit span_unit number kind ground answer_unit",
    ),
    "events.WhistleStep": (
        "codes, and the salt of the audit's digest",
        "verb source target actor_kind role salt",
    ),
    "events.WhistlePart": ("grades of a body's response", "came solved manner"),
    "events.SupervisionCard": (
        "codes, a place, a number",
        "region_path state stage_unit span_unit number level ground answer_unit",
    ),
    "events.CardStep": (
        "codes, and the salt of the audit's digest",
        "verb source target actor_kind role salt",
    ),
    "events.Counted": ("what Event says of place, class and state", "region_path category state"),
    "events.Folded": ("a name of ours", "key"),
    "events.ListCount": ("a code of the role that was worn", "hat"),
    "events.Tally": (
        "counts of a place, a class, a state and a day",
        "key grain region_path category state",
    ),
    "events.HotIssue": (
        "a place, a class, a number, a reason's code",
        "region_path category usual aside",
    ),
    "events.Idempotency": ("keyed hash and hash, gone within a day", "key request"),
    "events.Origin": (
        "another system's names of a class, a body and a district; its number; a keyed hash",
        "source number class_said body_said place_said mark",
    ),
    "events.Precedent": (
        "codes, a place, a number, and a word of a kind of matter without digits",
        "class_prefix region_path keyword number registered_role revoked_role",
    ),
    "events.Published": ("counts of the whole city", "key value"),
    "events.CallRungTold": (
        "codes of levels and stages, a state's beginning; who was told is a key",
        "stage run whom level words",
    ),
    "events.CardRungTold": (
        "codes of levels and stages, a state's beginning; who was told is a key",
        "stage run whom level words",
    ),
    "events.RungTold": (
        "codes of levels and stages, a state's beginning; who was told is a key",
        "stage run whom level words",
    ),
    "gateway.Answer": ("a code, and the name of a body", "kind body"),
    "gateway.Match": ("codes of two systems and their names", "kind said said_name code"),
    "gateway.Order": (
        "codes and names of classes, a number, and keyed hashes of who called",
        "number coordinates class_said class_name class_code body_said body_code priority_said"
        " name_mark phone_mark",
    ),
    "gateway.Source": ("the name of a system and a place", "code name name_en region_path"),
    "gateway.Token": ("a keyed hash", "mark"),
    "files.File": (
        "codes and the hash of what was served; the sender's file name is not kept",
        "owner_type purpose kind reason original_type type sha256",
    ),
    "jobs.Failure": (
        "names of tasks, classes, places in the code and constraints; never an exception's words",
        "task kind family place frames rule decision",
    ),
    "operations.SlowStatement": (
        "statements without their values",
        "key text milliseconds worst",
    ),
    "notices.Choice": ("codes of one's own choice", "language ways"),
    "notices.Delivery": (
        "codes; the other side's name for a message",
        "reference fault channel state",
    ),
    "notices.Notice": (
        "codes, a number, and short public words: a class, a place, a time",
        "topic subject occasion link words region_path call_path",
    ),
    "notices.Wording": (
        "the city's words for everybody, with placeholders",
        "topic channel subject body subject_en body_en provider_code",
    ),
    "organisations.Body": (
        "public: who acts, with the office's telephone",
        "code kind name name_en initials uscc uscc_because region_path life_path phone",
    ),
    "organisations.Formation": ("public: which unit has which party organisation", "because"),
    "organisations.Participation": (
        "public: which body belongs to which co-ordination body",
        "because",
    ),
    "organisations.Command": ("public: which street commands an agency", "because"),
    "organisations.Cover": ("public: which branch covers what", "tie region_path"),
    "organisations.Footing": (
        "public: how bodies stood",
        "kind name name_en region_path change because",
    ),
    "organisations.Succession": ("public: into which body another went", "because"),
    "organisations.Duty": ("public: the duty list", "class_prefix place_path basis note"),
    "organisations.Candidate": ("a code of ours", "seat"),
    "organisations.CommitteeTerm": ("a code of ours", "form"),
    "organisations.Election": ("a place and codes", "region_path state stage_unit span_unit"),
    "organisations.ElectionStep": (
        "codes, and the salt of the audit's digest",
        "verb source target actor_kind role salt",
    ),
    "organisations.Meeting": ("places and a code", "region_path kind place"),
    "organisations.Resolution": ("a place and a code", "region_path kind"),
    "organisations.MemberCount": ("where a number comes from", "source"),
    "organisations.MemberTransfer": ("places, and a code of ours", "region_path also_at answer"),
    "organisations.PartyMember": ("places, and a code of ours", "region_path also_at standing"),
    "organisations.PartyNorm": ("codes of ours, and a document", "key subject because"),
    "organisations.TermChange": ("places, and a code of ours", "region_path decided_at_path kind"),
    "organisations.Appointment": ("a place, and a code", "region_path decision"),
    "organisations.Establishment": (
        "public: how many seats a post has, by which document",
        "region_path source",
    ),
    "organisations.Post": (
        "public: what posts are called, and where they stand",
        "code kind name name_en region_path",
    ),
    "organisations.PostKind": (
        "public: kinds of post and the roles they carry",
        "code name name_en level hours roles seat source",
    ),
    "organisations.StaffNorm": ("public: how many staff a street is to have", "key source"),
    "privacy.Look": (
        "codes, the row's key and names of fields; never a value",
        "subject fields actor_kind job role reason",
    ),
    "privacy.Purge": ("names of fields, counts, kinds of error", "counts failures seconds"),
    "privacy.RotationPart": ("names of columns and keys of rows", "column last"),
    "privacy.KeyMark": ("digests of keys", "name mark"),
    "regions.Address": ("public: door plates", "code region_path road door"),
    "regions.Alias": ("public: what places and buildings are called", "text region_path"),
    "regions.Building": (
        "public: addresses of buildings, no dwelling and no person",
        "code region_path name number estate_name address lon lat door_lon door_lat given_in shape"
        " status",
    ),
    "regions.Dwelling": ("public: a room number, no person", "room"),
    "regions.Edition": ("a token", "name"),
    "regions.Plan": ("places, sizes and a title", "region_path title weights"),
    "regions.PlanPart": (
        "public: buildings and outlines of grids",
        "region_path wanted locks grids figures impossible shapes fault step",
    ),
    "regions.Estate": ("public: the map", "code name name_en region_path lon lat shape"),
    "regions.GridCheck": ("a place", "region_path"),
    "regions.GridContact": ("a place, and a code of ours", "region_path post"),
    "regions.GridFinding": (
        "places, codes and buildings; no dwelling and no person",
        "fault path other_path building_name area_m2 lon lat shape",
    ),
    "regions.GridProfile": (
        "digits of codes, and the document they come from",
        "place_path base_digits dedicated_digits micro_digits source",
    ),
    "regions.Allotment": ("keys of buildings, and a place", "unit path"),
    "regions.Claim": ("a place, and what was decided of it", "path name title"),
    "regions.Operation": ("a code, and places", "change sources"),
    "regions.Passage": ("public: what became of a place", "origin target change"),
    "regions.Proposal": (
        "what was decided of places, names of grids, and why not; no person is spoken of",
        "ground names told",
    ),
    "regions.Rehearsal": ("a token", "edition"),
    "regions.Reorganisation": (
        "what was decided of places, for everybody to read; no person is spoken of",
        "region_path state stage_unit span_unit title reason ground document",
    ),
    "regions.ReorganisationStep": (
        "codes, and the salt of the audit's digest",
        "verb source target actor_kind role salt",
    ),
    "regions.Stage": ("a code", "name"),
    "regions.Target": ("public: a place and its border", "path name name_en shape"),
    "regions.Region": (
        "public: the divisions",
        "code scheme civil_code level kind admin_level name name_en path parent_path urban_rural"
        " lon lat shape",
    ),
    "regions.Road": ("public: the map", "region_path name name_en shape"),
    "regions.Siting": ("public: in which grid a building stood", "region_path"),
    "regions.Unit": ("public: a number", "number"),
    "sessions.Session": ("random", "session_key"),
    "socialaccount.SocialAccount": ("unused: identities are ours", "provider uid extra_data"),
    "socialaccount.SocialApp": (
        "unused: the provider is a setting",
        "provider provider_id name client_id secret key settings",
    ),
    "socialaccount.SocialToken": ("unused: no token is kept", "token token_secret"),
    "tables.Export": (
        "codes, a place, names of columns, a hash and a sentence of ours",
        "hat region_path table format language state sha256 sentence parts columns",
    ),
    "tables.Import": (
        "codes, a place, hashes and a sentence of ours",
        "hat region_path table format language state sha256 sentence basis",
    ),
    "tables.SavedView": ("codes and a place", "table region_path"),
}
"""Columns that could hold a word about a person and do not: the reason, and their names."""


def test_is_declared_or_listed_here_with_a_reason() -> None:
    silent = {name for name, declared in _columns() if not declared}

    assert urls.urlpatterns, "the edge is loaded, so that every package has declared its fields"
    assert silent == _listed()


def test_is_not_both() -> None:
    assert {name for name, declared in _columns() if declared} & _listed() == set()


def test_is_declared_with_an_end_that_the_purge_can_find() -> None:
    assert queries.faults() == []


def _columns() -> Iterator[tuple[str, bool]]:
    """Give every column that could hold a word, and whether it is declared personal."""
    for model in apps.get_models():
        told = declarations(model)
        for field in model._meta.local_fields:
            if _could(field):
                yield f"{model._meta.label}.{field.name}", field.name in told


def _could(field: object) -> bool:
    if isinstance(field, ArrayField):
        return _could(field.base_field)
    if isinstance(field, models.Field) and field.choices:
        return False
    return not isinstance(field, CANNOT)


def _listed() -> set[str]:
    return {
        f"{model}.{name}"
        for model, (_reason, names) in NOT_PERSONAL.items()
        for name in names.split()
    }
