#!/bin/sh
# Roles, database and rights, once, when the container's data folder is empty. As docs/operator/install.md.
set -eu
secrets=${SECRETS:-/run/secrets}
psql --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres \
    --set=owner_password="$(cat "$secrets/owner_password")" --set=app_password="$(cat "$secrets/app_password")" <<'SQL'
CREATE ROLE staffelstab_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE staffelstab_app LOGIN PASSWORD :'app_password';
CREATE DATABASE staffelstab OWNER staffelstab_owner ENCODING 'UTF8' TEMPLATE template0;
ALTER DATABASE staffelstab SET timezone TO 'UTC';
\connect staffelstab
CREATE EXTENSION btree_gist;
CREATE EXTENSION citext;
CREATE EXTENSION pg_trgm;
CREATE EXTENSION unaccent;
CREATE EXTENSION vector;
REVOKE ALL ON DATABASE staffelstab FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE staffelstab TO staffelstab_app;
ALTER SCHEMA public OWNER TO staffelstab_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO staffelstab_app;
ALTER DEFAULT PRIVILEGES FOR ROLE staffelstab_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO staffelstab_app;
ALTER DEFAULT PRIVILEGES FOR ROLE staffelstab_owner IN SCHEMA public
    GRANT EXECUTE ON FUNCTIONS TO staffelstab_app;
ALTER DEFAULT PRIVILEGES FOR ROLE staffelstab_owner
    REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
SQL
