"""What the reporter sees, and the desk (页面)."""

from quanyu.events.pages import bulletin, cards, lists, minutes

__all__ = ["bulletin", "cards", "lists", "minutes"]
