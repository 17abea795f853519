"""The addresses of the pages of party organisations, meetings and elections."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from quanyu.organisations.pages import (
    counts,
    elections,
    meetings,
    member,
    norms,
    party,
    party_body,
)

View = Callable[..., Any]
BODY = "desk/party/bodies/<uuid:body_id>"
MEMBER = "desk/party/members/<uuid:member_id>"
MEETING = "desk/meetings/<uuid:meeting_id>"
ELECTION = "desk/elections/<uuid:election_id>"


def behind(door: Callable[[str, View], View]) -> list[URLPattern]:
    """Return the addresses, each view behind its door."""
    return [
        path("desk/party", door("party", party.warned), name="desk_party"),
        path("desk/party/due", door("party", party.due), name="desk_party_due"),
        path("desk/party/rhythms", door("party", party.rhythms), name="desk_party_rhythms"),
        path("desk/party/rules", door("norms", norms.norms), name="desk_party_norms"),
        path("desk/party/rules/<str:key>", door("norms", norms.norm), name="desk_party_norm"),
        path("desk/party/counts", door("party", counts.counts), name="desk_party_counts"),
        path("desk/party/transfers", door("party", party.transfers), name="desk_party_transfers"),
        path(MEMBER, door("party", member.one), name="desk_party_member"),
        path(f"{MEMBER}/reveal", door("party", member.reveal), name="desk_party_reveal"),
        path(f"{MEMBER}/<str:verb>", door("party", member.act), name="desk_party_member_act"),
        path(BODY, door("party", party_body.body), name="desk_party_body"),
        path(f"{BODY}/<str:verb>", door("party", party_body.act), name="desk_party_act"),
        path("desk/meetings", door("meetings", meetings.listed), name="desk_meetings"),
        path("desk/meetings/new", door("meetings", meetings.new), name="desk_meeting_new"),
        path(
            "desk/meetings/resolutions/<uuid:resolution_id>/<str:verb>",
            door("meetings", meetings.settle),
            name="desk_resolution_act",
        ),
        path(MEETING, door("meetings", meetings.one), name="desk_meeting"),
        path(f"{MEETING}/change", door("meetings", meetings.change), name="desk_meeting_change"),
        path(f"{MEETING}/<str:verb>", door("meetings", meetings.act), name="desk_meeting_act"),
        path("desk/elections", door("elections", elections.listed), name="desk_elections"),
        path("desk/elections/new", door("elections", elections.new), name="desk_election_new"),
        path(ELECTION, door("elections", elections.one), name="desk_election"),
        path(
            f"{ELECTION}/record.pdf",
            door("elections", elections.paper),
            name="desk_election_paper",
        ),
        path(
            f"{ELECTION}/elected",
            door("elections", elections.propose),
            name="desk_election_elected",
        ),
        path(f"{ELECTION}/<str:verb>", door("elections", elections.act), name="desk_election_act"),
    ]
