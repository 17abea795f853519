"""What orders, meanings and answers hold by the columns of their lists (列的取值)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from quanyu.events.queries import words
from quanyu.events.queries.values import state_words
from quanyu.gateway.models import Answer, Match, Order
from quanyu.gateway.rules import GIVEN_WORDS, KIND_WORDS, Kind
from quanyu.gateway.tables import ANSWERS, MATCHED, ORDERS
from quanyu.kernel.privacy.fields import ring
from quanyu.organisations import queries as organisations

NAME, PHONE = "gateway.order.name", "gateway.order.phone"


class Hidden:
    """What somebody said and nobody keeps: equal to the text whose keyed hash it holds."""

    def __init__(self, mark: bytes, *, column: str) -> None:
        self._mark, self._column = mark, column

    def __eq__(self, other: object) -> bool:
        if not self._mark:
            return other in {None, ""}
        return isinstance(other, str) and self._mark in ring().marks(other, column=self._column)

    def __hash__(self) -> int:
        return hash(self._mark)

    def __str__(self) -> str:
        return "***" if self._mark else ""


def mark(text: str, *, column: str) -> bytes:
    """Return the keyed hash by which a text is told to be the same; b"" for none."""
    return ring().marks(text, column=column)[0] if text else b""


def hidden(order: Order) -> dict[str, Hidden]:
    """Return what stands for the caller's name and number when a file is compared."""
    return {
        "name": Hidden(bytes(order.name_mark), column=NAME),
        "phone": Hidden(bytes(order.phone_mark), column=PHONE),
    }


@ORDERS.read_by
def order_values(rows: Sequence[Order], *, at: datetime) -> list[dict[str, Any]]:
    """Return what each order holds by the columns of its list; never who called."""
    return [
        {
            "source": row.source.code,
            "number": row.number,
            "matter": row.event.number,
            "state": state_words(row.event.state),
            "contents": row.contents,
            "address": row.address,
            "lon": said_number(row.lon),
            "lat": said_number(row.lat),
            "coordinates": row.coordinates,
            "class_said": row.class_said,
            "class_name": row.class_name,
            "class": words.class_words(row.class_code, at=at),
            "body_said": row.body_said,
            "priority_said": row.priority_said,
            "name": "",
            "phone": "",
            "confidential": row.is_confidential,
            "said_at": row.said_at,
            "due_said": row.due_said,
            "due": row.event.due_at,
            "urged": row.urged,
            "withdrawn": _("是") if row.withdrawn_at else "",
            "returned": "",
            "taken": row.taken_at,
        }
        for row in rows
    ]


def said_number(value: float | None) -> str:
    """Return a coordinate as a file writes it."""
    return "" if value is None else f"{value:.7f}".rstrip("0").rstrip(".")


@MATCHED.read_by
def match_values(rows: Sequence[Match], *, at: datetime) -> list[dict[str, Any]]:
    """Return what each meaning holds by the columns of its list."""
    return [
        {
            "source": row.source.code,
            "kind": _(KIND_WORDS[row.kind]),
            "said": row.said,
            "valid_from": row.valid_from,
            "said_name": row.said_name,
            "code": row.code,
            "name": meaning_words(row.kind, row.code, at=at),
            "valid_to": row.valid_to,
        }
        for row in rows
    ]


def meaning_words(kind: str, code: str, *, at: datetime) -> str:
    """Return what a code of ours is called."""
    if kind == Kind.CLASS:
        return words.class_words(code, at=at)
    if kind == Kind.BODY:
        body = organisations.body_by_code(code)
        return body.label if body else ""
    return _("紧急") if code == "urgent" else _("一般")


@ANSWERS.read_by
def answer_values(rows: Sequence[Answer], *, at: datetime) -> list[dict[str, Any]]:
    """Return what each answer holds by the columns of its list."""
    return [
        {
            "seq": row.seq,
            "number": row.order.number,
            "kind_name": _(GIVEN_WORDS[row.kind]),
            "kind": row.kind,
            "words": row.words,
            "body": row.body,
            "until": row.until,
            "at": row.at,
            "matter": row.event.number,
            "batch": row.batch.number if row.batch else None,
            "acknowledged": row.acknowledged_at,
            "sent_back": row.sent_back_reason,
            "source": row.source.code,
        }
        for row in rows
    ]
