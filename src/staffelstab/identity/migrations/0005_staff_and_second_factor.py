"""Operating staff, their sessions in organisations, and the roles that need a second factor."""

import datetime as dt
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Operating staff with their sessions; roles that need a second factor."""

    dependencies = [
        ('identity', '0004_deputies'),
    ]

    operations = [
        migrations.CreateModel(
            name='Operator',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='operator', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('since', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='organisation',
            name='second_factor_roles',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('employee', 'Employee'), ('line_manager', 'Line manager'), ('knowledge_manager', 'Knowledge management'), ('personnel', 'Personnel development'), ('advisor', 'Advisor'), ('executive', 'Executive'), ('privacy', 'Data protection / staff council'), ('administrator', 'Administrator'), ('network_operator', 'Network office')], max_length=30), blank=True, db_default=[], default=list, help_text='whoever holds one of these roles needs a second factor to sign in'),
        ),
        migrations.CreateModel(
            name='StaffSession',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True)),
                ('account_name', models.CharField(max_length=150)),
                ('organisation_name', models.CharField(max_length=200)),
                ('reason', models.CharField(max_length=300)),
                ('opened_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ended_by', models.CharField(blank=True, max_length=200)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['account', '-expires_at'], name='staff_session_account'), models.Index(fields=['organisation', '-id'], name='staff_session_latest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('opened_at')), ('expires_at__lte', django.db.models.expressions.CombinedExpression(models.F('opened_at'), '+', models.Value(dt.timedelta(seconds=14400))))), name='staff_session_length'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_at__gte', models.F('opened_at')), _connector='OR'), name='staff_session_ends_after_begin')],
            },
        ),
    ]
