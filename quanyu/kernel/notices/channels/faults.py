"""How sending can fail; the word says the kind, never the address (发送失败)."""


class Temporary(Exception):
    """It did not go, and may go better later."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind[:40]


class Permanent(Temporary):
    """It will never go this way."""


class Unclear(Temporary):
    """It was handed over, and nobody knows whether it went: repeating may tell it twice."""
