"""The pages of bodies and of the duty list (单位与权责页面)."""

from quanyu.organisations.pages.bodies import bodies
from quanyu.organisations.pages.duties import duties

__all__ = ["bodies", "duties"]
