"""The bodies that act, what they answer for, how they are led, meet and elect."""

from quanyu.organisations.models.bodies import Bodies, Body
from quanyu.organisations.models.dated import DATED, holding
from quanyu.organisations.models.duties import Duties, Duty
from quanyu.organisations.models.elections import (
    Ballot,
    Candidate,
    Election,
    ElectionStep,
    Vote,
)
from quanyu.organisations.models.meetings import Meeting, Resolution
from quanyu.organisations.models.members import Membership, PartyMember
from quanyu.organisations.models.party import CommitteeTerm, MemberCount, PartyNorm, TermChange
from quanyu.organisations.models.posts import Appointment, Establishment, Post, PostKind

__all__ = [
    "DATED",
    "Appointment",
    "Ballot",
    "Bodies",
    "Body",
    "Candidate",
    "CommitteeTerm",
    "Duties",
    "Duty",
    "Election",
    "ElectionStep",
    "Establishment",
    "Meeting",
    "MemberCount",
    "Membership",
    "PartyMember",
    "PartyNorm",
    "Post",
    "PostKind",
    "Resolution",
    "TermChange",
    "Vote",
    "holding",
]
