"""Who signs in, and failures to (账号、登录失败)."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from quanyu.kernel.access.reach import Access
from quanyu.kernel.accounts.models.keeping import SECURITY, SIGN_IN, staff
from quanyu.kernel.keys import uuid7


class AccountManager(BaseUserManager["Account"]):
    """Find accounts as the sign-in does."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        """Return the account of this name, whatever its capitals."""
        return self.get(username=(username or "").lower())


class Account(AbstractBaseUser):
    """One person who signs in, or who holds a post without signing in (账号)."""

    access = Access(writes="insert update")
    personal = {
        "username": staff(SIGN_IN, ends="code"),
        "name": staff(SIGN_IN, kind="name", ends="fade"),
        "email": staff(SIGN_IN, kind="email"),
        "password": staff(SECURITY, days=0),
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField("用户名", max_length=60, unique=True)
    name = models.CharField("姓名", max_length=40)
    email = models.EmailField("邮箱", blank=True)
    is_active = models.BooleanField("启用", default=True)
    is_demo = models.BooleanField("演示账号", default=False)
    must_change_password = models.BooleanField("须改密码", default=False)
    created_at = models.DateTimeField("创建时间")
    ended_at = models.DateTimeField("停用时间", null=True)

    objects = AccountManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_active=True) | models.Q(ended_at__isnull=False),
                name="account_inactive_has_end",
            ),
            models.CheckConstraint(
                condition=models.Q(username=Lower("username")),
                name="account_username_without_capitals",
            ),
        ]

    def __str__(self) -> str:
        return self.username

    def has_perm(self, *args: Any) -> bool:
        """Answer no: rights come from grants, never from Django's permissions."""
        return False


class Attempts(models.Model):
    """Failed sign-ins under one name or from one address, both only as a keyed hash (登录失败)."""

    personal = {
        "key": staff(
            SECURITY, days=1, since="", ends="timer", timer="quanyu.kernel.accounts.jobs.sweep"
        ),
    }

    key = models.CharField("键", max_length=64, primary_key=True)
    failures = ArrayField(models.DateTimeField(), verbose_name="失败时间", default=list)
    locked_until = models.DateTimeField("锁定至", null=True)
    touched_at = models.DateTimeField("更新时间", db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "登录失败"

    def __str__(self) -> str:
        return self.key[:12]
