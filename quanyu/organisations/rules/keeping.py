"""Who may keep the register, and what it refuses to hold twice (登记规则)."""

from quanyu.kernel.errors import Refusal


class NotKeeper(Refusal):
    """This role does not keep the duty list."""


class AlreadyThere(Refusal):
    """There is such a body or duty already."""
