"""What comes in and goes out of the API of organisations (组织接口)."""

from ninja import Schema
from pydantic import ConfigDict


class Strict(Schema):
    """A body that refuses what it does not know, so that no wish is lost in silence."""

    model_config = ConfigDict(extra="forbid")
