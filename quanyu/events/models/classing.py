"""What suggests a class, and what was decided on whose job a matter is (分类模型、判例)."""

from django.db import models

from quanyu.kernel.access.reach import Access
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.rules import Personal

YEARS = 1095
"""Sample days, as for the words of a matter."""


class ClassModel(models.Model):
    """One version of what suggests a class: its figures, not its words; those lie in a file
    (分类模型).
    """

    access = Access(writes="insert update")
    personal = {
        "reason": Personal(
            "duty", _("说明为何换用模型"), YEARS, "decided_at", of="staff", ends="fade"
        ),
    }

    version = models.PositiveIntegerField("版本", primary_key=True)
    trained_at = models.DateTimeField("训练时间")
    learned = models.PositiveIntegerField("学习的事项数")
    kept_back = models.PositiveIntegerField("留出检验的事项数")
    macro_f1 = models.FloatField("宏平均 F1")
    old_version = models.PositiveIntegerField("当时在用的版本", default=0)
    old_f1 = models.FloatField("当时在用的宏平均 F1")
    classes = models.JSONField("分类别情况")
    sha256 = models.CharField("文件摘要", max_length=64)
    standing = models.CharField("状态", max_length=10)
    decision = models.CharField("决定", max_length=10)
    decided_at = models.DateTimeField("决定时间")
    decided_by = models.UUIDField("决定人", null=True)
    reason = models.CharField("理由", max_length=200, blank=True)
    is_fixed = models.BooleanField("不自动更换", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "分类模型"
        constraints = [
            models.CheckConstraint(
                name="class_model_standing_known",
                condition=models.Q(standing__in=["candidate", "active", "retired"]),
            ),
            models.UniqueConstraint(
                "standing",
                name="class_model_active_once",
                condition=models.Q(standing="active"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.standing}"


class Precedent(models.Model):
    """Whose job a kind of matter is, as it was decided once; used again until revoked (判例)."""

    access = Access(writes="insert update")
    personal = {
        "ground": Personal(
            "duty", _("说明判例的依据"), YEARS, "revoked_at", of="both", ends="fade"
        ),
        "revoked_reason": Personal(
            "duty", _("说明判例为何撤销"), YEARS, "revoked_at", of="both", ends="fade"
        ),
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    class_prefix = models.CharField("类别", max_length=8, db_collation="C")
    region_path = models.CharField("地方", max_length=40, db_collation="C")
    keyword = models.CharField("词", max_length=20, blank=True)
    body = models.ForeignKey(
        "organisations.Body", models.PROTECT, verbose_name="归谁办", related_name="+"
    )
    ground = models.CharField("依据", max_length=200)
    clause = models.ForeignKey(
        "codes.Clause", models.PROTECT, verbose_name="依据条款", related_name="+", null=True
    )
    number = models.CharField("来源事项编号", max_length=16)
    registered_at = models.DateTimeField("登记时间")
    registered_by = models.UUIDField("登记人")
    registered_role = models.CharField("登记人角色", max_length=20)
    revoked_at = models.DateTimeField("撤销时间", null=True)
    revoked_by = models.UUIDField("撤销人", null=True)
    revoked_role = models.CharField("撤销人角色", max_length=20, blank=True)
    revoked_reason = models.CharField("撤销理由", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "判例"
        constraints = [
            models.UniqueConstraint(
                "class_prefix",
                "region_path",
                "keyword",
                condition=models.Q(revoked_at=None),
                name="precedent_stands_once",
            ),
            models.CheckConstraint(
                name="precedent_place_ends_with_slash",
                condition=models.Q(region_path__endswith="/"),
            ),
            models.CheckConstraint(
                name="precedent_revoked_with_reason",
                condition=models.Q(revoked_at=None) | ~models.Q(revoked_reason=""),
            ),
        ]
        indexes = [models.Index("region_path", "class_prefix", name="precedent_by_place")]

    def __str__(self) -> str:
        return f"{self.class_prefix} {self.region_path} {self.keyword}".strip()
