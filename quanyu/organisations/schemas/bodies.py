"""What comes in and goes out of the API of bodies, what they cover and answer for (单位接口)."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from quanyu.kernel.strict import Strict
from quanyu.organisations.rules import Basis, BodyKind
from quanyu.organisations.rules.covering import Covered, Tie

Because = Annotated[str, Field(max_length=200)]


class BodiesAsked(Strict):
    """What narrows the list of bodies; "all" for those that have ended as well."""

    q: str = ""
    kind: BodyKind | None = None
    place: str = ""
    standing: Literal["all"] | None = None
    sort: Literal["code", "name", "place"] | None = None

    def said(self) -> dict[str, str]:
        """Return it as the list takes it, which pages ask by their address."""
        return {name: str(value) for name, value in self if value}


class CoverageAsked(Strict):
    """Of which place, day and way the grids are asked for."""

    place: str = ""
    way: Covered | None = None
    others: bool = False
    on: date | None = None


class Dated(Strict):
    """From which day a change holds, and on what ground; without a day, from today."""

    day: date | None = None
    because: Because = ""

    def dated(self) -> dict[str, Any]:
        """Return both as every action takes them."""
        return {"day": self.day, "because": self.because}


class BodyIn(Strict):
    """A body that is founded."""

    code: Annotated[str, Field(max_length=40)]
    kind: BodyKind
    name: Annotated[str, Field(max_length=80)]
    name_en: Annotated[str, Field(max_length=120)] = ""
    place: Annotated[str, Field(max_length=40)]
    parent: UUID | None = None
    phone: Annotated[str, Field(max_length=24)] = ""
    uscc: Annotated[str, Field(max_length=18)] = ""
    uscc_because: Because = ""
    start: date | None = None
    because: Because = ""


class NameIn(Dated):
    """What a body is called from a day on, in both languages; without a kind, as it is."""

    name: Annotated[str, Field(max_length=80)]
    name_en: Annotated[str, Field(max_length=120)]
    kind: BodyKind | None = None

    def facts(self) -> dict[str, Any]:
        """Return it as the action takes it."""
        return self.dict() | {"kind": self.kind or ""}


class HangIn(Dated):
    """Under which body one hangs; null for under none."""

    parent: UUID | None


class SeatIn(Dated):
    """In which place a body stands."""

    place: Annotated[str, Field(max_length=40)]


class CorrectIn(Strict):
    """What has no history, whole: the office's telephone and the credit code; "" for none."""

    phone: Annotated[str, Field(max_length=24)]
    uscc: Annotated[str, Field(max_length=18)]
    uscc_because: Because


class MergeIn(Dated):
    """Into which body one goes, and what that is called and is from then on."""

    into: UUID
    name: Annotated[str, Field(max_length=80)] = ""
    name_en: Annotated[str, Field(max_length=120)] = ""
    kind: BodyKind | None = None

    def facts(self) -> dict[str, Any]:
        """Return it as the action takes it."""
        return self.dict() | {"kind": self.kind or ""}


class CommandIn(Dated):
    """Which street commands an agency."""

    commander: UUID


class FormIn(Dated):
    """In which unit a party organisation was formed."""

    unit: UUID


class MemberIn(Dated):
    """Which body belongs to a co-ordination body, or leaves it."""

    member: UUID


class CoverIn(Strict):
    """Which grid, by its path, or which building a body covers from a day on."""

    tie: Tie
    grid: Annotated[str, Field(max_length=40)] = ""
    building: UUID | None = None
    day: date | None = None


class EndIn(Strict):
    """On which day something ends; without one, today."""

    day: date | None = None


class DutyIn(Strict):
    """For which class, at which place and on which ground a body answers."""

    body: UUID
    class_prefix: Annotated[str, Field(max_length=16)] = ""
    place: Annotated[str, Field(max_length=40)]
    basis: Basis
    clause: UUID | None = None
    start: date | None = None
    note: Annotated[str, Field(max_length=200)] = ""


class BodyOut(Schema):
    """A body as it stands today, or stood last."""

    id: UUID
    code: str
    kind: str
    name: str
    name_en: str
    region_path: str
    parent_id: UUID | None
    phone: str
    uscc: str
    uscc_because: str
    is_sample: bool
    valid_from: date
    valid_to: date | None


class BodiesOut(Schema):
    """One page of bodies; ``after`` asks for the next, "" for the last."""

    rows: list[BodyOut]
    after: str
    count: int


class NodeOut(Schema):
    """A body in the tree of one day."""

    id: UUID
    code: str
    kind: str
    name: str
    region_path: str
    parent_id: UUID | None
    below: int
    is_commanded: bool


class NodesOut(Schema):
    """One page of the top of the tree."""

    rows: list[NodeOut]
    after: str
    count: int


class WayOut(Schema):
    """A body to which another is tied, since when and why."""

    id: UUID
    name: str
    on: date
    because: str


class StepOut(Schema):
    """A period in which a body stood as it did."""

    name: str
    kind: str
    place: str
    parent_id: UUID | None
    parent: str
    what: str
    because: str
    valid_from: date
    valid_to: date | None


class JoinedOut(Schema):
    """A member of a co-ordination body, or one to which a body belongs."""

    id: UUID
    code: str
    name: str
    kind: str
    region_path: str
    because: str
    valid_from: date
    valid_to: date | None


class HeldCoverOut(Schema):
    """What a body covers."""

    id: UUID
    tie: Tie
    name: str
    place: str
    building_id: UUID | None
    valid_from: date
    valid_to: date | None


class BodyDetail(BodyOut):
    """A body, how it stood on a day, and all that is tied to it then."""

    on: date
    stood: NodeOut | None
    above: list[NodeOut]
    commander: WayOut | None
    unit: WayOut | None
    parties: list[WayOut]
    members: list[JoinedOut]
    belongs_to: list[JoinedOut]
    covers: list[HeldCoverOut]
    steps: list[StepOut]
    went_into: WayOut | None
    made_of: list[WayOut]


class StoodOut(Schema):
    """How a body stood on one of two days."""

    name: str
    kind: str
    place: str
    parent: UUID | None


class DifferenceOut(Schema):
    """A body that stood otherwise on two days, and in what; null where it did not stand."""

    body_id: UUID
    before: StoodOut | None
    after: StoodOut | None
    in_what: list[str]


class DifferencesOut(Schema):
    """One page of what two days differ by."""

    rows: list[DifferenceOut]
    after: str
    count: int


class CoveredGridOut(Schema):
    """A grid, and which branch covers it."""

    path: str
    code: str
    name: str
    covered: str
    body_id: UUID | None
    body: str
    size: int


class CoverageOut(Schema):
    """How many base grids are covered in which way, and one page of the list of one way."""

    figures: dict[str, int]
    rows: list[CoveredGridOut]
    after: str
    count: int


class DutyOut(Schema):
    """For what a body answers, and on which ground."""

    id: UUID
    body_id: UUID
    body: str
    class_prefix: str
    class_name: str
    place_path: str
    basis: str
    clause: str
    is_sample: bool
    note: str
    valid_from: date
    valid_to: date | None


class DutiesOut(Schema):
    """One page of the duty list."""

    rows: list[DutyOut]
    after: str
    count: int
