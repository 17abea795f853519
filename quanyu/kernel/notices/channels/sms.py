"""SMS through a provider's HTTP gateway, described as data (短信)."""

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from quanyu.kernel.notices.channels.faults import Permanent, Temporary, Unclear
from quanyu.kernel.notices.rules import filled

if TYPE_CHECKING:
    from quanyu.kernel.notices.channels import Parcel

SECONDS = 15
MOST_ANSWER = 64 * 1024
LONGEST = 120
"""Signs of a provider's name for a message, as they are kept."""

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class _Straight(urllib.request.HTTPRedirectHandler):
    """Follow nothing: a number and a text go to the address that the setting names, or nowhere."""

    def redirect_request(self, *_given: Any) -> None:
        """Return nothing, so that the answer stands as the refusal it is."""


_straight = urllib.request.build_opener(_Straight)


@dataclass(frozen=True, slots=True)
class Gateway:
    """One provider's interface, as its manual tells it (短信服务商).

    In headers and body stand ``{phone}`` ``{text}`` ``{code}`` ``{sign}`` ``{reference}`` and
    ``{words}``, the filled words as JSON; approved templates take the code and the words.
    """

    url: str
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    form: bool = False
    sign: str = ""
    needs_code: bool = False
    """Whether the provider sends approved templates only."""

    ok: str = ""
    """Where the answer says whether it took the message, as keys between dots; and what then."""

    ok_is: str = "OK"
    id: str = ""
    """Where the answer names the message, for the receipt."""

    never: tuple[str, ...] = ()
    """The answers after which trying again is in vain: no such number, refused."""

    receipt_id: str = ""
    receipt_ok: str = ""
    receipt_ok_is: str = ""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ImproperlyConfigured("QUANYU_SMS: url must be https")


def gateway() -> Gateway | None:
    """Return the provider's interface, if one is set.

    :raises ImproperlyConfigured: if it is misshapen
    """
    if not settings.QUANYU_SMS:
        return None
    try:
        given = json.loads(settings.QUANYU_SMS)
        return Gateway(**{**given, "never": tuple(given.get("never", ()))})
    except (ValueError, TypeError, AttributeError) as fault:
        raise ImproperlyConfigured(f"QUANYU_SMS: {fault}") from None


class Sms:
    """The way by text message."""

    def is_on(self) -> bool:
        """Answer whether a provider is set."""
        return gateway() is not None

    def send(self, parcel: "Parcel") -> str:
        """Send one message and return the provider's name for it."""
        held = gateway()
        if held is None:
            raise Permanent("off")
        if held.needs_code and not parcel.provider_code:
            raise Permanent("no approved template")
        said = _asked(held, _request(held, parcel))
        answer = _at(said, held.ok)
        if held.ok and answer != held.ok_is:
            kind = f"provider {answer}"
            raise Permanent(kind) if answer in held.never else Temporary(kind)
        return _at(said, held.id) or parcel.reference


def receipt(given: Mapping[str, Any]) -> tuple[str, bool]:
    """Return of which message a provider's receipt speaks, and whether it arrived."""
    held = gateway()
    if held is None or not held.receipt_id:
        return "", False
    return _at(given, held.receipt_id), _at(given, held.receipt_ok) == held.receipt_ok_is


def _request(held: Gateway, parcel: "Parcel") -> urllib.request.Request:
    words = {
        "phone": parcel.address,
        "text": parcel.body,
        "code": parcel.provider_code,
        "sign": held.sign,
        "reference": parcel.reference,
        "words": json.dumps(dict(parcel.words), ensure_ascii=False),
    }
    body = _put(held.body, words)
    kind = "application/x-www-form-urlencoded" if held.form else "application/json"
    data = urlencode(body) if held.form else json.dumps(body, ensure_ascii=False)
    headers = {"Content-Type": f"{kind}; charset=utf-8"} | _put(held.headers, words)
    return urllib.request.Request(  # noqa: S310 - the setting allows https and loopback alone
        held.url, data=data.encode(), headers=headers, method="POST"
    )


def _put(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return filled(value, words)
    if isinstance(value, Mapping):
        return {key: _put(held, words) for key, held in value.items()}
    return [_put(held, words) for held in value] if isinstance(value, list) else value


def _asked(held: Gateway, request: urllib.request.Request) -> Any:
    try:
        with _straight.open(request, timeout=SECONDS) as answer:
            said = answer.read(MOST_ANSWER)
    except urllib.error.HTTPError as fault:
        is_final = 400 <= fault.code < 500 and fault.code not in {408, 425, 429}
        fault.close()
        raise (Permanent if is_final else Temporary)(f"http {fault.code}") from None
    except urllib.error.URLError as fault:
        raise _unheard(fault.reason) from None
    except OSError as fault:
        raise Unclear(type(fault).__name__) from None
    try:
        return json.loads(said)
    except ValueError:
        if held.ok:
            raise Unclear("no JSON") from None
        return {}


def _unheard(reason: object) -> Temporary:
    """Return what it means that no answer came: before the connection nothing was handed over."""
    is_before = isinstance(reason, ConnectionRefusedError | socket.gaierror)
    return (Temporary if is_before else Unclear)(type(reason).__name__)


def _at(said: Any, where: str) -> str:
    """Return what stands under keys between dots, as a column takes it; numbers count lists."""
    for key in where.split(".") if where else ():
        if isinstance(said, list) and key.isdigit() and int(key) < len(said):
            said = said[int(key)]
        else:
            said = said.get(key) if isinstance(said, Mapping) else None
    return "" if said is None or not where else str(said).replace("\x00", "")[:LONGEST]
