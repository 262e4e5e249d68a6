from django.db import migrations

FILL = """UPDATE workforce_position SET unit_sort_key = u.sort_key
FROM workforce_unit u WHERE u.id = workforce_position.unit_id AND u.sort_key <> ''"""


class Migration(migrations.Migration):

    dependencies = [
        ('workforce', '0006_position_unit_sort_key'),
    ]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
