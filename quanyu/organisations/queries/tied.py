"""All that a body is tied to on a day (单位的各种关系)."""

from datetime import date
from typing import Any
from uuid import UUID

from quanyu.organisations.queries import coverage, formed, joined, net


def tied(body_id: UUID, *, on: date) -> dict[str, Any]:
    """Return how a body stood on a day, what was above it and tied to it, and its history."""
    return {
        "stood": net.node(body_id, on=on),
        "above": net.way_up(body_id, on=on),
        "commander": net.commander(body_id, on=on),
        "unit": formed.unit_of(body_id, on=on),
        "parties": formed.parties_of(body_id, on=on),
        "members": joined.members_of(body_id, on=on),
        "belongs_to": joined.hosts_of(body_id, on=on),
        "covers": coverage.covers_of(body_id, on=on),
        "steps": net.steps(body_id),
        "went_into": net.went_into(body_id),
        "made_of": net.made_of(body_id),
    }
