"""Kinds of post, posts and their seats, and who holds them (岗位种类、岗位、编制、任职)."""

from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from quanyu.kernel.access.queries import Scoped
from quanyu.kernel.access.reach import Access, Reach
from quanyu.kernel.access.rules import BODY_ROLES
from quanyu.kernel.errors import gettext_noop
from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.rules import Personal
from quanyu.organisations.models.dated import DATED, holding
from quanyu.organisations.rules.posts import MOST_SEATS, Decision, Hours, PostLevel, StaffKey
from quanyu.organisations.rules.voting import Seat

HOLDING = gettext_noop("登记任职，并查明当时由谁担任")
WHY = Personal("duty", HOLDING, 3650, "ended_at", of="staff")
"""Ten years after somebody left the post: who held it then is asked that long. Sample days."""
CLOSED = ~Q(decision=Decision.OPEN.value)
ASKED_ANEW = Q(ended_at__isnull=False, leave_asked_at__gt=F("ended_at"))


class PostKind(models.Model):
    """What kind of post there is and which roles it carries, from a day on (岗位种类)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(_("代码"), max_length=40, db_collation="C")
    name = models.CharField(_("名称"), max_length=40)
    name_en = models.CharField(_("英文名称"), max_length=80, blank=True)
    level = models.CharField(_("层级"), max_length=12)
    hours = models.CharField(_("专兼职"), max_length=12)
    roles = ArrayField(models.CharField(max_length=32), verbose_name=_("所带角色"), default=list)
    is_leader = models.BooleanField(_("负责人"), default=False)
    is_party_staff = models.BooleanField(_("党建专职"), default=False)
    seat = models.CharField(_("选举职务"), max_length=10, blank=True)
    """What one is elected to who is to hold such a post; "" where nobody is elected to it."""
    sort = models.PositiveSmallIntegerField(_("顺序"), default=100)
    source = models.CharField(_("来源"), max_length=200, blank=True)
    is_sample = models.BooleanField(_("示例"), default=False)
    valid_from = models.DateField(_("生效日期"))
    valid_to = models.DateField(_("失效日期"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("岗位种类")
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="post_kind_begins_once"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(valid_to__isnull=True), name="post_kind_is_open_once"
            ),
            models.CheckConstraint(condition=DATED, name="post_kind_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(level__in=[one.value for one in PostLevel]),
                name="post_kind_level_is_known",
            ),
            models.CheckConstraint(
                condition=Q(level=PostLevel.BODY.value)
                | ~Q(roles__overlap=sorted(role.value for role in BODY_ROLES)),
                name="post_kind_with_a_bodys_role_stands_in_one",
            ),
            models.CheckConstraint(
                condition=Q(hours__in=[one.value for one in Hours]),
                name="post_kind_hours_are_known",
            ),
            models.CheckConstraint(
                condition=Q(seat__in=["", *(one.value for one in Seat)]),
                name="post_kind_seat_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StaffNorm(models.Model):
    """How many staff a street is to have, from a day on; a sample is marked (配备要求)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(_("要求"), max_length=24)
    amount = models.DecimalField(_("人数"), max_digits=6, decimal_places=1)
    source = models.CharField(_("来源"), max_length=200, blank=True)
    is_sample = models.BooleanField(_("示例"), default=False)
    valid_from = models.DateField(_("生效日期"))
    valid_to = models.DateField(_("失效日期"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("配备要求")
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(valid_to__isnull=True), name="staff_norm_is_open_once"
            ),
            models.UniqueConstraint(fields=["key", "valid_from"], name="staff_norm_begins_once"),
            models.CheckConstraint(condition=DATED, name="staff_norm_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(key__in=[one.value for one in StaffKey]), name="staff_norm_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.amount}"


class Posts(models.QuerySet["Post"]):
    """Posts, chainable."""

    def beyond(self, day: date) -> Self:
        """Keep those that stand after ``day``, some of them closed for a later day already."""
        closing = Q(valid_to__gt=day) & Q(valid_to__gt=F("valid_from"))
        return self.filter(Q(valid_to__isnull=True) | closing)


class Post(models.Model):
    """A post of a body, perhaps for a grid or a building (岗位).

    ``region_path`` and ``seats`` are today's copy of the one :class:`Establishment` row that has
    no end, and are written in the same transaction.
    """

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(_("岗位代码"), max_length=60, db_collation="C", unique=True)
    kind = models.CharField(_("岗位种类"), max_length=40, db_collation="C")
    name = models.CharField(_("名称"), max_length=40, blank=True)
    name_en = models.CharField(_("英文名称"), max_length=80, blank=True)
    body = models.ForeignKey(
        "organisations.Body", models.PROTECT, related_name="posts", verbose_name=_("单位")
    )
    region_path = models.CharField(_("所在辖区"), max_length=40, db_collation="C")
    building = models.ForeignKey(
        "regions.Building", models.PROTECT, null=True, related_name="+", verbose_name=_("楼栋")
    )
    seats = models.PositiveSmallIntegerField(_("编制"))
    is_sample = models.BooleanField(_("示例"), default=False)
    valid_from = models.DateField(_("设立日期"))
    valid_to = models.DateField(_("撤销日期"), null=True)

    objects = Posts.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("岗位")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="post_ends_not_before_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(region_path__endswith="/"), name="post_place_ends_with_a_slash"
            ),
            models.CheckConstraint(
                condition=Q(seats__gte=1, seats__lte=MOST_SEATS), name="post_has_seats"
            ),
        ]
        indexes = [
            models.Index("region_path", "kind", name="post_by_place"),
            models.Index("body", name="post_by_body"),
        ]

    def __str__(self) -> str:
        return self.code


