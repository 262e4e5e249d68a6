"""Lists of people are sorted by a stored key; accounts that exist get theirs from their name."""

from django.db import migrations, models

FILL = "UPDATE identity_account SET sort_key = lower(display_name)"


class Migration(migrations.Migration):
    """A sort key per account."""

    dependencies = [("identity", "0002_functions")]

    operations = [
        migrations.AddField(
            model_name="account",
            name="sort_key",
            field=models.CharField(blank=True, editable=False, max_length=150, default=""),
            preserve_default=False,
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
