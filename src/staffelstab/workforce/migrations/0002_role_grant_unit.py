"""A role bound to a unit: the key lives in ``identity``, which lies below this module and cannot name the table."""

from django.db import migrations

CREATE = """
ALTER TABLE workforce_unit ADD CONSTRAINT workforce_unit_tenant_id_key UNIQUE (organisation_id, id);
ALTER TABLE identity_rolegrant ADD CONSTRAINT identity_rolegrant_unit_tenant_fk
    FOREIGN KEY (organisation_id, unit_id) REFERENCES workforce_unit (organisation_id, id)
    DEFERRABLE INITIALLY DEFERRED;
"""

DROP = """
ALTER TABLE identity_rolegrant DROP CONSTRAINT identity_rolegrant_unit_tenant_fk;
ALTER TABLE workforce_unit DROP CONSTRAINT workforce_unit_tenant_id_key;
"""


class Migration(migrations.Migration):
    """Roles point at units of the same organisation."""

    dependencies = [("workforce", "0001_initial"), ("identity", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, DROP)]
