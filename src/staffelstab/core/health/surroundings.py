"""Checks of what surrounds the program: settings, files, mail, jobs, backups, the programs for charts and PDF."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zoneinfo
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core import mail
from django.core.checks import WARNING as SYSTEM_WARNING
from django.core.checks import Tags, run_checks
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from staffelstab.core.backup import record
from staffelstab.core.health.findings import Finding, error, ok, warning
from staffelstab.core.health.queue import QueueFigures
from staffelstab.core.ui import charts

SHORTEST_SECRET: Final = 32
LITTLE_SPACE: Final = 2 * 1024**3
NO_SPACE: Final = 200 * 1024**2
LATE: Final = timedelta(minutes=10)
TOO_LATE: Final = timedelta(hours=1)
ENDLESS: Final = timedelta(hours=6)
WORST_RATE: Final = 0.9
FEWEST_JOBS: Final = 3
OLD_BACKUP: Final = timedelta(hours=50)
TOO_OLD_BACKUP: Final = timedelta(days=8)
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})


def configuration() -> Iterator[Finding]:
    """Settings: what Django says itself, debugging, demonstration, hosts, encryption."""
    wrong = run_checks(tags=[Tags.urls, Tags.templates, Tags.models, Tags.security])
    serious = [found for found in wrong if found.level > SYSTEM_WARNING and not found.is_silenced()]
    if serious:
        yield error("settings.system", str(serious[0].msg), _("Please report this: the program was changed."))
    if settings.DEBUG:
        yield error(
            "settings.debug",
            _("Technical error pages are switched on: they show settings and data."),
            _("Remove STAFFELSTAB_DEBUG."),
        )
    if settings.DEMO:
        yield warning(
            "settings.demo",
            _("One-click sign-in for demonstrations is switched on: everybody can sign in as anybody."),
            _("Remove STAFFELSTAB_DEMO where real data are."),
        )
    yield _hosts()
    yield _encryption()


def _hosts() -> Finding:
    hosts = set(settings.ALLOWED_HOSTS)
    if "*" in hosts:
        return error(
            "settings.hosts",
            _("The program answers to every host name: links in mails could be forged."),
            _("Set STAFFELSTAB_HOSTS to the name users type."),
        )
    if settings.HTTPS and hosts <= _LOCAL:
        return error(
            "settings.hosts",
            _("The program answers to this machine's own names only."),
            _("Set STAFFELSTAB_HOSTS to the name users type."),
        )
    return ok("settings.hosts", _("The program answers to %(hosts)s.") % {"hosts": ", ".join(sorted(hosts))})


def _encryption() -> Finding:
    if not settings.HTTPS:
        return warning(
            "settings.https",
            _("Cookies are sent over unencrypted connections, too."),
            _("Put a reverse proxy with HTTPS in front and set STAFFELSTAB_HTTPS=1."),
        )
    plain = [origin for origin in settings.CSRF_TRUSTED_ORIGINS if not origin.startswith("https://")]
    if plain:
        return error(
            "settings.https",
            _("STAFFELSTAB_ORIGINS names an unencrypted origin: %(origin)s") % {"origin": plain[0]},
            _("Origins begin with https:// where STAFFELSTAB_HTTPS is on."),
        )
    return ok("settings.https", _("Only encrypted connections are used."))


def secret() -> Finding:
    """The secret key: long enough, and nobody else's to read."""
    key = settings.SECRET_KEY
    if len(key) < SHORTEST_SECRET or len(set(key)) < 10:
        return error(
            "settings.secret",
            _("The secret key is too short or too simple: sessions could be forged."),
            _("Set STAFFELSTAB_SECRET_KEY to at least 32 random characters, or remove it: one is then made."),
        )
    path = Path(settings.DATA) / "secret"
    if path.exists() and path.stat().st_mode & 0o077:
        return error(
            "settings.secret",
            _("Other users of this machine can read the secret key in %(path)s.") % {"path": path},
            _("Take the rights of group and others away: chmod 600."),
        )
    return ok("settings.secret", _("The secret key is long enough."))


def clock() -> Finding:
    """The time zone of the installation is known to this machine."""
    try:
        zoneinfo.ZoneInfo(settings.TIME_ZONE)
    except zoneinfo.ZoneInfoNotFoundError:
        return error(
            "machine.timezone",
            _("This machine does not know the time zone %(name)s.") % {"name": settings.TIME_ZONE},
            _("Install the package tzdata."),
        )
    return ok("machine.timezone", _("Times are shown for %(name)s.") % {"name": settings.TIME_ZONE})


def mail_server(send_to: str = "") -> Finding:
    """The mail server takes a connection; with ``send_to`` also a mail."""
    if str(settings.MAILERS["default"]["BACKEND"]).endswith("console.EmailBackend"):
        return warning(
            "mail.server",
            _("Mails are written to the log only: nobody receives a link for a forgotten password."),
            _("Set STAFFELSTAB_EMAIL_URL and STAFFELSTAB_EMAIL_FROM."),
        )
    connection = mail.mailers["default"]
    try:
        connection.open()
        if send_to:
            message = mail.EmailMessage(
                _("Test mail from Staffelstab"),
                _("This mail was sent by “staffelstab check”. Mails from Staffelstab arrive."),
                to=[send_to],
            )
            connection.send_messages([message])
        connection.close()
    except OSError as failure:
        return error(
            "mail.server",
            _("The mail server does not take mails: %(reason)s") % {"reason": failure},
            _("Check STAFFELSTAB_EMAIL_URL: host, port, user, password and tls=1."),
        )
    if send_to:
        return ok("mail.server", _("The mail server took a test mail to %(address)s.") % {"address": send_to})
    return ok("mail.server", _("The mail server answers."))


