from django.db import models
from django.db.models.functions import Now

from quanyu.kernel.access.reach import Access
from quanyu.kernel.codes.rules import COUNTS, UNITS
from quanyu.kernel.codes.rules.rungs import AFTER, BEFORE, MOST_RUNGS, RUNG_UNITS, SHARE, SIDES
from quanyu.kernel.keys import uuid7

STANDING = models.Q(withdrawn_at=None)
DATED = models.Q(valid_to=None) | models.Q(valid_to__gt=models.F("valid_from"))


class CodesEdition(models.Model):
    """The state of all lists: one row, its token another after every change (代码版次)."""

    access = Access(writes="insert update")

    number = models.SmallIntegerField("编号", primary_key=True, default=1)
    token = models.UUIDField("版次", default=uuid7)

    class Meta:
        verbose_name = verbose_name_plural = "代码版次"
        constraints = [
            models.CheckConstraint(condition=models.Q(number=1), name="codes_edition_stands_alone")
        ]

    def __str__(self) -> str:
        return str(self.token)


class Document(models.Model):
    """A policy document that lists and limits rest on; a sample is marked so (政策文件)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.CharField("标题", max_length=200)
    title_en = models.CharField("英文标题", max_length=200, blank=True)
    number = models.CharField("文号", max_length=80, blank=True)
    issuer = models.CharField("发文机关", max_length=120, blank=True)
    issued_date = models.DateField("发文日期", null=True, blank=True)
    source = models.CharField("来源说明", max_length=300, blank=True)
    is_sample = models.BooleanField("示例", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "政策文件"
        constraints = [
            models.UniqueConstraint("title", "number", name="document_entered_once"),
            models.CheckConstraint(condition=~models.Q(title=""), name="document_has_a_title"),
        ]

    def __str__(self) -> str:
        return f"《{self.title}》{self.number}"


class Clause(models.Model):
    """One clause of a document (条款)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, related_name="clauses", verbose_name="文件"
    )
    number = models.CharField("条款号", max_length=40)
    summary = models.CharField("摘要", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "条款"
        constraints = [models.UniqueConstraint("document", "number", name="clause_entered_once")]

    def __str__(self) -> str:
        return self.number


class CodeList(models.Model):
    """A list of codes under one name (代码表)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField("标识", max_length=40, unique=True)
    name = models.CharField("名称", max_length=80)
    name_en = models.CharField("英文名称", max_length=120, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    note_en = models.CharField("英文说明", max_length=300, blank=True)
    sort = models.SmallIntegerField("顺序", default=100)

    class Meta:
        verbose_name = verbose_name_plural = "代码表"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(key__regex=r"^[a-z][a-z0-9_]*$"), name="code_list_key_is_a_word"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Code(models.Model):
    """One code as it holds from a day on; a change closes this row and opens another (代码)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    list = models.ForeignKey(
        CodeList, on_delete=models.PROTECT, related_name="codes", verbose_name="代码表"
    )
    code = models.CharField("代码", max_length=40, db_collation="C")
    name = models.CharField("名称", max_length=120)
    name_en = models.CharField("英文名称", max_length=160, blank=True)
    parent = models.CharField("上级代码", max_length=40, blank=True)
    scheme = models.CharField("编码体系", max_length=40, blank=True)
    version = models.CharField("版本", max_length=40, blank=True)
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)
    replaced_by = models.CharField("替代代码", max_length=40, blank=True)
    clause = models.ForeignKey(
        Clause, on_delete=models.PROTECT, null=True, blank=True, verbose_name="依据"
    )
    attributes = models.JSONField("属性", default=dict, blank=True)
    is_edited = models.BooleanField("本市已修改", default=False)
    made_at = models.DateTimeField("登记时间", db_default=Now())
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "代码"
        constraints = [
            models.UniqueConstraint(
                "list", "code", "valid_from", condition=STANDING, name="code_begins_once_a_day"
            ),
            models.UniqueConstraint(
                "list",
                "code",
                condition=STANDING & models.Q(valid_to=None),
                name="code_is_open_once",
            ),
            models.CheckConstraint(condition=DATED, name="code_ends_after_it_begins"),
            models.CheckConstraint(condition=~models.Q(name=""), name="code_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Limit(models.Model):
    """A time limit of a stage or span, for a class, at a place, from a day on (时限)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workflow = models.CharField("流程", max_length=40)
    stage = models.CharField("环节", max_length=40)
    class_prefix = models.CharField("类别", max_length=40, blank=True)
    place_path = models.CharField("辖区路径", max_length=80, db_collation="C", blank=True)
    amount = models.PositiveIntegerField("数量")
    unit = models.CharField("单位", max_length=16, choices=[(unit, unit) for unit in UNITS])
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)
    clause = models.ForeignKey(
        Clause, on_delete=models.PROTECT, null=True, blank=True, verbose_name="依据"
    )
    is_edited = models.BooleanField("本市已修改", default=False)
    made_at = models.DateTimeField("登记时间", db_default=Now())
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "时限"
        constraints = [
            models.UniqueConstraint(
                "workflow",
                "stage",
                "class_prefix",
                "place_path",
                "valid_from",
                condition=STANDING,
                name="limit_begins_once_a_day",
            ),
            models.UniqueConstraint(
                "workflow",
                "stage",
                "class_prefix",
                "place_path",
                condition=STANDING & models.Q(valid_to=None),
                name="limit_is_open_once",
            ),
            models.CheckConstraint(condition=DATED, name="limit_ends_after_it_begins"),
            models.CheckConstraint(condition=models.Q(unit__in=UNITS), name="limit_unit_is_known"),
            models.CheckConstraint(
                condition=models.Q(amount__gte=1) | models.Q(unit__in=COUNTS),
                name="limit_amount_is_something",
            ),
            models.CheckConstraint(
                condition=models.Q(place_path="") | models.Q(place_path__endswith="/"),
                name="limit_place_ends_in_a_slash",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workflow}.{self.stage} {self.class_prefix} {self.amount} {self.unit}"


class Rung(models.Model):
    """Whom to tell so long before or after a clock runs out, from a day on (提醒步骤)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workflow = models.CharField("流程", max_length=40)
    stage = models.CharField("环节", max_length=40, blank=True)
    class_prefix = models.CharField("类别", max_length=40, blank=True)
    number = models.PositiveSmallIntegerField("第几步")
    side = models.CharField("到期前后", max_length=6, choices=[(side, side) for side in SIDES])
    amount = models.PositiveIntegerField("数量")
    unit = models.CharField("单位", max_length=16, choices=[(unit, unit) for unit in RUNG_UNITS])
    whom = models.CharField("告知谁", max_length=20)
    words = models.CharField("用哪种通知", max_length=20)
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)
    clause = models.ForeignKey(
        Clause, on_delete=models.PROTECT, null=True, blank=True, verbose_name="依据"
    )
    is_edited = models.BooleanField("本市已修改", default=False)
    made_at = models.DateTimeField("登记时间", db_default=Now())
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "提醒步骤"
        constraints = [
            models.UniqueConstraint(
                "workflow",
                "stage",
                "class_prefix",
                "number",
                "valid_from",
                condition=STANDING,
                name="rung_begins_once_a_day",
            ),
            models.UniqueConstraint(
                "workflow",
                "stage",
                "class_prefix",
                "number",
                condition=STANDING & models.Q(valid_to=None),
                name="rung_is_open_once",
            ),
            models.CheckConstraint(condition=DATED, name="rung_ends_after_it_begins"),
            models.CheckConstraint(
                condition=models.Q(number__range=(1, MOST_RUNGS)), name="rung_number_on_the_ladder"
            ),
            models.CheckConstraint(
                condition=models.Q(side__in=SIDES, unit__in=RUNG_UNITS), name="rung_unit_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(side=AFTER) & ~models.Q(unit=SHARE)
                | models.Q(side=BEFORE, amount__gte=1) & ~models.Q(unit=SHARE)
                | models.Q(side=BEFORE, unit=SHARE, amount__range=(1, 99)),
                name="rung_distance_is_one",
            ),
            models.CheckConstraint(
                condition=~models.Q(whom="") & ~models.Q(words=""), name="rung_tells_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workflow}.{self.stage} {self.class_prefix} {self.number} {self.whom}"
