from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


def _dropped(name: str) -> migrations.RunSQL:
    return migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", migrations.RunSQL.noop)


def _gone(name: str) -> migrations.SeparateDatabaseAndState:
    return migrations.SeparateDatabaseAndState(
        database_operations=[_dropped(name)],
        state_operations=[migrations.RemoveIndex(model_name="event", name=name)],
    )


class Migration(migrations.Migration):
    # Cut short, an index stays behind that serves nothing: each is dropped first, so one may rerun.
    atomic = False

    dependencies = [
        ("events", "0027_let_open_ones_be_reminded"),
    ]

    operations = [
        _dropped("event_place_and_time"),
        AddIndexConcurrently(
            model_name="event",
            index=models.Index(
                models.F("region_path"),
                models.F("reported_at"),
                models.F("id"),
                include=(
                    *("body_id", "account_id", "shared_with"),
                    *("state", "category", "next_due_at", "lon", "lat"),
                ),
                name="event_place_and_time",
            ),
        ),
        _gone("event_by_place"),
        _dropped("event_spot"),
        AddIndexConcurrently(
            model_name="event",
            index=models.Index(
                models.F("lat"),
                models.F("lon"),
                include=("id", "region_path", "body_id", "account_id", "shared_with"),
                name="event_spot",
            ),
        ),
        _gone("event_by_point"),
    ]
