"""Why a backup or restore is refused, in a sentence for whoever keeps the program running."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from staffelstab.core.errors import DomainError


class FileUnreadable(DomainError):
    """The file is missing or may not be read."""

    code = "backup.unreadable"
    template = _("The file “%(name)s” cannot be read.")


class NotABackup(DomainError):
    """The file is something else."""

    code = "backup.foreign"
    template = _("This file is no backup of Staffelstab, or its end is missing. Nothing has been changed.")


class Damaged(DomainError):
    """The file does not hold what was written."""

    code = "backup.damaged"
    template = _(
        "This backup is damaged: it does not hold what was written. Nothing has been changed. "
        "Please take another backup."
    )


class TooNew(DomainError):
    """A newer program wrote the backup."""

    code = "backup.too_new"
    template = _(
        "This backup was made by Staffelstab %(theirs)s, which is newer than this program (%(ours)s). "
        "Nothing has been changed. Please install that version first."
    )


class TargetExists(DomainError):
    """Backups are not overwritten."""

    code = "backup.exists"
    template = _("There is already a file “%(name)s”. Please choose another name.")


class FolderMissing(DomainError):
    """The backup cannot be written where it shall go."""

    code = "backup.folder"
    template = _("The backup cannot be written to “%(name)s”: %(reason)s")


class NoRoom(DomainError):
    """The disk filled up while the backup was written."""

    code = "backup.no_room"
    template = _("There is not enough room in “%(name)s”: twice the size of the backup is needed.")


class FilesUnread(DomainError):
    """A file could not be read or copied, or the backup not read again."""

    code = "backup.files"
    template = _("The backup could not be made: %(name)s: %(reason)s")


class OwnerMissing(DomainError):
    """The owner role's address is not configured."""

    code = "backup.owner"
    template = _(
        "This needs the database's owner: the application role does not see all rows. "
        "Please set STAFFELSTAB_OWNER_DATABASE_URL for this command."
    )


class RowsHidden(DomainError):
    """The role would write an incomplete dump."""

    code = "backup.rows_hidden"
    template = _(
        "The database role “%(role)s” does not see all rows of %(table)s: the backup would be incomplete. "
        "Please run “staffelstab migrate” with the owner's address, then try again."
    )


class ProgramsMissing(DomainError):
    """No pg_dump fits the server."""

    code = "backup.programs"
    template = _(
        "PostgreSQL's programs pg_dump, pg_restore and psql in version %(version)s or newer are needed and were not "
        "found, or cannot reach the server (%(reason)s). Please install the package postgresql-client."
    )


class ProgramFailed(DomainError):
    """pg_dump, pg_restore or psql gave up."""

    code = "backup.program_failed"
    template = _("%(program)s ended with an error: %(reason)s")


class NotEmpty(DomainError):
    """The target holds data."""

    code = "restore.not_empty"
    template = _(
        "There are already data here: %(organisations)s organisations, %(accounts)s accounts, %(files)s files. "
        "Nothing has been changed. Restore into an empty folder and database, or add --force: "
        "everything that is there now will then be replaced by the backup."
    )


class InUse(DomainError):
    """Other programs are connected to the target."""

    code = "restore.in_use"
    template = _(
        "%(count)s other connections use this database. Nothing has been changed. "
        "Please stop web server and workers first."
    )


class ForeignDatabase(DomainError):
    """The target database belongs to another program."""

    code = "restore.foreign_database"
    template = _(
        "This database holds tables of another program (%(names)s). Nothing has been changed. "
        "Please give Staffelstab a database of its own."
    )


class RowsMissing(DomainError):
    """The restored tables do not hold what the backup counted."""

    code = "restore.rows_missing"
    template = _("The backup could not be restored: %(reason)s. The database is as it was before.")


class FilesFixed(DomainError):
    """Something in the folder of stored files cannot be moved out of the way."""

    code = "restore.files_fixed"
    template = _(
        "“%(name)s” cannot be moved: %(reason)s. Nothing has been changed. The stored files have to lie in a folder "
        "whose contents Staffelstab may move."
    )


class FilesUnfinished(DomainError):
    """The database is the backup's, the folder of stored files is not yet."""

    code = "restore.files_unfinished"
    template = _(
        "The database has been restored, the stored files have not: %(reason)s. Those of the backup are in "
        "“%(fresh)s”. Please remove the cause, then restore the same backup once more with --force."
    )
