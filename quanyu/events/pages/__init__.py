"""What the reporter sees, and the desk (页面)."""

from quanyu.events.pages import bulletin, lists

__all__ = ["bulletin", "lists"]
