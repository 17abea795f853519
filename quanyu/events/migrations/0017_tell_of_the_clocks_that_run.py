"""Let the clocks that run already be told of when they run out.

What is late already was told of by the alarm there was; it is not told to everybody above at once.
"""

from typing import Any

from django.db import migrations
from django.db.models import F
from django.utils import timezone

BATCH = 5_000


def look_ahead(apps: Any, schema_editor: Any) -> None:
    """Set when a matter is looked at next, some thousands at a time; repeating it changes nothing."""
    rows = apps.get_model("events", "Event").objects.using(schema_editor.connection.alias)
    waiting = rows.filter(next_rung_at=None, next_due_at__gt=timezone.now()).order_by("pk")
    while keys := list(waiting.values_list("pk", flat=True)[:BATCH]):
        rows.filter(pk__in=keys).update(next_rung_at=F("next_due_at"))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("events", "0016_know_who_is_told_next")]
    operations = [migrations.RunPython(look_ahead, migrations.RunPython.noop)]