class Establishment(models.Model):
    """Where a post stood and how many seats it had, from day to day (编制)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    post = models.ForeignKey(Post, models.PROTECT, related_name="stood", verbose_name=_("岗位"))
    region_path = models.CharField(_("所在辖区"), max_length=40, db_collation="C")
    seats = models.PositiveSmallIntegerField(_("编制"))
    source = models.CharField(_("依据"), max_length=200, blank=True)
    valid_from = models.DateField(_("起"))
    valid_to = models.DateField(_("止"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("编制")
        constraints = [
            models.UniqueConstraint(
                fields=["post"],
                condition=Q(valid_to__isnull=True),
                name="establishment_is_open_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="establishment_ends_not_before_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(seats__gte=1, seats__lte=MOST_SEATS), name="establishment_has_seats"
            ),
        ]
        indexes = [models.Index("region_path", "valid_from", name="establishment_by_place")]

    def __str__(self) -> str:
        return f"{self.post_id} {self.seats}"


class Appointments(Scoped["Appointment"]):
    """Appointments, chainable."""

    def confirmed(self) -> Self:
        """Keep those that somebody else has confirmed."""
        return self.filter(decision=Decision.CONFIRMED.value)

    def on(self, day: date) -> Self:
        """Keep those that hold on ``day``."""
        return self.confirmed().filter(holding(day))

    def beyond(self, day: date) -> Self:
        """Keep those that hold after ``day``, or will."""
        return self.confirmed().filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day))

    def leave_asked(self) -> Self:
        """Keep those whose end is asked for and waits, as ``rules.leaving.waits`` says of one."""
        return self.filter(Q(leave_asked_at__isnull=False), Q(ended_at__isnull=True) | ASKED_ANEW)


AppointmentManager = models.Manager.from_queryset(Appointments)


class Appointment(models.Model):
    """Somebody is to hold a post, holds it or held it (任职).

    ``region_path`` and ``body`` are the post's, so that it is seen where the post is.
    """

    access = Access(rows=Reach(body="body_id", own="account_id"), writes="insert update")
    personal = {"reason": WHY, "decision_reason": WHY, "end_reason": WHY, "leave_reason": WHY}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    post = models.ForeignKey(Post, models.PROTECT, related_name="held", verbose_name=_("岗位"))
    account = models.ForeignKey(
        "accounts.Account", models.PROTECT, related_name="+", verbose_name=_("账号")
    )
    region_path = models.CharField(_("所在辖区"), max_length=40, db_collation="C")
    body = models.ForeignKey(
        "organisations.Body", models.PROTECT, related_name="+", verbose_name=_("单位")
    )
    valid_from = models.DateField(_("任职日期"))
    valid_to = models.DateField(_("卸任日期"), null=True)
    batch = models.UUIDField(_("批次"))
    """Those proposed together are decided together."""
    reason = models.CharField(_("事由"), max_length=200)
    proposed_by = models.UUIDField(_("提名人"), null=True)
    proposed_at = models.DateTimeField(_("提名时间"))
    decision = models.CharField(_("审批"), max_length=12, default=Decision.OPEN.value)
    decided_by = models.UUIDField(_("确认人"), null=True)
    decided_at = models.DateTimeField(_("确认时间"), null=True)
    decision_reason = models.CharField(_("审批意见"), max_length=200, blank=True)
    ended_by = models.UUIDField(_("卸任登记人"), null=True)
    ended_at = models.DateTimeField(_("登记卸任的时间"), null=True)
    end_reason = models.CharField(_("卸任事由"), max_length=200, blank=True)
    leave_asked_by = models.UUIDField(_("提出卸任的人"), null=True)
    leave_asked_at = models.DateTimeField(_("提出卸任的时间"), null=True)
    leave_day = models.DateField(_("提出的卸任日期"), null=True)
    leave_reason = models.CharField(_("提出卸任的事由"), max_length=200, blank=True)

    objects = AppointmentManager()

    class Meta:
        verbose_name = verbose_name_plural = _("任职")
        constraints = [
            # One ended before it began is kept as an empty period.
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="appointment_ends_not_before_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(region_path__endswith="/"), name="appointment_place_ends_with_a_slash"
            ),
            models.CheckConstraint(
                condition=Q(decision__in=[one.value for one in Decision]),
                name="appointment_decision_is_known",
            ),
            models.CheckConstraint(
                condition=CLOSED ^ Q(decided_at__isnull=True), name="appointment_decided_once"
            ),
            models.CheckConstraint(
                condition=Q(decision=Decision.WITHDRAWN.value)
                | Q(decided_by__isnull=True)
                | ~Q(decided_by=F("proposed_by")),
                name="appointment_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("account")),
                name="appointment_not_decided_for_oneself",
            ),
            # The system proposes and confirms where nobody does: it fills posts, as in the demo.
            models.CheckConstraint(
                condition=~Q(decision=Decision.CONFIRMED.value)
                | Q(proposed_by__isnull=True, decided_by__isnull=True)
                | Q(proposed_by__isnull=False, decided_by__isnull=False),
                name="appointment_confirmed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(leave_asked_at__isnull=True, leave_day__isnull=True)
                | Q(leave_asked_at__isnull=False, leave_day__isnull=False),
                name="appointment_leave_is_asked_for_a_day",
            ),
            # Who may end it alone has not asked: the question is taken back with it. Who ended it
            # for a day ahead may ask afterwards that it ends earlier.
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True)
                | Q(leave_asked_by__isnull=True)
                | ~Q(ended_by=F("leave_asked_by"))
                | ASKED_ANEW,
                name="appointment_left_by_another",
            ),
            models.UniqueConstraint(
                fields=["post", "account"],
                condition=Q(decision=Decision.CONFIRMED.value, valid_to__isnull=True),
                name="appointment_is_held_once",
            ),
            models.UniqueConstraint(
                fields=["post", "account"],
                condition=Q(decision=Decision.OPEN.value),
                name="appointment_is_proposed_once",
            ),
        ]
        indexes = [
            models.Index("post", "valid_from", name="appointment_by_post"),
            models.Index("account", "valid_from", name="appointment_by_account"),
            models.Index("region_path", name="appointment_by_place"),
            models.Index("body", name="appointment_by_body"),
            models.Index(
                "batch", condition=Q(decision=Decision.OPEN.value), name="appointment_open_by_batch"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} {self.valid_from}"
