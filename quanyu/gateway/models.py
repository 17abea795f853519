"""Other systems, what they send and what they are told (对外接口)."""

from django.db import models
from django.db.models import F, Q

from quanyu.gateway.rules import Given, Kind
from quanyu.kernel.access.queries import ScopedManager
from quanyu.kernel.access.reach import Access, Under
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.rules import Personal

YEARS = 1095
"""Sample days, as for the words of a matter."""

ENDED = "event__closed_at"
TOLD = Personal("duty", _("办理热线转来的诉求"), YEARS, ENDED, of="resident", ends="fade")
WHERE = Personal("duty", _("办理热线转来的诉求"), YEARS, ENDED, kind="address")
ANSWERED = Personal("duty", _("向来源系统答复"), YEARS, ENDED, of="both", ends="fade")
OF_MATTER = Under("event", "events.Event")


class Source(models.Model):
    """Another system that sends matters and takes answers, such as the 12345 hotline (来源系统)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField("代号", max_length=30, unique=True)
    name = models.CharField("名称", max_length=60)
    name_en = models.CharField("英文名称", max_length=120, blank=True)
    region_path = models.CharField("辖区", max_length=40, db_collation="C")
    a_minute = models.PositiveIntegerField("每分钟次数")
    answers = models.BigIntegerField("已出答复序号", default=0)
    batches = models.PositiveIntegerField("已出批次", default=0)
    registered_at = models.DateTimeField("登记时间")
    registered_by = models.UUIDField("登记人", null=True)
    closed_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "来源系统"
        constraints = [
            models.CheckConstraint(
                name="source_place_ends_with_slash", condition=Q(region_path__endswith="/")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Token(models.Model):
    """What another system shows to be let in; its keyed hash alone is kept (接口令牌)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.ForeignKey(
        Source, models.PROTECT, verbose_name="来源系统", related_name="tokens"
    )
    mark = models.BinaryField("令牌摘要", max_length=34, unique=True)
    made_at = models.DateTimeField("生成时间")
    made_by = models.UUIDField("生成人")
    ends_at = models.DateTimeField("失效时间")
    confirmed_at = models.DateTimeField("核准时间", null=True)
    confirmed_by = models.UUIDField("核准人", null=True)
    revoked_at = models.DateTimeField("吊销时间", null=True)
    revoked_by = models.UUIDField("吊销人", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "接口令牌"
        constraints = [
            models.CheckConstraint(
                name="token_confirmed_by_another",
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("made_by")),
            ),
            models.CheckConstraint(
                name="token_confirmed_by_somebody",
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="token_ends_after_it_is_made", condition=Q(ends_at__gt=F("made_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.made_at:%Y-%m-%d}"


class Match(models.Model):
    """What a code of another system means here, from one day to another (代码对照)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.ForeignKey(
        Source, models.PROTECT, verbose_name="来源系统", related_name="matches"
    )
    kind = models.CharField("种类", max_length=8)
    said = models.CharField("对方代码", max_length=40)
    said_name = models.CharField("对方名称", max_length=60, blank=True)
    code = models.CharField("本方代码", max_length=40)
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "代码对照"
        constraints = [
            models.UniqueConstraint(
                "source", "kind", "said", "valid_from", name="match_once_from_a_day"
            ),
            models.CheckConstraint(
                name="match_kind_known", condition=Q(kind__in=[kind.value for kind in Kind])
            ),
            models.CheckConstraint(
                name="match_ends_after_it_begins",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.said} {self.code}"


class Order(models.Model):
    """One order of another system, as it told it last, and the matter it is here (热线工单).

    What it was classed as when it came stands in ``class_code`` and is never set again: a meaning
    that is given to a code later rewrites no history.
    """

    access = Access(rows=OF_MATTER, writes="insert update")
    personal = {
        "contents": TOLD,
        "address": WHERE,
        "lon": WHERE,
        "lat": WHERE,
        "withdrawn": TOLD,
        "return_said": TOLD,
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.ForeignKey(Source, models.PROTECT, verbose_name="来源系统", related_name="+")
    event = models.OneToOneField(
        "events.Event", models.CASCADE, verbose_name="事件", related_name="+"
    )
    number = models.CharField("工单号", max_length=64)
    contents = models.TextField("诉求内容")
    address = models.CharField("地点", max_length=200, blank=True)
    lon = models.FloatField("经度", null=True)
    lat = models.FloatField("纬度", null=True)
    coordinates = models.CharField("坐标系", max_length=8)
    class_said = models.CharField("对方类别代码", max_length=40, blank=True)
    class_name = models.CharField("对方类别名称", max_length=60, blank=True)
    class_code = models.CharField("来时的本方类别", max_length=8, blank=True)
    body_said = models.CharField("对方承办单位代码", max_length=40, blank=True)
    body_code = models.CharField("对方建议的承办单位", max_length=40, blank=True)
    priority_said = models.CharField("对方紧急程度", max_length=40, blank=True)
    name_mark = models.BinaryField("姓名摘要", max_length=34)
    phone_mark = models.BinaryField("电话摘要", max_length=34)
    is_confidential = models.BooleanField("要求保密", default=False)
    said_at = models.DateTimeField("来电时间", null=True)
    due_said = models.DateTimeField("热线要求答复时间", null=True)
    taken_at = models.DateTimeField("收到时间")
    by_file = models.BooleanField("由文件导入", default=False)
    urged = models.PositiveSmallIntegerField("催办次数", default=0)
    withdrawn = models.CharField("撤回理由", max_length=200, blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    returned = models.PositiveSmallIntegerField("退回次数", default=0)
    return_said = models.TextField("最近退回的理由", blank=True)
    told = models.PositiveIntegerField("已告知到第几步", default=0)
    is_watched = models.BooleanField("还在跟办", default=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "热线工单"
        constraints = [
            models.UniqueConstraint("source", "number", name="order_once_in_its_source"),
            models.CheckConstraint(
                name="order_point_whole",
                condition=Q(lon__isnull=True, lat__isnull=True)
                | Q(lon__range=(-180, 180), lat__range=(-90, 90)),
            ),
        ]
        indexes = [
            models.Index("taken_at", "id", name="order_by_time"),
            models.Index("event", "told", name="order_watched", condition=Q(is_watched=True)),
        ]

    def __str__(self) -> str:
        return self.number


class Batch(models.Model):
    """One file of answers that was handed over (答复批次)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.ForeignKey(Source, models.PROTECT, verbose_name="来源系统", related_name="+")
    number = models.PositiveIntegerField("批次")
    count = models.PositiveIntegerField("条数")
    at = models.DateTimeField("生成时间")
    by = models.UUIDField("生成人", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "答复批次"
        constraints = [models.UniqueConstraint("source", "number", name="batch_once_in_its_source")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.number}"


class Answer(models.Model):
    """One thing another system is told of its order; numbered without gaps (对外答复)."""

    access = Access(rows=OF_MATTER, writes="insert update")
    personal = {"words": ANSWERED, "sent_back_reason": ANSWERED}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.ForeignKey(Source, models.PROTECT, verbose_name="来源系统", related_name="+")
    order = models.ForeignKey(Order, models.CASCADE, verbose_name="工单", related_name="answers")
    event = models.ForeignKey("events.Event", models.CASCADE, verbose_name="事件", related_name="+")
    seq = models.BigIntegerField("序号")
    step = models.PositiveIntegerField("办理经过第几步")
    kind = models.CharField("种类", max_length=15)
    words = models.TextField("内容", blank=True)
    body = models.CharField("承办单位", max_length=120, blank=True)
    until = models.DateTimeField("期限", null=True)
    at = models.DateTimeField("办理时间")
    batch = models.ForeignKey(
        Batch, models.PROTECT, verbose_name="批次", related_name="answers", null=True
    )
    acknowledged_at = models.DateTimeField("对方签收时间", null=True)
    sent_back_at = models.DateTimeField("对方退回时间", null=True)
    sent_back_reason = models.TextField("退回理由", blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "对外答复"
        constraints = [
            models.UniqueConstraint("source", "seq", name="answer_in_order"),
            models.UniqueConstraint("order", "step", name="answer_once_a_step"),
            models.CheckConstraint(
                name="answer_kind_known", condition=Q(kind__in=[given.value for given in Given])
            ),
        ]
        indexes = [
            models.Index(
                "source",
                "seq",
                name="answer_waiting",
                condition=Q(batch__isnull=True, acknowledged_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"
