"""The queue's own schema, made by Procrastinate's own SQL (队列模式)."""

from typing import Any

from django.conf import settings
from procrastinate.schema import SchemaManager

from quanyu.kernel.access.walls import ROLE

INDEXES = (
    "CREATE INDEX IF NOT EXISTS quanyu_jobs_unfinished ON {queue}.procrastinate_jobs"
    " (task_name, id) WHERE status IN ('todo', 'doing', 'failed')",
    "CREATE INDEX IF NOT EXISTS quanyu_jobs_timed ON {queue}.procrastinate_jobs"
    " (task_name, id) WHERE status = 'succeeded' AND queueing_lock IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS quanyu_jobs_given_up ON {queue}.procrastinate_jobs"
    " (id) WHERE status IN ('cancelled', 'aborted', 'aborting')",
)
"""For the operator's page: a city leaves hundreds of thousands of done jobs a day."""


def build(connection: Any) -> None:
    """Make the queue once, in its own schema, and let the application's role use it.

    :param connection: Django's connection of the schema's owner
    """
    queue, city = settings.QUANYU_QUEUE_SCHEMA, settings.QUANYU_SCHEMA
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {queue}")
        cursor.execute("SELECT to_regclass(%s)", [f"{queue}.procrastinate_jobs"])
        if cursor.fetchone()[0] is None:
            cursor.execute(f"SET search_path = {queue}")
            cursor.execute(SchemaManager.get_schema())
            cursor.execute(f"SET search_path = {city}, {queue}")
        for index in INDEXES:
            cursor.execute(index.format(queue=queue))
        cursor.execute(f"GRANT USAGE ON SCHEMA {queue} TO {ROLE}")
        cursor.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA {queue} TO {ROLE}")
        cursor.execute(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA {queue} TO {ROLE}")
        cursor.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {queue} TO {ROLE}")
