#!/bin/sh
# Writes the secrets of compose.yml into secrets/ beside this file, once; never changes one that is there.
set -eu
folder=${1:-$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/secrets}
umask 077
mkdir -p "$folder"

once() { # NAME TEXT
    [ -e "$folder/$1" ] || printf '%s' "$2" >"$folder/$1"
    # The engine mounts the file itself: the user in the container must be able to read it. The folder keeps others out.
    chmod 644 "$folder/$1"
}
random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

once superuser_password "$(random)"
once owner_password "$(random)"
once app_password "$(random)"
once secret_key "$(random)$(random)"
once database_url "postgresql://staffelstab_app:$(cat "$folder/app_password")@database/staffelstab"
once owner_database_url "postgresql://staffelstab_owner:$(cat "$folder/owner_password")@database/staffelstab"
once email_url ""
chmod 700 "$folder"
for name in certificate.pem certificate.key; do
    [ ! -e "$folder/$name" ] || chmod 644 "$folder/$name"
done
echo "Secrets are in $folder. Add certificate.pem and certificate.key (mode 644, or run this once more), and a mail server's address to email_url."
