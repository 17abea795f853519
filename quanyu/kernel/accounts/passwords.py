"""The rules for passwords that Django does not bring (口令规则)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from quanyu.kernel.accounts.models import Account
from quanyu.kernel.accounts.rules import kinds

LEAST_KINDS = 3
LEAST_SIGNS = 10


class Long:
    """Ask for ten signs. Django's own rule says so in English alone."""

    def validate(self, password: str, user: Account | None = None) -> None:
        """Refuse a shorter password.

        :raises ValidationError: in words for the person who chose it
        """
        if len(password) < LEAST_SIGNS:
            raise ValidationError(self.get_help_text(), code="password_too_short")

    def get_help_text(self) -> str:
        """Return the rule as a sentence."""
        return _("密码至少 {signs} 位。").format(signs=LEAST_SIGNS)


class Mixed:
    """Ask for three of the four kinds of signs (GB/T 22239, 身份鉴别: 复杂度)."""

    def validate(self, password: str, user: Account | None = None) -> None:
        """Refuse a password of fewer kinds.

        :raises ValidationError: in words for the person who chose it
        """
        if kinds(password) < LEAST_KINDS:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        """Return the rule as a sentence."""
        return _("密码须包含大写字母、小写字母、数字、符号中的至少三种。")
