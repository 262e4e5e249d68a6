"""The four questions that have to be answered before a tenant is known.

They run with the rights of the owner role (SECURITY DEFINER), return keys only, and have a fixed search path.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION identity_organisation_id(wanted text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT id FROM public.identity_organisation WHERE slug = wanted $$;
CREATE FUNCTION identity_organisation_ids() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT id FROM public.identity_organisation ORDER BY id $$;
CREATE FUNCTION identity_operator_id() RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT id FROM public.identity_organisation ORDER BY is_operator DESC, created_at, id LIMIT 1 $$;
CREATE FUNCTION identity_account_id(wanted text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT id FROM public.identity_account WHERE lower(email) = lower(wanted) $$;
"""

DROP = """
DROP FUNCTION identity_account_id(text);
DROP FUNCTION identity_operator_id();
DROP FUNCTION identity_organisation_ids();
DROP FUNCTION identity_organisation_id(text);
"""


class Migration(migrations.Migration):
    """Functions that answer before a tenant is known."""

    dependencies = [("identity", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, DROP)]
