"""The tree of places, what stands in it, and the mark that tells when it was re-drawn."""

from quanyu.regions.models.addresses import Address, Alias
from quanyu.regions.models.buildings import Building, Dated, Estate, Siting
from quanyu.regions.models.dwellings import Dwelling, Unit
from quanyu.regions.models.grids import GridCheck, GridContact, GridFinding, GridProfile
from quanyu.regions.models.planning import Plan, PlanPart, Proposal
from quanyu.regions.models.reorganising import (
    Allotment,
    Claim,
    Operation,
    Passage,
    Rehearsal,
    Reorganisation,
    ReorganisationStep,
    Stage,
    Target,
)
from quanyu.regions.models.roads import Road
from quanyu.regions.models.tree import Edition, Placed, Region

__all__ = [
    "Address",
    "Alias",
    "Allotment",
    "Building",
    "Claim",
    "Dated",
    "Dwelling",
    "Edition",
    "Estate",
    "GridCheck",
    "GridContact",
    "GridFinding",
    "GridProfile",
    "Operation",
    "Passage",
    "Placed",
    "Plan",
    "PlanPart",
    "Proposal",
    "Region",
    "Rehearsal",
    "Reorganisation",
    "ReorganisationStep",
    "Road",
    "Siting",
    "Stage",
    "Target",
    "Unit",
]
