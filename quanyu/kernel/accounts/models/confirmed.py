"""A way into somebody's account that one administrator made and another confirms (双人核对)."""

from uuid import UUID

from django.db import models
from django.db.models import F, Q


class Confirmed(models.Model):
    """What opens an account only once a second administrator has met its holder."""

    needs_confirmation = models.BooleanField("须核对", default=False)
    confirmed_by = models.UUIDField("核对人", null=True)
    confirmed_at = models.DateTimeField("核对时间", null=True)

    class Meta:
        abstract = True

    @property
    def asker(self) -> UUID | None:
        """Return who made it; None if the system did."""
        raise NotImplementedError

    @property
    def waits(self) -> bool:
        """Answer whether it opens nothing yet."""
        return self.needs_confirmation and self.confirmed_at is None


WAITING = Q(needs_confirmation=True, confirmed_at__isnull=True)
"""The same, asked of the database."""


def by_two(name: str, *, asker: str) -> list[models.CheckConstraint]:
    """Return what the database refuses: a confirmation by the asker, for oneself, or by nobody."""
    nobody = Q(confirmed_by__isnull=True)
    return [
        models.CheckConstraint(
            condition=nobody | ~Q(confirmed_by=F(asker)), name=f"{name}_confirmed_by_another"
        ),
        models.CheckConstraint(
            condition=nobody | ~Q(confirmed_by=F("account")),
            name=f"{name}_not_confirmed_for_oneself",
        ),
        models.CheckConstraint(
            condition=Q(nobody, confirmed_at__isnull=True)
            | Q(~nobody, confirmed_at__isnull=False, needs_confirmation=True),
            name=f"{name}_confirmed_by_somebody",
        ),
    ]
