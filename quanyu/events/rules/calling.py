"""Whom each step of a whistle call and of a supervision card concerns, in which words (告知)."""

from enum import StrEnum
from typing import Final

from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.notices.rules import Group, Topic, declare


class Whom(StrEnum):
    """Whom a step concerns (告知对象)."""

    CALLED = "called"
    """Whoever handles in the bodies that were called."""
    ONE = "one"
    """Whoever handles in the one body that the step is about."""
    STREET = "street"
    """Who called, or else the street's dispatchers and commanders."""
    RAISER = "raiser"
    """Who raised the card, or else the commanders."""


CALL_STEPS: Final = {
    "start": Whom.CALLED,
    "report_in": Whom.STREET,
    "finish": Whom.STREET,
    "call_back": Whom.ONE,
    "end": Whom.CALLED,
    "assess": Whom.ONE,
    "reply": Whom.STREET,
}
CARD_STEPS: Final = {
    "start": Whom.ONE,
    "answer": Whom.RAISER,
    "accept": Whom.ONE,
    "send_back": Whom.ONE,
    "escalate": Whom.ONE,
    "withdraw": Whom.ONE,
}
RUNGS: Final = ("soon", "overdue", "raised")
"""What is told of as the time for an answer runs out."""

CALL_WORDS = ("number", "kind", "place", "due_at")
CARD_WORDS = ("number", "level", "place", "due_at")
CALL_RUNG = (*CALL_WORDS, "holder", "note")
CARD_RUNG = (*CARD_WORDS, "holder", "note")
_WHERE = _("{place}，吹哨编号 {number}。")
_CARD = _("{place}，督办单编号 {number}。")

declare(
    Topic(
        "whistle.start",
        Group.ASSIGNED,
        _("街道吹哨叫本单位"),
        _("{kind}，请报到：{place}"),
        _("{place}，吹哨编号 {number}，请在 {due_at} 前报到。"),
        CALL_WORDS,
    ),
    Topic(
        "whistle.report_in",
        Group.ANSWERS,
        _("被叫单位报到"),
        _("有单位报到了：{place}"),
        _WHERE,
        CALL_WORDS,
    ),
    Topic(
        "whistle.finish",
        Group.ANSWERS,
        _("被叫单位说办完"),
        _("有单位说办完了，请看：{place}"),
        _("{place}，吹哨编号 {number}。事情办完了请收哨，没办完可以请它继续。"),
        CALL_WORDS,
    ),
    Topic(
        "whistle.call_back",
        Group.ASSIGNED,
        _("街道请本单位继续办"),
        _("事情还没完，请继续：{place}"),
        _WHERE,
        CALL_WORDS,
    ),
    Topic("whistle.end", Group.ANSWERS, _("收哨"), _("已收哨：{place}"), _WHERE, CALL_WORDS),
    Topic(
        "whistle.assess",
        Group.ANSWERS,
        _("街道评价本单位的响应"),
        _("街道评价了这次响应：{place}"),
        _("{place}，吹哨编号 {number}。有不同意见可以答复一次。"),
        CALL_WORDS,
    ),
    Topic(
        "whistle.reply",
        Group.ANSWERS,
        _("被叫单位答复评价"),
        _("单位答复了评价：{place}"),
        _WHERE,
        CALL_WORDS,
    ),
    Topic(
        "whistle.overdue",
        Group.DUE,
        _("吹哨后没有按时报到"),
        _("还有单位没有报到：{place}"),
        _("{place}，吹哨编号 {number}，应在 {due_at} 前报到。{note}"),
        CALL_RUNG,
    ),
    Topic(
        "whistle.soon",
        Group.DUE,
        _("吹哨报到快到期"),
        _("请快报到：{place}"),
        _("{place}，吹哨编号 {number}，请在 {due_at} 前报到。{note}"),
        CALL_RUNG,
    ),
    Topic(
        "whistle.raised",
        Group.DUE,
        _("吹哨后逾期没有报到，请督促"),
        _("没有按时报到，请督促：{place}"),
        _("{place}，吹哨编号 {number}，{holder}应在 {due_at} 前报到。{note}"),
        CALL_RUNG,
    ),
    Topic(
        "card.start",
        Group.ASSIGNED,
        _("本单位收到督办单"),
        _("{level}，请答复：{place}"),
        _("{place}，督办单编号 {number}，请在 {due_at} 前答复做了什么。"),
        CARD_WORDS,
    ),
    Topic(
        "card.answer",
        Group.ASSIGNED,
        _("督办单有了答复"),
        _("督办单已答复，请看：{place}"),
        _("{place}，督办单编号 {number}。请认可、退回重答或升级。"),
        CARD_WORDS,
    ),
    Topic(
        "card.accept",
        Group.ANSWERS,
        _("督办答复被认可"),
        _("答复已认可：{place}"),
        _CARD,
        CARD_WORDS,
    ),
    Topic(
        "card.send_back",
        Group.ASSIGNED,
        _("督办答复被退回"),
        _("答复被退回，请重答：{place}"),
        _("{place}，督办单编号 {number}，请在 {due_at} 前重新答复。"),
        CARD_WORDS,
    ),
    Topic(
        "card.escalate", Group.ANSWERS, _("督办升级"), _("督办已升级：{place}"), _CARD, CARD_WORDS
    ),
    Topic(
        "card.withdraw", Group.ANSWERS, _("督办撤回"), _("督办已撤回：{place}"), _CARD, CARD_WORDS
    ),
    Topic(
        "card.overdue",
        Group.DUE,
        _("督办单没有按时答复"),
        _("督办单已过答复期限：{place}"),
        _("{place}，督办单编号 {number}，应在 {due_at} 前答复。{note}"),
        CARD_RUNG,
    ),
    Topic(
        "card.soon",
        Group.DUE,
        _("督办单答复快到期"),
        _("督办单快到答复期限：{place}"),
        _("{place}，督办单编号 {number}，请在 {due_at} 前答复。{note}"),
        CARD_RUNG,
    ),
    Topic(
        "card.raised",
        Group.DUE,
        _("督办单逾期没有答复，请督促"),
        _("督办单没有按时答复，请督促：{place}"),
        _("{place}，督办单编号 {number}，{holder}应在 {due_at} 前答复。{note}"),
        CARD_RUNG,
    ),
)
