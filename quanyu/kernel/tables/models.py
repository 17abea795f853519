"""Files on their way out and in, and the views that people save."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from quanyu.kernel.access.queries import ScopedManager
from quanyu.kernel.access.reach import Access, Reach
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.rules import Personal
from quanyu.kernel.tables.rules import TAKEN, Format, State

OWN = Reach(place="region_path", own="account_id")
SEARCHED = Personal("duty", _("按申请时看到的样子生成文件"), 30, "at", of="both")
IN_FILE = Personal(
    "duty",
    _("交给申请人，供本次工作使用"),
    1,
    "at",
    of="both",
    ends="file",
    title=_("文件"),
)


class Paper(models.Model):
    """What an export and an import have in common: whose it is, of which list, and how far."""

    access = Access(rows=OWN, writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account_id = models.UUIDField("申请人", db_index=True)
    hat = models.CharField("身份", max_length=100, blank=True)
    region_path = models.CharField("辖区", max_length=40, db_collation="C")
    table = models.CharField("列表", max_length=40)
    format = models.CharField("格式", max_length=8)
    language = models.CharField("语言", max_length=10)
    state = models.CharField("状态", max_length=9)
    at = models.DateTimeField("申请时间")
    began_at = models.DateTimeField("开始时间", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    ends_at = models.DateTimeField("文件保留至", null=True)
    done = models.PositiveIntegerField("已处理行数", default=0)
    total = models.PositiveIntegerField("总行数", default=0)
    size = models.BigIntegerField("大小", default=0)
    sha256 = models.CharField("摘要", max_length=64, blank=True)
    sentence = models.CharField("未完成原因", max_length=300, blank=True)
    parts = models.JSONField("原因的细节", default=dict)

    objects = ScopedManager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.table} {self.state}"


class Export(Paper):
    """One file of a list, made as the person who asked (导出)."""

    personal = {
        "asked": SEARCHED,
        "reason": Personal("duty", _("说明为什么需要这份文件"), 30, "at", of="staff"),
        "file": IN_FILE,
    }

    asked = models.CharField("筛选条件", max_length=2_000, blank=True)
    columns = ArrayField(models.CharField(max_length=40), verbose_name="列")
    reason = models.CharField("用途", max_length=200, blank=True)
    is_personal = models.BooleanField("含群众原话", default=False)
    approved_by = models.UUIDField("批准人", null=True)
    approved_at = models.DateTimeField("批准时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "导出"
        indexes = [models.Index(fields=["account_id", "-at"], name="export_by_person")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[s.value for s in State]), name="export_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(format__in=[f.value for f in Format]),
                name="export_format_known",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True)
                | ~models.Q(approved_by=models.F("account_id")),
                name="export_approved_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(region_path__endswith="/"),
                name="export_place_ends_with_a_slash",
            ),
        ]


class Import(Paper):
    """One file brought in: checked first, and written as a whole when it is confirmed (导入)."""

    personal = {
        "preview": Personal("duty", _("写入前核对"), 30, "at", of="both"),
        "faults": Personal("duty", _("说明哪一行有问题"), 30, "at", of="both"),
        "parts": Personal("duty", _("说明文件为什么不能导入"), 30, "at", of="both"),
        "file": IN_FILE,
    }

    new = models.PositiveIntegerField("新增", default=0)
    changed = models.PositiveIntegerField("变更", default=0)
    same = models.PositiveIntegerField("未变", default=0)
    wrong = models.PositiveIntegerField("有问题的行", default=0)
    preview = models.JSONField("变更预览", default=list)
    faults = models.JSONField("问题", default=list)
    basis = models.CharField("试算依据", max_length=64, blank=True)
    is_confirmed = models.BooleanField("已确认", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "导入"
        indexes = [models.Index(fields=["account_id", "-at"], name="import_by_person")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[s.value for s in State]), name="import_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(format__in=[f.value for f in TAKEN]),
                name="import_format_known",
            ),
            models.CheckConstraint(
                condition=models.Q(region_path__endswith="/"),
                name="import_place_ends_with_a_slash",
            ),
        ]


class SavedView(models.Model):
    """An address of a list under a name of one's own; shared, colleagues of the place read it."""

    access = Access(rows=OWN, writes="all")
    personal = {
        "asked": Personal("duty", _("再次打开同样的列表"), 730, "at", of="both", ends="row"),
        "name": Personal("duty", _("再次打开同样的列表"), 730, "at", of="both", ends="row"),
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account_id = models.UUIDField("所有人")
    table = models.CharField("列表", max_length=40)
    name = models.CharField("名称", max_length=20)
    asked = models.CharField("网址参数", max_length=2_000)
    is_default = models.BooleanField("默认", default=False)
    is_shared = models.BooleanField("共享", default=False)
    region_path = models.CharField("辖区", max_length=40, db_collation="C")
    at = models.DateTimeField("保存时间")

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "保存的视图"
        indexes = [models.Index("region_path", "table", name="view_by_place")]
        constraints = [
            models.UniqueConstraint("account_id", "table", "name", name="view_named_once"),
            models.UniqueConstraint(
                fields=["account_id", "table"],
                condition=models.Q(is_default=True),
                name="view_default_once",
            ),
            models.CheckConstraint(
                condition=models.Q(region_path__endswith="/"), name="view_place_ends_with_a_slash"
            ),
        ]

    def __str__(self) -> str:
        return self.name
