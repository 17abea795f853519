"""PostgreSQL as the six rules want it: foreign keys are never deferred (许多机器的六条规则之二)."""

from typing import Any

from django.db.backends.postgresql import base, features, operations


class DatabaseFeatures(features.DatabaseFeatures):
    """A constraint is checked at its statement; nothing waits for the commit."""

    can_defer_constraint_checks = False
    supports_deferrable_unique_constraints = False


class DatabaseOperations(operations.DatabaseOperations):
    """Foreign keys without DEFERRABLE, the libraries' tables included."""

    def deferrable_sql(self) -> str:
        """Return nothing: Django's deferred keys fail on a placed schema (InternalError XX000)."""
        return ""


class DatabaseWrapper(base.DatabaseWrapper):
    """The stock backend with these two differences."""

    features_class = DatabaseFeatures
    ops_class = DatabaseOperations

    def check_constraints(self, table_names: Any = None) -> None:
        """Do nothing: every constraint was checked when its row was written."""
