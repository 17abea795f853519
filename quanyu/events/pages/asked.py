"""What the forms of one page ask of its matter, each thing once (表单所需)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from quanyu.events.queries import joint, precedents
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Refusal
from quanyu.organisations.queries import BodyEntry
from quanyu.organisations.rules import Holder


@dataclass(frozen=True)
class Desk:
    """What a form needs to know: the matter, who asks, when, and what was typed already."""

    event: Any
    actor: Actor
    at: datetime
    given: Mapping[str, Any]
    verb: str = ""
    """The act that was just refused; its typed values are kept."""
    no: Refusal | None = None

    def typed(self, verb: str, name: str, default: Any = "") -> Any:
        """Return what was typed for a field of the refused act, or the default."""
        return self.given.get(name, default) if verb == self.verb else default

    def refusal(self, verb: str) -> Refusal | None:
        """Return the refusal, if it was this act that was refused."""
        return self.no if verb == self.verb else None

    @cached_property
    def named(self) -> Sequence[Holder]:
        """Return who answers for its class; several forms of one page ask."""
        return precedents.holders(self.event, self.event.category, at=self.at)

    @cached_property
    def here(self) -> Sequence[BodyEntry]:
        """Return the bodies that may be called to it."""
        return joint.here(self.event, at=self.at)

    @cached_property
    def owing(self) -> Sequence[Any]:
        """Return the parts of it that are still owed."""
        return joint.live(self.event, actor=self.actor) if self.event.open_parts else []

    @property
    def class_code(self) -> str:
        """Return the class as chosen just now, as filed, or as suggested."""
        chosen = self.given.get("class_code", "") if self.verb in {"file", "send_out"} else ""
        return chosen or self.event.category or self.event.suggested
