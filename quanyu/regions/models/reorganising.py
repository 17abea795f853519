"""A re-organisation of places, its steps, and what became of what (区划调整)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from quanyu.kernel.access.queries import ScopedManager
from quanyu.kernel.access.reach import Access, Reach, Under
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.rules import Personal
from quanyu.kernel.workflow.models import Case, Step, of_steps
from quanyu.regions.models.errands import Errand
from quanyu.regions.rules.changes import Change
from quanyu.regions.workflow import HOLDING, REORGANISATION, ReorganisationState

YEARS = 3650
"""Sample days: what was decided of places is kept longer than matters."""
PATH = 40


class Reorganisation(Case):
    """Grids or communities moved, merged, split, extracted, re-drawn, renamed on a day (区划调整).

    ``region_path`` is the place above everything it touches; who decides stands there.
    """

    workflow = REORGANISATION
    access = Access(rows=Reach(place="region_path"), writes="insert update")

    title = models.CharField("标题", max_length=80)
    reason = models.TextField("理由")
    ground = models.CharField("依据", max_length=200)
    document = models.CharField("批文", max_length=120, blank=True)
    effective_date = models.DateField("生效日期")
    moves_grants = models.BooleanField("授权随地方转移", default=True)
    of_communities = models.BooleanField("涉及社区", default=False)
    made_by = models.UUIDField("起草人", null=True)
    made_at = models.DateTimeField("起草时间")
    drawn_by = ArrayField(models.UUIDField(), verbose_name="划定人", default=list)
    """Who drew what is proposed, where it was drawn as a plan before."""
    submitted_by = models.UUIDField("提交人", null=True)
    approved_by = models.UUIDField("批准人", null=True)
    approved_at = models.DateTimeField("批准时间", null=True)
    begun_at = models.DateTimeField("开始生效时间", null=True)
    ended_at = models.DateTimeField("了结时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "区划调整"
        constraints = [
            models.CheckConstraint(
                name="reorganisation_state_known",
                condition=Q(state__in=ReorganisationState.values),
            ),
            models.CheckConstraint(
                name="reorganisation_place_ends_with_slash",
                condition=Q(region_path__endswith="/"),
            ),
            models.CheckConstraint(
                name="reorganisation_approved_by_another",
                condition=Q(approved_by__isnull=True)
                | (~Q(approved_by=F("made_by")) & ~Q(approved_by=F("submitted_by"))),
            ),
            models.CheckConstraint(
                name="reorganisation_approved_by_none_who_drew",
                condition=Q(approved_by__isnull=True) | ~Q(drawn_by__contains=[F("approved_by")]),
            ),
            models.CheckConstraint(
                name="reorganisation_approved_by_somebody",
                condition=~Q(state__in=[*HOLDING, ReorganisationState.DONE])
                | Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index("region_path", "effective_date", name="reorganisation_by_place"),
            models.Index("state", "effective_date", name="reorganisation_by_state"),
        ]

    def __str__(self) -> str:
        return self.title


class ReorganisationStep(Step):
    """One act in the story of a re-organisation (区划调整经过)."""

    access = Access(
        rows=Under("case", "regions.Reorganisation"), writes="insert", opened_by_anyone=True
    )
    personal = of_steps(_("记录区划调整经过"), YEARS, "ended_at", of="staff")

    case = models.ForeignKey(
        Reorganisation, models.CASCADE, verbose_name="区划调整", related_name="steps"
    )

    class Meta:
        verbose_name = verbose_name_plural = "区划调整经过"
        constraints = [
            models.UniqueConstraint("case", "number", name="reorganisation_step_in_order"),
        ]


Reorganisation.step_model = ReorganisationStep


class Operation(models.Model):
    """One operation of a re-organisation: from which places (一步调整)."""

    access = Access(rows=Under("reorganisation", "regions.Reorganisation"))

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reorganisation = models.ForeignKey(
        Reorganisation, models.CASCADE, verbose_name="区划调整", related_name="operations"
    )
    number = models.PositiveSmallIntegerField("次序")
    change = models.CharField("方式", max_length=8)
    sources = ArrayField(
        models.CharField(max_length=PATH, db_collation="C"), verbose_name="原来的地方"
    )

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "一步调整"
        constraints = [
            models.UniqueConstraint("reorganisation", "number", name="operation_in_order"),
            models.CheckConstraint(
                name="operation_change_known",
                condition=Q(change__in=[one.value for one in Change]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.change}"


class Target(models.Model):
    """A place as an operation leaves it (调整后的地方)."""

    access = Access(rows=Under("operation", "regions.Operation"))

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    operation = models.ForeignKey(
        Operation, models.CASCADE, verbose_name="一步调整", related_name="targets"
    )
    number = models.PositiveSmallIntegerField("次序")
    path = models.CharField("路径", max_length=PATH, db_collation="C")
    name = models.CharField("名称", max_length=80)
    name_en = models.CharField("英文名称", max_length=120, blank=True)
    shape = models.BinaryField("边界", null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "调整后的地方"
        constraints = [
            models.UniqueConstraint("operation", "path", name="target_once_in_an_operation"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.path}"


class Allotment(models.Model):
    """To which target one building or one grid goes (划归)."""

    access = Access(rows=Under("operation", "regions.Operation"))

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    operation = models.ForeignKey(
        Operation, models.CASCADE, verbose_name="一步调整", related_name="allotments"
    )
    unit = models.CharField("楼栋或网格", max_length=PATH, db_collation="C")
    path = models.CharField("划归", max_length=PATH, db_collation="C")

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "划归"
        constraints = [
            models.UniqueConstraint("operation", "unit", name="allotment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.path}"


class Claim(models.Model):
    """A place that an approved re-organisation touches, and no other may meanwhile (占用)."""

    access = Access(rows=Reach(place="path"))
    """Who keeps the place sees what it waits for, though that was decided further up."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reorganisation = models.ForeignKey(
        Reorganisation, models.CASCADE, verbose_name="区划调整", related_name="claims"
    )
    path = models.CharField("路径", max_length=PATH, db_collation="C", unique=True)
    name = models.CharField("将用名称", max_length=80, blank=True)
    title = models.CharField("标题", max_length=80)
    effective_date = models.DateField("生效日期")

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "占用"
        constraints = [
            models.CheckConstraint(
                name="claim_place_ends_with_slash", condition=Q(path__endswith="/")
            ),
        ]

    def __str__(self) -> str:
        return self.path


