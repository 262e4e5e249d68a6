"""All addresses: German for users, one prefix per module. First segment → module, URL name → view and files."""

from __future__ import annotations

from django.urls import include, path

from staffelstab.core.ui import errors

urlpatterns = [
    path("konto/", include("staffelstab.identity.web.account_urls")),
    path("verwaltung/", include("staffelstab.identity.web.urls")),
    path("verzeichnis/", include("staffelstab.vocabulary.web.urls")),
    path("aufgaben/", include("staffelstab.workforce.web.urls")),
    path("ausblick/", include("staffelstab.foresight.web.urls")),
    path("", include("staffelstab.portal.web.urls")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
