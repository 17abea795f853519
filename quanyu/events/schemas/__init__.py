"""What comes in and goes out of the staff's and the public API."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from quanyu.events.rules import LONGEST_TEXT, SHORTEST_TEXT, Channel, Filters
from quanyu.events.rules.joint import LONGEST_TASK
from quanyu.events.schemas import leaving
from quanyu.events.schemas.joint import PART_VERBS as PART_VERBS
from quanyu.events.schemas.joint import Conclude, Convene, Join, MoveLead
from quanyu.events.schemas.joint import ConsultationOut as ConsultationOut
from quanyu.events.schemas.joint import PartOut as PartOut
from quanyu.events.schemas.joint import Reconvene as Reconvene
from quanyu.events.schemas.texts import Said as Said
from quanyu.events.schemas.told import CallbackOut as CallbackOut
from quanyu.events.schemas.told import ContactOut as ContactOut
from quanyu.events.schemas.told import EventDetail as EventDetail
from quanyu.events.schemas.told import EventOut as EventOut
from quanyu.events.schemas.told import EventPage as EventPage
from quanyu.events.schemas.told import FollowOut as FollowOut
from quanyu.events.schemas.told import FollowStep as FollowStep
from quanyu.events.schemas.told import ReceiptOut as ReceiptOut
from quanyu.events.schemas.told import StepOut as StepOut
from quanyu.kernel.strict import Strict


class ContactIn(Strict):
    """How to reach the reporter; both may be left out."""

    model_config = ConfigDict(frozen=True)  # one that nobody gave is not copied for each report

    name: Annotated[str, Field(max_length=40)] = ""
    phone: Annotated[str, Field(max_length=20)] = ""
    may_text: bool = False
    """Whether the result may be told by text message."""
    is_confidential: bool = False
    """Whether the body that handles it may not learn who reported it."""
    agreed: Annotated[str, Field(max_length=8)] = ""
    """How the person agreed to the record, where staff write it down: said or written."""
    may_ask_back: bool = False
    """Whether one may be called after closing and asked how it was done."""


class ReportIn(Strict):
    """A public report: words, and a point or an address."""

    text: Annotated[str, Field(min_length=SHORTEST_TEXT, max_length=LONGEST_TEXT)]
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    address: Annotated[str, Field(max_length=200)] = ""
    category: Annotated[str, Field(max_length=8)] = ""
    contact: ContactIn = ContactIn()
    again: Annotated[str, Field(max_length=40)] = ""
    """The follow code of the closed matter that it is reported again from."""


class ReportForIn(ReportIn):
    """A report entered by staff: seen by oneself, or on behalf by telephone or at the window."""

    channel: Channel = Channel.GRID


class AlikeIn(Strict):
    """What somebody has typed so far, to be compared with what is open."""

    text: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    category: Annotated[str, Field(max_length=8)] = ""


class CampaignIn(Strict):
    """What a campaign is opened with."""

    title: str
    goal: str
    body_id: UUID
    starts_on: date
    ends_on: date
    category: Annotated[str, Field(max_length=8)] = ""


class DetachIn(Strict):
    """Which matter leaves a campaign."""

    event: UUID


class FilterIn(Strict):
    """What a list is narrowed to."""

    state: str = ""
    place: str = ""
    category: str = ""
    body: UUID | None = None
    unit: Annotated[str, Field(max_length=60)] = ""
    channel: str = ""
    due: str = ""
    words: Annotated[str, Field(max_length=60)] = ""
    urgent: bool = False
    since: date | None = None
    until: date | None = None
    figure: Annotated[str, Field(max_length=20)] = ""
    period: Annotated[str, Field(max_length=10)] = ""
    without: Annotated[str, Field(max_length=10)] = ""
    sort: str = "due"

    def filters(self) -> Filters:
        """Return them as the query takes them."""
        return Filters(**self.dict())


class Nothing(Strict):
    """A verb that needs no facts."""


class RequestVerification(Strict):
    """Perhaps a word to the grid worker."""

    remark: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""


class Verify(Strict):
    """What was found on the spot."""

    finding: Said


class Refuse(Strict):
    """A listed reason and the answer to the reporter."""

    reason: Annotated[str, Field(min_length=1, max_length=40)]
    reply: Said


class Settle(Strict):
    """What was done on the spot."""

    outcome: Said


class FileIn(Strict):
    """The class under which it is filed."""

    class_code: Annotated[str, Field(min_length=1, max_length=8)]


class Dispatch(Strict):
    """The body that is to put it right."""

    body: UUID
    remark: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""


class SendOut(Strict):
    """Class and body in one act."""

    class_code: Annotated[str, Field(min_length=1, max_length=8)]
    body: UUID
    remark: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""


class HandBack(Strict):
    """The legal ground and why it applies."""

    legal_ground: Annotated[str, Field(min_length=1, max_length=40)]
    reason: Said


class Reasoned(Strict):
    """A reason in words, or a listed one."""

    reason: Said


class Merge(Strict):
    """The number of the matter that goes on."""

    main: Annotated[str, Field(min_length=1, max_length=16)]


class Ask(Strict):
    """What the reporter is asked."""

    question: Said


class Answer(Strict):
    """What the reporter adds."""

    answer: Said


class AskExtension(Strict):
    """How many working days more, and why."""

    days: int
    reason: Said


class AskSuspension(Strict):
    """The condition, the day of review, and the promise to the reporter."""

    ground: Annotated[str, Field(min_length=1, max_length=40)]
    review_date: date
    promise: Said


class SuspendOn(Strict):
    """Another day of review, and a promise anew."""

    review_date: date
    promise: Said


class Handle(Strict):
    """What was done, and why the parts not answered yet are not needed."""

    outcome: Said
    unneeded: Annotated[str, Field(max_length=LONGEST_TASK)] = ""


class Close(Strict):
    """What was seen or heard that shows it is done."""

    evidence: Said
    shown: bool = False
    """Whether the hints of the reply check stood before the checker."""
    seen: bool = False
    """Whether the checker says to have read them."""


class Rate(Strict):
    """The two answers of the reporter."""

    solved: bool
    treated: Annotated[int, Field(ge=1, le=3)]
    comment: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""


class MissCall(Strict):
    """What came of a call in which nobody was spoken to."""

    outcome: Annotated[str, Field(max_length=12)]


class AskExclusion(Strict):
    """The listed ground on which it is to leave the rates, and why."""

    ground: Annotated[str, Field(min_length=1, max_length=40)]
    words: Said


class Place(Strict):
    """Where the matter lies: a point, or a place of the tree."""

    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    region_path: Annotated[str, Field(max_length=80)] = ""
    address: Annotated[str, Field(max_length=200)] = ""


class Say(Strict):
    """A line for colleagues."""

    words: Said


class Urge(Strict):
    """How often the reporter urges in this message, and what they say."""

    times: Annotated[int, Field(ge=1, le=99)] = 1
    words: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""


class Reveal(Strict):
    """Why the contact is looked at."""

    reason: Annotated[str, Field(min_length=1, max_length=40)]


VERBS: dict[str, type[Strict]] = {
    "request_verification": RequestVerification,
    "verify": Verify,
    "accept": Nothing,
    "refuse": Refuse,
    "settle": Settle,
    "file": FileIn,
    "dispatch": Dispatch,
    "send_out": SendOut,
    "insist": Reasoned,
    "join": Join,
    "move_lead": MoveLead,
    "convene": Convene,
    "reconvene": Reconvene,
    "conclude": Conclude,
    "call_off": Reasoned,
    "acknowledge": Nothing,
    "hand_back": HandBack,
    "handle": Handle,
    "merge": Merge,
    "unmerge": Reasoned,
    "ask": Ask,
    "answer": Answer,
    "go_on": Nothing,
    "ask_extension": AskExtension,
    "extend": Nothing,
    "keep_due": Reasoned,
    "ask_suspension": AskSuspension,
    "suspend": Nothing,
    "keep_on": Reasoned,
    "suspend_on": SuspendOn,
    "resume": Reasoned,
    "check": Nothing,
    "close": Close,
    "rework": Reasoned,
    "rate": Rate,
    "take_call": Nothing,
    "leave_call": Nothing,
    "miss_call": MissCall,
    "hear": Rate,
    "ask_exclusion": AskExclusion,
    "exclude": Say,
    "keep_counted": Say,
    "count_again": Say,
    "void": Reasoned,
    "withdraw": Reasoned,
    "redo": Reasoned,
    "supplement": Say,
    "urge": Urge,
    "place": Place,
    "say": Say,
    **leaving.VERBS,
}
"""Every verb of the staff and the facts it takes; the same for JSON and for the pages."""
