from django.contrib.postgres.fields import ArrayField
from django.db import models

from quanyu.kernel.access.reach import Access
from quanyu.kernel.calendar.rules import Kind
from quanyu.kernel.keys import uuid7

KINDS = [
    (Kind.WORKDAY.value, "工作日"),
    (Kind.RESTDAY.value, "休息日"),
    (Kind.STATUTORY.value, "法定节假日及连休"),
    (Kind.MAKEUP.value, "调休上班"),
]


class CalendarEdition(models.Model):
    """The state of the calendar: one row, its token another after every change (日历版次)."""

    access = Access(writes="insert update")

    number = models.SmallIntegerField("编号", primary_key=True, default=1)
    token = models.UUIDField("版次", default=uuid7)

    class Meta:
        verbose_name = verbose_name_plural = "日历版次"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number=1), name="calendar_edition_stands_alone"
            )
        ]

    def __str__(self) -> str:
        return str(self.token)


class CalendarYear(models.Model):
    """A year whose notice has been read (已载入年度)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    year = models.SmallIntegerField("年度", unique=True)
    papers = ArrayField(models.CharField(max_length=300), verbose_name="通知", default=list)
    loaded_at = models.DateTimeField("载入时间")

    class Meta:
        verbose_name = verbose_name_plural = "已载入年度"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(year__gte=1949, year__lte=2999), name="calendar_year_is_a_year"
            )
        ]

    def __str__(self) -> str:
        return str(self.year)


class CalendarDay(models.Model):
    """A date that is not what its weekday says (日历日)."""

    access = Access(writes="all")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    date = models.DateField("日期", unique=True)
    kind = models.CharField("类型", max_length=12, choices=KINDS)
    name = models.CharField("名称", max_length=60, blank=True)
    source = models.CharField("来源", max_length=200)
    windows = ArrayField(
        models.CharField(max_length=11), verbose_name="当日工作时段", default=list, blank=True
    )
    is_edited = models.BooleanField("本市已修改", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "日历日"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in Kind]),
                name="calendar_day_kind_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.kind}"


class WorkingHours(models.Model):
    """When the units of a place work, or one body does, from a day on (工作时间)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    place_path = models.CharField("辖区路径", max_length=80, db_collation="C", blank=True)
    body_id = models.UUIDField("机构", null=True, blank=True)
    windows = ArrayField(models.CharField(max_length=11), verbose_name="工作时段")
    every_day = models.BooleanField("全年无休", default=False)
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "工作时间"
        constraints = [
            models.UniqueConstraint(
                "place_path",
                "body_id",
                "valid_from",
                nulls_distinct=False,
                name="working_hours_once_a_day",
            ),
            models.UniqueConstraint(
                "place_path",
                "body_id",
                condition=models.Q(valid_to=None),
                nulls_distinct=False,
                name="working_hours_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gt=models.F("valid_from")),
                name="working_hours_end_after_they_begin",
            ),
            models.CheckConstraint(
                condition=models.Q(place_path="") | models.Q(place_path__endswith="/"),
                name="working_hours_place_ends_in_a_slash",
            ),
            models.CheckConstraint(
                condition=models.Q(windows__len__gt=0), name="working_hours_have_a_window"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place_path or self.body_id} {', '.join(self.windows)}"
