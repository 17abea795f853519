import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

NEW = {
    "event_of_body": ("body_id", "state"),
    "event_ended": ("closed_at",),
    "event_merged": ("merged_into",),
    "event_again": ("repeat_of",),
}
OLD = ("event_by_body", "event_by_closing")
"""Named by us; Django's own go with the field that they were of."""

LIKE = "events_event_number_f28a39f4_like"
"""Django makes it for searches by LIKE. Under row security none of these goes by an index."""


def _dropped(name: str) -> migrations.RunSQL:
    return migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", migrations.RunSQL.noop)


def _added(name: str, columns: tuple[str, ...]) -> list[Operation]:
    there = models.Q(**{f"{columns[0]}__isnull": False})
    index = models.Index(*map(models.F, columns), name=name, condition=there)
    return [_dropped(name), AddIndexConcurrently(model_name="event", index=index)]


def _gone(name: str) -> migrations.SeparateDatabaseAndState:
    return migrations.SeparateDatabaseAndState(
        database_operations=[_dropped(name)],
        state_operations=[migrations.RemoveIndex(model_name="event", name=name)],
    )


def _without_index(
    name: str, index: str, *, related: str, words: str
) -> migrations.SeparateDatabaseAndState:
    key: models.ForeignKey[models.Model | None, models.Model | None] = models.ForeignKey(
        to="events.event",
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related,
        verbose_name=words,
        null=True,
        db_index=False,
    )
    return migrations.SeparateDatabaseAndState(
        database_operations=[_dropped(index)],
        state_operations=[migrations.AlterField(model_name="event", name=name, field=key)],
    )


class Migration(migrations.Migration):
    # Cut short, an index stays behind that serves nothing: each is dropped first, so one may rerun.
    atomic = False

    dependencies = [
        ("events", "0029_let_sight_end_with_its_call"),
    ]

    operations = [
        *(operation for name, columns in NEW.items() for operation in _added(name, columns)),
        *(_gone(name) for name in OLD),
        _without_index(
            "merged_into",
            "events_event_merged_into_id_e3755e85",
            related="merged",
            words="并入",
        ),
        _without_index(
            "repeat_of",
            "events_event_repeat_of_id_d192e619",
            related="again",
            words="再次反映的前一件",
        ),
        _dropped(LIKE),
    ]
