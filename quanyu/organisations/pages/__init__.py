"""The pages of bodies, of the duty list, of party organisations and their meetings (组织页面)."""

from quanyu.organisations.pages import counts, meetings
from quanyu.organisations.pages.bodies import bodies
from quanyu.organisations.pages.duties import duties

__all__ = ["bodies", "counts", "duties", "meetings"]
