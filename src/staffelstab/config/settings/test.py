"""Settings of the tests: stricter than any installation, faster where nothing is at stake."""

from __future__ import annotations

import atexit
import os
import tempfile

if "STAFFELSTAB_DATA" not in os.environ:
    _folder = tempfile.TemporaryDirectory(prefix="staffelstab-test-")
    atexit.register(_folder.cleanup)
    os.environ["STAFFELSTAB_DATA"] = _folder.name  # the processes of this run inherit it
os.environ.setdefault("STAFFELSTAB_SECRET_KEY", "only-for-tests")
os.environ.setdefault("STAFFELSTAB_HOSTS", "localhost,127.0.0.1,testserver")

from staffelstab.config.settings.base import *  # noqa: F403
from staffelstab.config.settings.base import STATIC_ROOT, STORAGES, TEMPLATES


class UndefinedTemplateVariable(Exception):
    """A template used a variable nobody gave it."""


class LoudUndefined(str):
    """Makes Django raise instead of printing nothing: ``{% if x %}`` stays silent, ``{{ x }}`` does not."""

    __slots__ = ()

    def __mod__(self, name: object) -> str:
        raise UndefinedTemplateVariable(name)

    def __contains__(self, key: object) -> bool:
        return key == "%s"


DEMO = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = LoudUndefined("%s")  # type: ignore[index]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
# The static files middleware warns about a folder that is not there, and warnings are errors here.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
