"""The bodies that act, and the dated list of what they answer for."""

from quanyu.organisations.models.bodies import Bodies, Body
from quanyu.organisations.models.dated import DATED, holding
from quanyu.organisations.models.duties import Duties, Duty

__all__ = ["DATED", "Bodies", "Body", "Duties", "Duty", "holding"]
