from typing import Any

from django.db import migrations, models

ELECTED = {
    "community-secretary": "secretary",
    "community-deputy": "deputy",
    "community-organisation": "member",
    "community-publicity": "member",
    "community-discipline": "member",
    "grid-branch-secretary": "secretary",
}
"""The kinds that were shipped before; those that come with this release say it themselves."""


def say(apps: Any, editor: Any) -> None:
    """Say of the shipped kinds to which office one is elected who is to hold such a post."""
    kinds = apps.get_model("organisations", "PostKind").objects
    rows = kinds.using(editor.connection.alias).filter(is_sample=True)
    for code, seat in ELECTED.items():
        rows.filter(code=code).update(seat=seat)


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0009_let_a_member_go_to_another_roll"),
    ]

    operations = [
        migrations.AddField(
            model_name="postkind",
            name="seat",
            field=models.CharField(blank=True, default="", max_length=10, verbose_name="选举职务"),
            preserve_default=False,
        ),
        migrations.RunPython(say, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="postkind",
            constraint=models.CheckConstraint(
                condition=models.Q(("seat__in", ["", "secretary", "deputy", "member"])),
                name="post_kind_seat_is_known",
            ),
        ),
    ]
