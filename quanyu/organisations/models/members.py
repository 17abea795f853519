"""The roll of members: sealed names behind a wall of their own (党员名册)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from quanyu.kernel.access.queries import ScopedManager
from quanyu.kernel.access.reach import Access, Reach, Under
from quanyu.kernel.access.rules import Role
from quanyu.kernel.errors import gettext_noop
from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.fields import EncryptedField
from quanyu.kernel.privacy.rules import Personal
from quanyu.organisations.models.dated import DATED
from quanyu.organisations.rules.members import Answer, Standing

KEPT_DAYS = 365
"""Sample days: a year after one has left, nothing of the roll is needed any more."""

NAME = Personal(
    "duty",
    gettext_noop("党组织管理本组织党员，核对党员数"),
    KEPT_DAYS,
    "left_at",
    kind="name",
    is_sensitive=True,
    opened_by=(Role.PARTY_OFFICER,),
    ends="row",
)

DECLINED = Personal(
    "duty", gettext_noop("说明不接收组织关系的理由"), KEPT_DAYS, "answered_at", of="staff"
)


class PartyMember(models.Model):
    """One member on the roll of one organisation; to its party officer and the person (党员)."""

    access = Access(
        rows=Reach(place="region_path", also="also_at", own="account_id", circle="roll"),
        writes="all",
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    body = models.ForeignKey(
        "organisations.Body", on_delete=models.PROTECT, related_name="+", verbose_name="党组织"
    )
    region_path = models.CharField("辖区", max_length=40, db_collation="C")
    also_at = models.CharField(
        "拟转入辖区", max_length=40, db_collation="C", blank=True, default="", db_default=""
    )
    name = EncryptedField(_("姓名"), personal=NAME)
    account = models.ForeignKey(
        "accounts.Account",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="账号",
    )
    standing = models.CharField("党员类别", max_length=12)
    joined = models.DateField("入党日期")
    entered_at = models.DateTimeField("登记时间")
    left_at = models.DateTimeField("转出登记时间", null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "党员"
        constraints = [
            models.CheckConstraint(
                condition=Q(standing__in=[one.value for one in Standing]),
                name="party_member_standing_is_known",
            ),
            models.CheckConstraint(
                condition=Q(region_path__endswith="/"), name="party_member_place_ends_with_slash"
            ),
        ]
        indexes = [
            models.Index("body", condition=Q(left_at__isnull=True), name="party_member_by_body"),
            models.Index("region_path", name="party_member_by_place"),
            models.Index("also_at", condition=~Q(also_at=""), name="party_member_on_its_way"),
        ]

    def __str__(self) -> str:
        return str(self.name or "")


class Membership(models.Model):
    """From when to when a member belonged to which organisation (组织关系)."""

    access = Access(rows=Under("member", "organisations.PartyMember"), writes="all")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = models.ForeignKey(
        PartyMember, on_delete=models.CASCADE, related_name="memberships", verbose_name="党员"
    )
    body = models.ForeignKey(
        "organisations.Body", on_delete=models.PROTECT, related_name="+", verbose_name="党组织"
    )
    valid_from = models.DateField("转入日期")
    valid_to = models.DateField("转出日期", null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "组织关系"
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(valid_to__isnull=True),
                name="membership_is_open_once",
            ),
            models.CheckConstraint(condition=DATED, name="membership_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from}"


class MemberTransfer(models.Model):
    """A member proposed to another roll by one officer, answered by that roll's (转接组织关系)."""

    access = Access(rows=Reach(place="region_path", also="also_at", circle="roll"), writes="all")
    personal = {"words": DECLINED}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = models.ForeignKey(
        PartyMember, on_delete=models.CASCADE, related_name="transfers", verbose_name="党员"
    )
    body = models.ForeignKey(
        "organisations.Body", on_delete=models.PROTECT, related_name="+", verbose_name="转出党组织"
    )
    to = models.ForeignKey(
        "organisations.Body", on_delete=models.PROTECT, related_name="+", verbose_name="转入党组织"
    )
    region_path = models.CharField("转出辖区", max_length=40, db_collation="C")
    also_at = models.CharField("转入辖区", max_length=40, db_collation="C")
    start = models.DateField("转入日期")
    proposed_by = models.UUIDField("提出人", null=True)
    proposed_at = models.DateTimeField("提出时间")
    answer = models.CharField("答复", max_length=12, blank=True)
    words = models.CharField(_("不接收的理由"), max_length=200, blank=True)
    answered_by = models.UUIDField("答复人", null=True)
    answered_at = models.DateTimeField("答复时间", null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "转接组织关系"
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(answer=""), name="member_transfer_waits_once"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | Q(answer__in=[one.value for one in Answer], answered_at__isnull=False),
                name="member_transfer_answered_once",
            ),
            models.CheckConstraint(
                condition=~Q(answer=Answer.ACCEPTED.value) | ~Q(answered_by=F("proposed_by")),
                name="member_transfer_accepted_by_another",
            ),
            models.CheckConstraint(
                condition=Q(region_path__endswith="/", also_at__endswith="/"),
                name="member_transfer_places_end_with_slash",
            ),
        ]
        indexes = [
            models.Index("region_path", name="member_transfer_by_place"),
            models.Index("also_at", name="member_transfer_by_goal"),
        ]

    def __str__(self) -> str:
        return f"{self.start} {self.answer}".strip()
