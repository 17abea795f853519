from django.db import models
from django.db.models.lookups import IsNull

from quanyu.events.rules.fair import Decision, Ended
from quanyu.kernel.access.queries import ScopedManager
from quanyu.kernel.access.reach import Access, Under
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.rules import Personal

REVIEWED = Personal("duty", _("记录剔除评审"), 1095, "event__closed_at", of="both", ends="fade")


def is_none_of(who: str, *lists: str) -> models.Q:
    """Return the condition that a person stands in none of some lists of the row."""
    found = models.Q()
    for one in lists:
        place = models.Func(
            models.F(one),
            models.F(who),
            function="array_position",
            output_field=models.IntegerField(),
        )
        found &= models.Q(IsNull(place, rhs=True))
    return found


class Callback(models.Model):
    """One round of calling a reporter back after a closing (回访).

    What the reporter answers stands on the matter and in its story, like one's own rating.
    """

    access = Access(rows=Under("event", "events.Event"), writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    event = models.ForeignKey(
        "events.Event", models.CASCADE, verbose_name="事件", related_name="callbacks"
    )
    queued_at = models.DateTimeField("进入队列时间")
    next_at = models.DateTimeField("可以打的时间")
    until = models.DateTimeField("打到何时为止")
    tries = models.PositiveSmallIntegerField("打过几次", default=0)
    most_tries = models.PositiveSmallIntegerField("最多打几次")
    taken_at = models.DateTimeField("领取时间", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    ended = models.CharField("怎样结束", max_length=12, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "回访"
        constraints = [
            models.UniqueConstraint(
                "event", name="callback_open_once_a_matter", condition=models.Q(ended_at=None)
            ),
            models.CheckConstraint(
                name="callback_ended_in_a_known_way",
                condition=models.Q(ended_at=None, ended="")
                | models.Q(ended_at__isnull=False, ended__in=[one.value for one in Ended]),
            ),
            models.CheckConstraint(
                name="callback_tries_within_what_was_set",
                condition=models.Q(tries__lte=models.F("most_tries")),
            ),
        ]
        indexes = [
            models.Index(
                "next_at", "id", name="callback_waiting", condition=models.Q(ended_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.ended}"


class Exclusion(models.Model):
    """A wish that a matter leave the rates, and what a reviewer decided (剔除评审).

    It never closes the matter, and the reporter gets what they would have got.
    """

    access = Access(rows=Under("event", "events.Event"), writes="insert update")
    personal = {"asked_words": REVIEWED, "decided_words": REVIEWED, "undone_words": REVIEWED}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    event = models.ForeignKey(
        "events.Event", models.CASCADE, verbose_name="事件", related_name="exclusions"
    )
    reason = models.CharField("剔除理由", max_length=40)
    asked_words = models.TextField("申请的话")
    asked_by = models.UUIDField("申请人")
    asked_at = models.DateTimeField("申请时间")
    body_id = models.UUIDField("申请时的承办单位", null=True)
    decision = models.CharField("评审结果", max_length=12, default=Decision.WAITING.value)
    decided_words = models.TextField("评审的话", blank=True)
    decided_by = models.UUIDField("评审人", null=True)
    decided_at = models.DateTimeField("评审时间", null=True)
    undone_words = models.TextField("撤销的话", blank=True)
    undone_by = models.UUIDField("撤销人", null=True)
    undone_at = models.DateTimeField("撤销时间", null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "剔除评审"
        constraints = [
            models.CheckConstraint(
                name="exclusion_decision_known",
                condition=models.Q(decision__in=[one.value for one in Decision]),
            ),
            models.CheckConstraint(
                name="exclusion_decided_by_another",
                condition=models.Q(decision=Decision.WAITING.value, decided_by=None)
                | (
                    models.Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~models.Q(decided_by=models.F("asked_by"))
                ),
            ),
            models.CheckConstraint(
                name="exclusion_undone_by_another",
                condition=~models.Q(decision=Decision.COUNTED.value)
                | (
                    models.Q(undone_by__isnull=False, undone_at__isnull=False)
                    & ~models.Q(undone_by=models.F("asked_by"))
                ),
            ),
            models.UniqueConstraint(
                "event",
                name="exclusion_waits_or_stands_once",
                condition=models.Q(decision__in=[Decision.WAITING.value, Decision.EXCLUDED.value]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.reason} {self.decision}"
