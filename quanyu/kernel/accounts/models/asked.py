"""A grant asked for by one and decided by another (授权申请)."""

from django.db import models
from django.db.models import F, Q

from quanyu.kernel.access.reach import Access
from quanyu.kernel.access.rules import BODY_ROLES, Role
from quanyu.kernel.accounts.models.grants import GrantRow
from quanyu.kernel.accounts.models.keeping import WHY, staff
from quanyu.kernel.accounts.models.people import Account
from quanyu.kernel.accounts.rules import Asked
from quanyu.kernel.keys import uuid7


class GrantRequest(models.Model):
    """One role of one account, wanted by one person and decided by another (授权申请)."""

    access = Access(writes="insert update")
    personal = {
        "reason": staff(WHY, since="decided_at"),
        "decision": staff(WHY, since="decided_at"),
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(
        Account, models.PROTECT, verbose_name="账号", related_name="requests"
    )
    role = models.CharField("角色", max_length=32, choices=[(r.value, r.value) for r in Role])
    region_path = models.CharField("辖区路径", max_length=80, db_collation="C", blank=True)
    body_id = models.UUIDField("机构", null=True)
    granted_from = models.DateTimeField("起")
    granted_to = models.DateTimeField("止")
    reason = models.CharField("事由", max_length=200)
    state = models.CharField("状态", max_length=10, choices=[(s.value, s.value) for s in Asked])
    asked_by = models.UUIDField("申请人")
    asked_at = models.DateTimeField("申请时间")
    decided_by = models.UUIDField("审批人", null=True)
    decided_at = models.DateTimeField("审批时间", null=True)
    decision = models.CharField("审批意见", max_length=200, blank=True)
    grant = models.OneToOneField(
        GrantRow, models.PROTECT, verbose_name="授权", related_name="request", null=True
    )

    class Meta:
        verbose_name = verbose_name_plural = "授权申请"
        indexes = [
            models.Index("state", "asked_at", name="request_by_state"),
            models.Index("account", "asked_at", name="request_by_account"),
            models.Index("region_path", name="request_by_place"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(region_path__endswith="/", body_id__isnull=True)
                | Q(region_path="", body_id__isnull=False),
                name="request_at_place_or_in_body",
            ),
            models.CheckConstraint(
                condition=Q(body_id__isnull=True) ^ Q(role__in=sorted(r.value for r in BODY_ROLES)),
                name="request_in_body_is_of_a_body_role",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[r.value for r in Role if r is not Role.SYSTEM]),
                name="request_role_known",
            ),
            models.CheckConstraint(
                condition=Q(granted_to__gt=F("granted_from")), name="request_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="request_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("account")),
                name="request_not_decided_for_oneself",
            ),
            models.CheckConstraint(
                condition=Q(state__in=Asked.decided(), decided_by__isnull=False)
                | (Q(decided_by__isnull=True) & ~Q(state__in=Asked.decided())),
                name="request_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state=Asked.ASKED.value) ^ Q(decided_at__isnull=False),
                name="request_is_open_or_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(state=Asked.APPROVED.value) ^ Q(grant__isnull=True),
                name="request_approved_has_its_grant",
            ),
            models.UniqueConstraint(
                fields=["account", "role", "region_path", "body_id"],
                condition=Q(state=Asked.ASKED.value),
                nulls_distinct=False,
                name="request_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.region_path or self.body_id}: {self.state}"
