"""Whom the city's identity provider vouches for, and who is signed in where (统一身份、会话)."""

from importlib import import_module
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q

from quanyu.kernel.access.reach import Access
from quanyu.kernel.accounts.models.confirmed import Confirmed, by_two
from quanyu.kernel.accounts.models.keeping import SECURITY, SIGN_IN, staff
from quanyu.kernel.accounts.models.people import Account
from quanyu.kernel.keys import uuid7


class Identity(Confirmed):
    """A subject of the city's identity provider, linked to one account or waiting (统一身份).

    Nothing else that the provider says is kept: no name, no mail, no telephone and no token.
    """

    access = Access(writes="all")
    personal = {"subject": staff(SIGN_IN, days=0, since="account__ended_at", ends="row")}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    issuer = models.CharField("发放方", max_length=200, db_collation="C")
    subject = models.CharField("标识", max_length=255, db_collation="C")
    account = models.ForeignKey(
        Account, models.PROTECT, verbose_name="账号", related_name="identities", null=True
    )
    code = models.CharField("绑定码", max_length=8, blank=True)
    made_at = models.DateTimeField("首次出现时间")
    linked_at = models.DateTimeField("绑定时间", null=True)
    linked_by = models.UUIDField("绑定人", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "统一身份"
        constraints = [
            *by_two("identity", asker="linked_by"),
            models.UniqueConstraint("issuer", "subject", name="identity_subject_once"),
            models.UniqueConstraint("issuer", "account", name="identity_account_once"),
            models.UniqueConstraint("code", condition=~Q(code=""), name="identity_code_once"),
            models.CheckConstraint(
                condition=Q(account__isnull=True, linked_at__isnull=True) & ~Q(code="")
                | Q(account__isnull=False, linked_at__isnull=False, code=""),
                name="identity_linked_or_waiting",
            ),
        ]

    @property
    def asker(self) -> UUID | None:
        """Return who made it; None if the system did."""
        return self.linked_by

    def __str__(self) -> str:
        return str(self.pk)


class SessionRow(AbstractBaseSession):
    """One session, and whose it is, so that its holder can list and end it (会话)."""

    access = Access(writes="all")
    personal = {"session_data": staff(SECURITY, days=0, since="expire_date", ends="row")}

    account = models.ForeignKey(Account, models.CASCADE, verbose_name="账号", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "会话"

    @classmethod
    def get_session_store_class(cls) -> Any:
        """Return the engine that keeps sessions here."""
        return import_module(settings.SESSION_ENGINE).SessionStore
