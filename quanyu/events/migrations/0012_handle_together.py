import django.db.models.deletion
from django.db import migrations, models


FLAT = """
ALTER TABLE events_event
  ADD COLUMN merged_level smallint
    GENERATED ALWAYS AS (CASE WHEN merged_into_id IS NULL THEN 0 ELSE 1 END) STORED,
  ADD COLUMN main_level smallint
    GENERATED ALWAYS AS (CASE WHEN merged_into_id IS NULL THEN NULL ELSE 0 END) STORED,
  ADD CONSTRAINT event_level_of_each UNIQUE (id, merged_level);
ALTER TABLE events_event
  ADD CONSTRAINT event_merged_into_what_is_not_merged
    FOREIGN KEY (merged_into_id, main_level) REFERENCES events_event (id, merged_level)
"""
ROUND = """
ALTER TABLE events_event
  DROP CONSTRAINT event_merged_into_what_is_not_merged,
  DROP CONSTRAINT event_level_of_each,
  DROP COLUMN main_level,
  DROP COLUMN merged_level
"""
MAIN = """
CREATE FUNCTION event_main_of(given uuid)
RETURNS TABLE (state varchar, body_id uuid, due_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
AS $$
  SELECT main.state, main.body_id, main.due_at FROM events_event AS merged
  JOIN events_event AS main ON main.id = merged.merged_into_id WHERE merged.id = given
$$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0011_open_campaigns"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="event",
            name="event_state_known",
        ),
        migrations.AddField(
            model_name="event",
            name="merged_into",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="events.event",
                verbose_name="并入",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "reported",
                            "verifying",
                            "verified",
                            "accepted",
                            "filed",
                            "dispatched",
                            "returned",
                            "handling",
                            "suspended",
                            "reviewing",
                            "queried",
                            "waiting",
                            "handled",
                            "checking",
                            "closed",
                            "rated",
                            "settled",
                            "refused",
                            "void",
                            "merged",
                        ],
                    )
                ),
                name="event_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("merged_into", models.F("id")), _negated=True),
                    models.Q(
                        models.Q(("state", "merged"), _negated=True),
                        ("merged_into__isnull", False),
                        _connector="OR",
                    ),
                ),
                name="event_merged_into_another",
            ),
        ),
        migrations.RunSQL(FLAT, ROUND),
        migrations.RunSQL(MAIN, "DROP FUNCTION event_main_of(uuid)"),
    ]
