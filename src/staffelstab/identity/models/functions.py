"""Functions of the database that belong to these tables; written after every ``migrate`` (core.tenancy.policies)."""

from __future__ import annotations

from typing import Final

from staffelstab.core import searching

SEAT: Final = """
CREATE OR REPLACE FUNCTION identity_seat(who uuid, house uuid, today date) RETURNS jsonb LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    found jsonb;
    joined uuid[];
BEGIN
    PERFORM core_revise();
    PERFORM set_config('staffelstab.organisation', house::text, true),
            set_config('staffelstab.account', who::text, true),
            set_config('staffelstab.networks', '', true);
    joined := ARRAY(SELECT n.network_id FROM identity_networkmembership n WHERE n.organisation_id = house ORDER BY 1);
    PERFORM set_config('staffelstab.networks', array_to_string(joined, ','), true);
    SELECT jsonb_build_object(
        'account', to_jsonb(a), 'name', o.name, 'short_name', o.short_name, 'colour', o.colour, 'slug', o.slug,
        'logo', o.logo_digest, 'group_threshold', o.group_threshold,
        'networks', joined,
        'operator', EXISTS (SELECT 1 FROM identity_operator p WHERE p.account_id = who),
        'second_factor_roles', CASE WHEN o.second_factor_roles <> '{}' AND NOT EXISTS (
            SELECT 1 FROM mfa_authenticator f WHERE f.user_id = who AND f.type IN ('totp', 'webauthn')
        ) THEN o.second_factor_roles ELSE '{}' END,
        'seats', (SELECT count(*) FROM identity_membership s
                  WHERE s.account_id = who AND s.since <= today AND (s.until IS NULL OR s.until >= today)),
        'grants', (SELECT coalesce(jsonb_agg(jsonb_build_array(g.role, g.unit_id, g.holder)), '[]') FROM (
            SELECT own.role, own.unit_id, '' AS holder FROM identity_rolegrant own
            WHERE own.organisation_id = house AND own.account_id = who
            UNION
            SELECT held.role, held.unit_id, h.display_name FROM identity_roledeputy d
            JOIN identity_rolegrant held ON held.organisation_id = d.organisation_id AND held.id = d.grant_id
            JOIN identity_membership s ON s.organisation_id = d.organisation_id AND s.account_id = held.account_id
            JOIN identity_account h ON h.id = held.account_id
            WHERE d.organisation_id = house AND d.deputy_id = who AND today BETWEEN d.since AND d.until
              AND s.since <= today AND (s.until IS NULL OR s.until >= today)) g),
        'revisions', (SELECT coalesce(jsonb_agg(jsonb_build_array(r.topic, r.value) ORDER BY r.topic), '[]')
                      FROM core_revision r WHERE r.organisation_id = house),
        'shared', core_shared_revision(),
        'dirty', pg_current_xact_id_if_assigned() IS NOT NULL)
    INTO found
    FROM identity_membership m
    JOIN identity_organisation o ON o.id = m.organisation_id
    JOIN identity_account a ON a.id = m.account_id
    WHERE m.account_id = who AND m.organisation_id = house
      AND m.since <= today AND (m.until IS NULL OR m.until >= today);
    RETURN found;
END $$
"""
"""What every request asks, in one round trip: it enters the context (account, organisation, networks) and returns the
account, what it may do there, and the counters of the organisation; NULL where the membership does not hold. It
runs with the rights of whoever calls it, row-level security included. A function, because PostgreSQL keeps the plan of
its statements per connection: planning this one costs more than running it, and prepared statements of the client
would not survive a connection pool in transaction mode."""

MEMBERSHIP_SORT_KEY: Final = """
CREATE OR REPLACE FUNCTION identity_membership_sort_key() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    SELECT coalesce(max(a.sort_key), ''), coalesce(max(upper(a.email)), '') INTO NEW.sort_key, NEW.address
    FROM public.identity_account a WHERE a.id = NEW.account_id;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER membership_sort_key BEFORE INSERT OR UPDATE ON identity_membership
    FOR EACH ROW EXECUTE FUNCTION identity_membership_sort_key();
CREATE OR REPLACE FUNCTION identity_account_sort_key() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE public.identity_membership SET sort_key = NEW.sort_key, address = upper(NEW.email)
    WHERE account_id = NEW.id AND (sort_key <> NEW.sort_key OR address <> upper(NEW.email));
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER account_sort_key AFTER INSERT OR UPDATE OF sort_key, email ON identity_account
    FOR EACH ROW EXECUTE FUNCTION identity_account_sort_key();
"""
"""A list of accounts is a list of memberships in the order of the accounts' names. Sorting by the column of another
table reads and sorts every row of the house for one page, so each membership carries the key, and the address in
capital letters: an index on the accounts would find those of all houses. The database keeps both in line, with the
owner's rights: an account belongs to several houses, and who renames it sees one of them. (A new account is written
after its first membership, which makes it visible to who writes it.)"""

