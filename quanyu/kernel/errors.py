"""Why the system says no.

* Refusal            the reader may know why          -> 409
  - NotAllowed       the workflow forbids the move
  - Invalid          what was sent is not as it must be -> 422
  - TooMany          asked too often                    -> 429
  - WrongHandler ... one class per rule, next to the rule
* Denied             the reader may not know it exists -> 404
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager


def gettext_noop(sentence: str) -> str:
    """Return ``sentence`` as it is; it marks a Chinese source sentence for the catalogue."""
    return sentence


class Refusal(Exception):
    """An anticipated no: a sentence fit for the person who asked, and its parts.

    The sentence is Chinese source text, translated at the edge; ``{name}`` in it is filled
    from ``parts`` there. ``field``, ``value`` and ``allowed`` tell what to mend. Of what was done
    to many at once, ``about`` is the key of the one that is meant; ``whom`` says it in words, and
    is set at the edge alone, which knows what its reader may see.
    """

    status = 409

    def __init__(
        self,
        sentence: str,
        *,
        field: str = "",
        value: object = None,
        allowed: Sequence[str] = (),
        **parts: object,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
        self.value = value
        self.allowed = list(allowed)
        self.parts: dict[str, object] = dict(parts)
        self.about: object = None
        self.whom = ""

    def __str__(self) -> str:
        if not self.parts:
            return self.sentence
        return self.sentence.format(**{"value": self.value, "field": self.field} | self.parts)


class Invalid(Refusal):
    """What was sent is not as it must be; nothing was written."""

    status = 422


class TooMany(Refusal):
    """Asked too often; ``retry_after`` seconds from now it is fine again."""

    status = 429

    def __init__(self, sentence: str, *, retry_after: int, **parts: object) -> None:
        super().__init__(sentence, retry_after=retry_after, **parts)  # type: ignore[arg-type]
        self.retry_after = retry_after


@contextmanager
def of_one(key: object) -> Iterator[None]:
    """Let a refusal from within say which one of many is meant; the innermost key stays."""
    try:
        yield
    except Refusal as no:
        no.about = key if no.about is None else no.about
        raise


class Denied(Exception):
    """The row is missing or out of reach; the caller is not told which."""
