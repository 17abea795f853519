"""A plan of grids: what is asked for, what the engine drew, what became of it (网格规划)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from quanyu.kernel.access.queries import ScopedManager
from quanyu.kernel.access.reach import Access, Reach, Under
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.rules import Personal
from quanyu.regions.models.errands import Errand
from quanyu.regions.rules.changes import LONGEST
from quanyu.regions.rules.planning import LONGEST_SAID, LONGEST_TITLE, State

SAID = Personal("duty", _("说明为什么这样划分网格"), 3_650, "made_at", of="staff")


class Plan(models.Model):
    """How the grids of a place might be drawn: kept, compared, proposed (网格方案).

    ``low``, ``high`` and ``target`` are households of a grid; the sliders stand in ``weights``.
    """

    access = Access(rows=Reach(), writes="insert update")
    personal = {"reason": SAID}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_path = models.CharField("地点", max_length=40, db_collation="C")
    title = models.CharField("名称", max_length=LONGEST_TITLE)
    reason = models.CharField("说明", max_length=LONGEST_SAID, blank=True)
    base_date = models.DateField("比较基准日")
    low = models.PositiveIntegerField("户数下限")
    high = models.PositiveIntegerField("户数上限")
    target = models.PositiveIntegerField("目标户数")
    weights = models.JSONField("看重程度", default=dict)
    seed = models.PositiveIntegerField("随机种子", default=1)
    made_by = models.UUIDField("拟定人")
    made_at = models.DateTimeField("拟定时间")
    hands = ArrayField(models.UUIDField(), verbose_name="经手人", default=list)
    """Who made, changed or undid it, or what it was copied from; none of them approves it."""
    proposed_by = models.UUIDField("提交人", null=True)
    proposed_at = models.DateTimeField("提交时间", null=True)
    withdrawn_at = models.DateTimeField("撤销时间", null=True)
    reorganisation_id = models.UUIDField("区划调整", null=True)
    copied_from = models.ForeignKey(
        "self", models.PROTECT, verbose_name="复制自", null=True, related_name="+"
    )

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "网格方案"
        indexes = [models.Index(fields=["region_path", "-made_at"], name="plan_by_place")]
        constraints = [
            models.CheckConstraint(
                name="plan_place_ends_with_a_slash", condition=Q(region_path__endswith="/")
            ),
            models.CheckConstraint(
                name="plan_target_within_its_sizes",
                condition=Q(low__lt=F("high"), target__gte=F("low"), target__lte=F("high")),
            ),
            models.CheckConstraint(
                name="plan_proposed_as_a_reorganisation",
                condition=Q(proposed_at__isnull=True, reorganisation_id__isnull=True)
                | Q(proposed_at__isnull=False, reorganisation_id__isnull=False),
            ),
            models.CheckConstraint(
                name="plan_proposed_or_withdrawn",
                condition=Q(proposed_at__isnull=True) | Q(withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def standing(self) -> State:
        """Return how far the plan is."""
        if self.withdrawn_at is not None:
            return State.WITHDRAWN
        return State.DRAFT if self.proposed_at is None else State.PROPOSED


class PlanPart(models.Model):
    """One community of a plan as it was drawn in one round; a new round is a new row (社区划法).

    Row by row of ``buildings``: ``grid`` and ``today`` name a grid by its number in ``grids``, -1
    for none. ``locks`` keeps by hand which building belongs to which grid's key.
    """

    access = Access(rows=Under("plan", "regions.Plan"), writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(Plan, models.PROTECT, verbose_name="方案", related_name="parts")
    region_path = models.CharField("社区", max_length=40, db_collation="C")
    round = models.PositiveIntegerField("轮次")
    wanted = models.JSONField("规划要求", default=dict)
    locks = models.JSONField("人工指定", default=dict)
    is_current = models.BooleanField("现用", default=False)
    is_undone = models.BooleanField("已撤回", default=False)
    asked_at = models.DateTimeField("要求时间")
    drawn_at = models.DateTimeField("算出时间", null=True)
    failed_at = models.DateTimeField("未算出时间", null=True)
    fault = models.CharField("未算出的原因", max_length=20, blank=True)
    buildings = ArrayField(models.UUIDField(), verbose_name="楼栋", default=list)
    today = ArrayField(models.IntegerField(), verbose_name="今天的网格", default=list)
    grid = ArrayField(models.IntegerField(), verbose_name="方案的网格", default=list)
    grids = models.JSONField("各网格", default=list)
    figures = models.JSONField("指标", default=dict)
    impossible = models.JSONField("无解之处", default=list)
    shapes = models.JSONField("边界", default=dict)
    step = models.JSONField("转成的一步调整", null=True)
    """What becomes of it, while the plan is made a re-organisation."""

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "社区划法"
        constraints = [
            models.UniqueConstraint("plan", "region_path", "round", name="plan_part_once_a_round"),
            models.UniqueConstraint(
                fields=["plan", "region_path"],
                condition=Q(is_current=True),
                name="plan_part_current_once",
            ),
            models.CheckConstraint(
                name="plan_part_current_is_drawn",
                condition=Q(is_current=False) | Q(drawn_at__isnull=False, is_undone=False),
            ),
            models.CheckConstraint(
                name="plan_part_drawn_or_failed",
                condition=Q(failed_at__isnull=True, fault="")
                | (Q(failed_at__isnull=False, drawn_at__isnull=True) & ~Q(fault="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_path} {self.round}"


class Proposal(Errand):
    """A plan that is being made a re-organisation: who asked, with which words (转为区划调整).

    A job puts it together, some communities at a time. What it said of the last try stays until
    the next.
    """

    access = Access(rows=Under("plan", "regions.Plan"))
    personal = {"reason": Personal("duty", SAID.purpose, SAID.days, "asked_at", of="staff")}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.OneToOneField(Plan, models.PROTECT, verbose_name="方案", related_name="proposal")
    asked_by = models.UUIDField("要求人")
    reason = models.CharField("理由", max_length=LONGEST["reason"])
    ground = models.CharField("依据", max_length=LONGEST["ground"])
    effective_date = models.DateField("生效日期")
    names = models.JSONField("新网格的名称", default=dict)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "转为区划调整"

    def __str__(self) -> str:
        return f"{self.plan_id} {self.done}/{self.total}"