def storage() -> Iterator[Finding]:
    """Files can be written, read and removed, and there is room."""
    content = os.urandom(16)
    try:
        name = default_storage.save(".check", ContentFile(content))
        with default_storage.open(name) as file:
            same = file.read() == content
        default_storage.delete(name)
    except OSError as failure:
        same, reason = False, failure.strerror or str(failure)
    else:
        reason = _("what was written was not what was read")
    if not same:
        yield error(
            "files.write",
            _("Files cannot be stored: %(reason)s") % {"reason": reason},
            _("Check the rights of the folder in STAFFELSTAB_FILES, or files/ in the data folder."),
        )
    else:
        yield ok("files.write", _("Files can be stored."))
    yield space(shutil.disk_usage(_existing(Path(settings.DATA))).free)


def _existing(folder: Path) -> Path:
    return folder if folder.exists() else _existing(folder.parent)


def space(free: int) -> Finding:
    """Enough room for uploads, and for a server that must not stop."""
    told = {"size": filesizeformat(free)}
    if free < NO_SPACE:
        return error(
            "files.space",
            _("The disk of the data folder is full: %(size)s are left.") % told,
            _("Make room now: the database stops when the disk is full."),
        )
    if free < LITTLE_SPACE:
        return warning(
            "files.space",
            _("The disk of the data folder is filling up: %(size)s are left.") % told,
            _("Make room, or move the data folder to a larger disk."),
        )
    return ok("files.space", _("%(size)s are free on the disk of the data folder.") % told)


def static_files() -> Finding:
    """Style sheets and scripts have been collected."""
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        return warning(
            "files.static",
            _("Style sheets and scripts have not been collected yet."),
            _("Run “staffelstab prepare”; “staffelstab serve” does it, too."),
        )
    return ok("files.static", _("Style sheets and scripts have been collected."))


def jobs(found: QueueFigures) -> Iterator[Finding]:
    """Jobs are picked up, end, and end well."""
    yield _waiting(found)
    if found.longest_running > ENDLESS:
        yield warning(
            "jobs.running",
            _("A job has been running for %(hours)s hours.") % {"hours": _hours(found.longest_running)},
            _("If its worker is gone, any worker takes the job up again within a minute: is one running?"),
        )
    yield _success(found)


def _waiting(found: QueueFigures) -> Finding:
    told = {"count": found.waiting, "minutes": round(found.oldest_waiting.total_seconds() / 60)}
    sentence = _("%(count)s jobs are waiting, the oldest for %(minutes)s minutes.") % told
    if found.oldest_waiting > TOO_LATE:
        return error("jobs.waiting", sentence, _("Is a worker running? Start one: staffelstab worker."))
    if found.oldest_waiting > LATE:
        return warning(
            "jobs.waiting",
            sentence,
            _("Look at the worker's log, or start a second worker if this stays so."),
        )
    return ok("jobs.waiting", _("%(count)s jobs are waiting, none for long.") % told)


def _success(found: QueueFigures) -> Finding:
    rate = found.success_rate
    finished = found.succeeded_last_hour + found.failed_last_hour
    told = {"failed": found.failed_last_hour, "finished": finished}
    if rate is None:
        return ok("jobs.success", _("No job has finished in the last hour."))
    if rate < WORST_RATE and finished >= FEWEST_JOBS:
        return error(
            "jobs.success",
            _("%(failed)s of %(finished)s jobs of the last hour failed.") % told,
            _("Look for “state=FAILED” in the worker's log: the lines before it name the place."),
        )
    if found.failed_last_hour:
        return warning(
            "jobs.success",
            _("%(failed)s of %(finished)s jobs of the last hour failed.") % told,
            _("Look for “state=FAILED” in the worker's log: the lines before it name the place."),
        )
    return ok("jobs.success", _("All %(finished)s jobs of the last hour succeeded.") % told)


def _hours(span: timedelta) -> int:
    return round(span.total_seconds() / 3600)


def backup(now: datetime) -> Finding:
    """There is a recent backup."""
    last = record.read(Path(settings.DATA))
    advice = _("Run “staffelstab backup FILE” every night, see the operator's guide.")
    if last is None:
        return warning("backup.age", _("No backup has been made with “staffelstab backup”."), advice)
    sentence = _("The last backup is %(hours)s hours old.") % {"hours": _hours(now - last.at)}
    if now - last.at > TOO_OLD_BACKUP:
        return error("backup.age", sentence, advice)
    if now - last.at > OLD_BACKUP:
        return warning("backup.age", sentence, advice)
    return ok("backup.age", sentence)


def programs() -> Iterator[Finding]:
    """Charts and documents can be made on this machine."""
    chart = charts.chart_definition(
        values=[{"x": 1}],
        mark="bar",
        encoding={"x": {"field": "x", "type": "quantitative"}},
        width=100,
        height=100,
    )
    yield _program(
        "programs.charts",
        "staffelstab.core.ui.chart_worker",
        json.dumps([chart]).encode(),
        well=_("Charts can be drawn."),
        ill=_("Charts cannot be drawn: the screens show their tables only."),
    )
    yield _program(
        "programs.pdf",
        "staffelstab.core.ui.pdf_worker",
        b"<!DOCTYPE html><html lang='de'><title>check</title><p>check</p></html>",
        well=_("PDF documents can be made."),
        ill=_("PDF documents cannot be made."),
    )


def _program(code: str, module: str, given: bytes, *, well: str, ill: str) -> Finding:
    advice = _("Install the system packages named in the installation guide (Pango for PDF), then try again.")
    try:
        made = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", module], input=given, capture_output=True, check=False, timeout=120
        )
    except subprocess.TimeoutExpired:
        return error(code, ill, advice)
    return ok(code, well) if made.returncode == 0 and made.stdout else error(code, ill, advice)