class Stage(models.Model):
    """One part of taking effect, and how far it has come: a killed job goes on from here (进度)."""

    access = Access(rows=Under("reorganisation", "regions.Reorganisation"), writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reorganisation = models.ForeignKey(
        Reorganisation, models.CASCADE, verbose_name="区划调整", related_name="stages"
    )
    number = models.PositiveSmallIntegerField("次序")
    name = models.CharField("名称", max_length=20)
    looked = models.PositiveIntegerField("已看过", default=0)
    changed = models.PositiveIntegerField("已改", default=0)
    after = models.UUIDField("看到哪一行", null=True)
    done_at = models.DateTimeField("完成时间", null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "生效进度"
        constraints = [
            models.UniqueConstraint("reorganisation", "name", name="stage_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.looked}"


class Rehearsal(Errand):
    """What a re-organisation would do, as a job has found; gone once it begins (预演).

    ``told`` is its page in each language. ``version`` is the step of the story after
    which it was found; a later change makes it stale.
    """

    access = Access(rows=Under("reorganisation", "regions.Reorganisation"))
    personal = {
        "told": Personal(
            "duty",
            _("说明区划调整会让谁的任职和授权转移"),
            YEARS,
            "reorganisation__ended_at",
            of="staff",
        )
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reorganisation = models.OneToOneField(
        Reorganisation, models.CASCADE, verbose_name="区划调整", related_name="rehearsal"
    )
    version = models.PositiveIntegerField("经过的第几步")
    edition = models.CharField("区划版本", max_length=40, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "预演"

    def __str__(self) -> str:
        return f"{self.reorganisation_id} {self.version}"


class Passage(models.Model):
    """What became of a place on a day; public, as the tree itself is (沿革)."""

    access = Access(writes="insert")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    origin = models.CharField("原路径", max_length=PATH, db_collation="C")
    target = models.CharField("新路径", max_length=PATH, db_collation="C")
    on = models.DateField("日期")
    change = models.CharField("方式", max_length=8)
    is_heir = models.BooleanField("承接", default=False)
    """What has no point of its own goes to the heir."""
    reorganisation_id = models.UUIDField("区划调整")

    class Meta:
        verbose_name = verbose_name_plural = "沿革"
        constraints = [
            models.UniqueConstraint("origin", "target", "on", name="passage_once_a_day"),
            models.UniqueConstraint(
                "origin", "on", condition=Q(is_heir=True), name="passage_has_one_heir"
            ),
            models.CheckConstraint(
                name="passage_change_known", condition=Q(change__in=[one.value for one in Change])
            ),
        ]
        indexes = [
            models.Index("target", name="passage_by_target"),
            models.Index("reorganisation_id", name="passage_by_reorganisation"),
        ]

    def __str__(self) -> str:
        return f"{self.origin} {self.target} {self.on}"
