"""PostgreSQL as the six rules want it: foreign keys are never deferred (许多机器的六条规则之二)."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.backends.postgresql import base, features, operations
from psycopg import sql

from quanyu.kernel.access import slow


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
    """The stock backend with these few differences."""

    features_class = DatabaseFeatures
    ops_class = DatabaseOperations

    def __init__(self, settings_dict: dict[str, Any], alias: str = DEFAULT_DB_ALIAS) -> None:
        super().__init__(settings_dict, alias)
        if alias == DEFAULT_DB_ALIAS:  # migrations may take their time
            self.execute_wrappers.append(slow.watch)

    def check_constraints(self, table_names: Any = None) -> None:
        """Do nothing: every constraint was checked when its row was written."""

    def _configure_role(self, connection: Any) -> bool:
        # Django words this statement through the wrapper's own connection, which at this moment
        # is the one being made: with a pool it waits for itself until the pool gives up.
        role = self.settings_dict["OPTIONS"].get("assume_role")
        if role:
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
        return bool(role)
