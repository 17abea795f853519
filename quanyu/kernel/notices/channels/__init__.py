"""The ways out of the house behind one door: send, and how it can fail (发送渠道)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from quanyu.kernel.notices.channels import mail, sms
from quanyu.kernel.notices.channels.faults import Permanent, Temporary
from quanyu.kernel.notices.rules import Channel


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes out: one message to one address; never logged (待发内容)."""

    channel: str
    address: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    reference: str
    """The same at every try of one delivery, so that a repeat is recognised."""

    provider_code: str = ""
    words: Mapping[str, str] = field(default_factory=dict, repr=False)


class Way(Protocol):
    """One way out (渠道接口)."""

    def is_on(self) -> bool:
        """Answer whether this city has set it up."""

    def send(self, parcel: Parcel) -> str:
        """Send, and return by what the other side knows it.

        :raises Temporary: if it may go better later
        :raises Permanent: if it will never go this way
        """


WAYS: Mapping[str, Way] = {Channel.MAIL: mail.Mail(), Channel.SMS: sms.Sms()}


def open_ways() -> frozenset[str]:
    """Return the ways that are set up."""
    return frozenset(name for name, way in WAYS.items() if way.is_on())


def send(parcel: Parcel) -> str:
    """Send by the parcel's own way.

    :raises Temporary: if it may go better later
    :raises Permanent: if it will never go this way
    """
    return WAYS[parcel.channel].send(parcel)


__all__ = ["Parcel", "Permanent", "Temporary", "Way", "open_ways", "send"]
