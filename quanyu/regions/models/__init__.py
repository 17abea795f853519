"""The tree of places, what stands in it, and the mark that tells when it was re-drawn."""

from quanyu.regions.models.buildings import Building
from quanyu.regions.models.roads import Road
from quanyu.regions.models.tree import Edition, Placed, Region

__all__ = ["Building", "Edition", "Placed", "Region", "Road"]