COLLEAGUE: Final = """
CREATE OR REPLACE FUNCTION identity_is_colleague(who uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM public.identity_membership m WHERE m.account_id = who
        AND m.organisation_id = NULLIF(current_setting('staffelstab.organisation', true), '')::uuid)
$$
"""
"""Part of the policy of accounts, with the rights of whoever asks. A question per row that an index answers; written as
``id IN (SELECT …)`` PostgreSQL collects the accounts of the whole house for every page of a list."""

MEMBERS: Final = searching.function(
    "identity_membership",
    searched="sort_key || address",
    # `words`: the folded name, if the text has a letter or digit; `extra`: the text as it may stand in an address.
    plain="""
    plain := format('strpos(address, upper(%L)) > 0', extra);
    IF cardinality(words) > 0 THEN
        plain := format('strpos(sort_key, %L) > 0 OR %s', words[1], plain);
    END IF;
""",
    # Without three letters or digits in a row there is no trigram.
    indexed="""
    IF extra ~ '[[:alnum:]]{3}' AND words[1] ~ '[[:alnum:]]{3}' THEN
        one := core_rare_part(words[1], sample);
        other := core_rare_part(upper(extra), sample);
        exact := one = words[1] AND other = upper(extra);
        indexed := format('sort_key LIKE %L OR address LIKE %L',
            '%' || one || '%', '%' || regexp_replace(other, '([\\\\%_])', '\\\\\\1', 'g') || '%');
    END IF;
""",
)
"""Search among the active organisation's memberships by name or address; see ``workforce.models.functions``. With the
owner's rights, by the trigram index; the rows are read by key under row-level security as ever."""

FORGET_ACCOUNT: Final = """
CREATE OR REPLACE FUNCTION identity_forget_account(who uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    -- Locked, so that a membership that begins at this moment waits and then finds no account.
    PERFORM 1 FROM public.identity_account a WHERE a.id = who FOR UPDATE;
    IF NOT FOUND
        OR EXISTS (SELECT 1 FROM public.identity_membership m WHERE m.account_id = who)
        OR EXISTS (SELECT 1 FROM public.identity_rolegrant g WHERE g.account_id = who)
        OR EXISTS (SELECT 1 FROM public.identity_roledeputy d WHERE d.deputy_id = who)
        OR EXISTS (SELECT 1 FROM public.identity_operator o WHERE o.account_id = who)
        OR EXISTS (SELECT 1 FROM public.identity_staffsession s WHERE s.account_id = who)
    THEN
        RETURN false;
    END IF;
    DELETE FROM public.django_session s USING public.usersessions_usersession u
        WHERE u.user_id = who AND s.session_key = u.session_key;
    DELETE FROM public.usersessions_usersession u WHERE u.user_id = who;
    DELETE FROM public.identity_signinentry i WHERE i.account_id = who;
    DELETE FROM public.mfa_authenticator f WHERE f.user_id = who;
    DELETE FROM public.socialaccount_socialtoken t USING public.socialaccount_socialaccount p
        WHERE p.user_id = who AND t.account_id = p.id;
    DELETE FROM public.socialaccount_socialaccount p WHERE p.user_id = who;
    DELETE FROM public.account_emailconfirmation c USING public.account_emailaddress e
        WHERE e.user_id = who AND c.email_address_id = e.id;
    DELETE FROM public.account_emailaddress e WHERE e.user_id = who;
    DELETE FROM public.identity_account a WHERE a.id = who;
    RETURN true;
END $$
"""
"""Delete an account that no house knows any more, with all that hangs on it; false when one does, or when it is gone.
With the owner's rights: whoever deletes the last membership does not see the account from then on."""

FUNCTIONS: Final = (COLLEAGUE, SEAT, MEMBERSHIP_SORT_KEY, MEMBERS, FORGET_ACCOUNT)
