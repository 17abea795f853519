"""The texts that come in with an act."""

from typing import Annotated

from pydantic import Field

from quanyu.events.rules import LONGEST_TEXT

Said = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
