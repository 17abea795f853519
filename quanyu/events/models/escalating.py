"""Whom the rungs of running clocks have told (已告知的提醒)."""

from django.db import models

from quanyu.events.rules.escalating import Whom
from quanyu.kernel.access.queries import ScopedManager
from quanyu.kernel.access.reach import Access, Under
from quanyu.kernel.keys import uuid7

TOLD_TO_A_LEVEL = models.Q(level="", account_id=None) | models.Q(
    level__in=[one.value for one in Whom], account_id__isnull=False
)


class Told(models.Model):
    """One rung of one run of a clock, told to one person once (已告知的提醒步骤).

    Without a person nobody was there at that level or above it; that is kept too.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    stage = models.CharField("环节", max_length=40)
    run = models.CharField("第几次计时", max_length=60)
    number = models.PositiveSmallIntegerField("第几步")
    whom = models.CharField("该告知谁", max_length=20)
    level = models.CharField("告知了哪一级", max_length=20, blank=True)
    words = models.CharField("用哪种通知", max_length=20)
    due_at = models.DateTimeField("当时的到期时间")
    account_id = models.UUIDField("告知的人", null=True)
    on_behalf_of = models.UUIDField("代谁", null=True)
    told_at = models.DateTimeField("告知时间")

    objects = ScopedManager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.run} {self.number} {self.level}"


class RungTold(Told):
    """A rung of a matter's clock, or of the clock of a part of it (事项提醒)."""

    access = Access(rows=Under("event", "events.Event"), writes="insert")

    event = models.ForeignKey(
        "events.Event", models.CASCADE, verbose_name="事件", related_name="told"
    )

    class Meta:
        verbose_name = verbose_name_plural = "已告知的提醒步骤"
        constraints = [
            models.UniqueConstraint(
                "event",
                "run",
                "number",
                "account_id",
                name="rung_told_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="rung_told_to_a_level", condition=TOLD_TO_A_LEVEL),
        ]


class CallRungTold(Told):
    """A rung of the clock by which those called are to report in (吹哨提醒)."""

    access = Access(rows=Under("call", "events.WhistleCall"), writes="insert")

    call = models.ForeignKey(
        "events.WhistleCall", models.CASCADE, verbose_name="吹哨", related_name="told"
    )

    class Meta:
        verbose_name = verbose_name_plural = "已告知的吹哨提醒"
        constraints = [
            models.UniqueConstraint(
                "call",
                "run",
                "number",
                "account_id",
                name="call_rung_told_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="call_rung_told_to_a_level", condition=TOLD_TO_A_LEVEL),
        ]


class CardRungTold(Told):
    """A rung of the clock by which a card is to be answered (督办提醒)."""

    access = Access(rows=Under("card", "events.SupervisionCard"), writes="insert")

    card = models.ForeignKey(
        "events.SupervisionCard", models.CASCADE, verbose_name="督办单", related_name="told"
    )

    class Meta:
        verbose_name = verbose_name_plural = "已告知的督办提醒"
        constraints = [
            models.UniqueConstraint(
                "card",
                "run",
                "number",
                "account_id",
                name="card_rung_told_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="card_rung_told_to_a_level", condition=TOLD_TO_A_LEVEL),
        ]
