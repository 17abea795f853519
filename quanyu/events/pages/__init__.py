"""What the reporter sees, and the desk (页面)."""

from quanyu.events.pages import lists

__all__ = ["lists"]
