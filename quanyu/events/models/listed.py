"""What the lists are found and counted by; made of the matters, and never asked of otherwise."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from quanyu.kernel.access.queries import ScopedManager
from quanyu.kernel.access.reach import Access, Reach, Under
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.rules import Personal

DOORS = ("body_id", "account_id", "shared_with")
"""The doors of a matter besides its place and its key."""

ANSWER_ALONE = (
    models.Index(
        *("region_path", "reported_at", "id"),
        name="event_place_and_time",
        include=[*DOORS, "state", "category", "next_due_at", "lon", "lat"],
    ),
    models.Index("lat", "lon", name="event_spot", include=["id", "region_path", *DOORS]),
)
"""Indexes of matters that answer without the rows: under row security they have to hold every
column of the policy."""

OF_FEW = tuple(
    models.Index(*columns, name=name, condition=models.Q(**{f"{columns[0]}__isnull": False}))
    for name, columns in {
        "event_of_body": ("body_id", "state"),
        "event_ended": ("closed_at",),
        "event_merged": ("merged_into",),
        "event_again": ("repeat_of",),
    }.items()
)
"""Indexes of what a new report has not: it is written into none of them."""


class EventWords(models.Model):
    """The words of a matter as the search compares them (检索用字).

    Read by nobody: the owner's functions find matters by them, within reach.
    """

    access = Access(rows=Under("event", "events.Event"), searched="words", dated="reported_at")
    personal = {
        "words": Personal(
            "duty",
            _("按事项里的字查找"),
            1095,
            "event__closed_at",
            of="resident",
            ends="timer",
            timer="quanyu.kernel.privacy.jobs.purge",
        ),
    }

    event = models.OneToOneField(
        "events.Event", models.CASCADE, verbose_name="事件", related_name="+", primary_key=True
    )
    words = SearchVectorField("检索用字")

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "检索用字"
        indexes = [GinIndex("words", name="event_words_found")]

    def __str__(self) -> str:
        return f"{self.event_id}"


class Counted(models.Model):
    """As what a matter stands in the roll-up (已计入).

    What has changed since is taken off as this and put on as it is.
    """

    access = Access(rows=Reach(place="region_path"))

    event = models.OneToOneField(
        "events.Event", models.CASCADE, verbose_name="事件", related_name="+", primary_key=True
    )
    region_path = models.CharField("地点", max_length=80, db_collation="C")
    category = models.CharField("类别", max_length=8, db_collation="C")
    state = models.CharField("状态", max_length=32)
    day = models.DateField("上报日")
    lon = models.IntegerField("经度", null=True)
    """In millionths of a degree, so that sums are exact."""
    lat = models.IntegerField("纬度", null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "已计入"

    def __str__(self) -> str:
        return f"{self.event_id} {self.state}"


class Tally(models.Model):
    """How many matters of one kind: the roll-up of a place and all below it (汇总数).

    Which kinds are kept says ``rules/counting.py``.
    """

    access = Access(rows=Reach(place="region_path"))

    key = models.CharField("键", max_length=160, primary_key=True, db_collation="C")
    grain = models.CharField("口径", max_length=8)
    level = models.PositiveSmallIntegerField("层级")
    region_path = models.CharField("地点", max_length=80, db_collation="C")
    category = models.CharField("类别", max_length=8, db_collation="C")
    state = models.CharField("状态", max_length=32)
    day = models.DateField("上报日", null=True)
    count = models.IntegerField("件数")
    placed = models.IntegerField("有点位的件数")
    lon = models.BigIntegerField("经度之和")
    lat = models.BigIntegerField("纬度之和")

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "汇总数"
        indexes = [models.Index("grain", "level", "region_path", "day", name="tally_by_place")]

    def __str__(self) -> str:
        return f"{self.key} {self.count}"


class Folded(models.Model):
    """Up to where the matters are in the roll-up and in the search (汇总进度)."""

    access = Access(writes="insert update")

    key = models.CharField("名称", max_length=20, primary_key=True)
    since = models.UUIDField("此后的经过未计入")
    """A story's line with a later key may not be counted yet."""
    whole_at = models.DateTimeField("全部计入的时间", null=True)
    """When every matter had been looked at once; before, nothing is asked of the roll-up."""

    class Meta:
        verbose_name = verbose_name_plural = "汇总进度"

    def __str__(self) -> str:
        return f"{self.key} {self.whole_at}"


class ListCount(models.Model):
    """One list that a person has had counted row by row, by the worker (精确计数).

    Counted with that person's sight at that time, and shown to nobody else.
    """

    access = Access(rows=Reach(place="", own="account_id", jobs=True), writes="insert update")
    personal = {
        "asked": Personal("duty", _("按申请时看到的样子计数"), 1, "at", of="both", ends="row"),
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account_id = models.UUIDField("申请人")
    hat = models.CharField("身份", max_length=100, blank=True)
    asked = models.JSONField("筛选条件")
    at = models.DateTimeField("申请时间")
    counted_at = models.DateTimeField("数清时间", null=True)
    number = models.PositiveIntegerField("件数", null=True)
    """None although it was counted: it took longer than a worker may."""

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "精确计数"
        indexes = [models.Index("account_id", models.F("at").desc(), name="list_count_by_person")]

    def __str__(self) -> str:
        return f"{self.number}"
