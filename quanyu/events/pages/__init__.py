"""What the reporter sees, and the desk (页面)."""

from quanyu.events.pages import bulletin, lists, minutes

__all__ = ["bulletin", "lists", "minutes"]
