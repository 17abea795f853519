"""The bodies that act, how each stood, what they answer for, how they are led, meet and elect."""

from quanyu.organisations.models.bodies import Bodies, Body
from quanyu.organisations.models.covers import Cover
from quanyu.organisations.models.dated import DATED, holding
from quanyu.organisations.models.duties import Duties, Duty
from quanyu.organisations.models.elections import (
    Ballot,
    Candidate,
    Election,
    ElectionStep,
    Vote,
)
from quanyu.organisations.models.footing import (
    Command,
    Footing,
    Formation,
    Periods,
    Succession,
    apart,
)
from quanyu.organisations.models.meetings import Meeting, Resolution
from quanyu.organisations.models.members import Membership, MemberTransfer, PartyMember
from quanyu.organisations.models.participations import Participation
from quanyu.organisations.models.party import CommitteeTerm, MemberCount, PartyNorm, TermChange
from quanyu.organisations.models.posts import (
    Appointment,
    Establishment,
    Post,
    PostKind,
    StaffNorm,
)

__all__ = [
    "DATED",
    "Appointment",
    "Ballot",
    "Bodies",
    "Body",
    "Candidate",
    "Command",
    "CommitteeTerm",
    "Cover",
    "Duties",
    "Duty",
    "Election",
    "ElectionStep",
    "Establishment",
    "Footing",
    "Formation",
    "Meeting",
    "MemberCount",
    "MemberTransfer",
    "Membership",
    "Participation",
    "PartyMember",
    "PartyNorm",
    "Periods",
    "Post",
    "PostKind",
    "Resolution",
    "StaffNorm",
    "Succession",
    "TermChange",
    "Vote",
    "apart",
    "holding",
]
