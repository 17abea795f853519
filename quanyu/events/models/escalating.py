"""Whom the rungs of a matter's clocks have told (已告知的提醒)."""

from django.db import models

from quanyu.events.rules.escalating import Whom
from quanyu.kernel.access.queries import ScopedManager
from quanyu.kernel.access.reach import Access, Under
from quanyu.kernel.keys import uuid7


class RungTold(models.Model):
    """One rung of one run of a clock, told to one person once (已告知的提醒步骤).

    Without a person nobody was there at that level or above it; that is kept too.
    """

    access = Access(rows=Under("event", "events.Event"), writes="insert")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    event = models.ForeignKey(
        "events.Event", models.CASCADE, verbose_name="事件", related_name="told"
    )
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
            models.CheckConstraint(
                name="rung_told_to_a_level",
                condition=models.Q(level="", account_id=None)
                | models.Q(level__in=[one.value for one in Whom], account_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run} {self.number} {self.level}"
