from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("regions", "0011_keep_what_a_rehearsal_found"),
    ]

    operations = [
        migrations.AddField(
            model_name="region",
            name="counted_on",
            field=models.DateField(null=True, verbose_name="户数计于"),
        ),
    ]
