from django.db import migrations, models

FILL = """WITH RECURSIVE down (id, place, life, is_apart) AS (
  SELECT id, region_path, region_path, false FROM organisations_body WHERE parent_id IS NULL
  UNION ALL
  SELECT body.id, body.region_path,
         CASE WHEN apart.is_apart THEN up.life ELSE body.region_path END, apart.is_apart
    FROM down AS up
    JOIN organisations_body AS body ON body.parent_id = up.id
   CROSS JOIN LATERAL (
     SELECT body.kind IN ('party_committee', 'general_party_branch', 'party_branch',
                          'joint_party_branch', 'party_group') AND (
              up.is_apart
              OR (length(body.region_path) - length(replace(body.region_path, '/', '')) >= 4
                  AND length(up.place) - length(replace(up.place, '/', '')) < 4)
            ) AS is_apart
   ) AS apart
)
UPDATE organisations_body AS body SET life_path = down.life
  FROM down WHERE down.id = body.id"""


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0013_say_who_wrote_a_number_of_the_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="body",
            name="life_path",
            field=models.CharField(
                blank=True,
                db_collation="C",
                db_default="",
                max_length=40,
                verbose_name="归口辖区",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
