"""What every body that comes in is: known fields, texts that can be kept."""

from ninja import Schema
from pydantic import ConfigDict, field_validator
from pydantic_core import PydanticCustomError


class Strict(Schema):
    """A body that refuses what it does not know, so that no wish is lost in silence."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def keepable(cls, value: object) -> object:
        """Refuse the one character that no text column takes."""
        if isinstance(value, str) and "\x00" in value:
            raise PydanticCustomError("unkeepable", "holds a character that cannot be kept")
        return value
