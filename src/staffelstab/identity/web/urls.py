"""Addresses of the identity module."""

from __future__ import annotations

from django.urls import path

from staffelstab.identity.web.views import (
    account,
    audit,
    deputy,
    logo,
    network,
    organisation,
    retention,
    seat,
    security,
    session,
    sign_in,
    staff,
)

app_name = "identity"
urlpatterns = [
    path("organisation/", organisation.organisation_detail, name="organisation_detail"),
    path("organisation/bearbeiten/", organisation.organisation_edit, name="organisation_edit"),
    path("organisation/logo/", logo.logo_edit, name="logo_edit"),
    path("organisation/logo/<str:digest>.png", logo.logo_show, name="logo_show"),
    path("organisation/waehlen/", seat.seat_choose, name="seat_choose"),
    path("organisation/wechseln/", seat.seat_switch, name="seat_switch"),
    path("konten/", account.account_list, name="account_list"),
    path("konten/neu/", account.account_create, name="account_create"),
    path("konten/einladen/", account.account_invite, name="account_invite"),
    path("konten/<uuid:account_id>/einladen/", account.account_remind, name="account_remind"),
    path("konten/<uuid:account_id>/", account.account_detail, name="account_detail"),
    path("konten/<uuid:account_id>/bearbeiten/", account.account_edit, name="account_edit"),
    path("konten/<uuid:account_id>/rollen/", account.account_roles, name="account_roles"),
    path("konten/<uuid:account_id>/beenden/", account.account_end, name="account_end"),
    path("konten/<uuid:account_id>/zweiter-faktor/", security.security_reset, name="security_reset"),
    path("konten/<uuid:account_id>/abmelden/", security.security_end, name="security_end"),
    path("sitzung/", session.session_state, name="session_state"),
    path("anmeldungen/", sign_in.sign_in_list, name="sign_in_list"),
    path("anmeldung/", security.security_edit, name="security_edit"),
    path("verbuende/", network.network_list, name="network_list"),
    path("verbuende/<uuid:network_id>/", network.network_detail, name="network_detail"),
    path("verbuende/<uuid:network_id>/aufnehmen/", network.network_join, name="network_join"),
    path(
        "verbuende/<uuid:network_id>/mitglieder/<uuid:organisation_id>/",
        network.network_edit,
        name="network_edit",
    ),
    path(
        "verbuende/<uuid:network_id>/mitglieder/<uuid:organisation_id>/beenden/",
        network.network_leave,
        name="network_leave",
    ),
    path("betrieb/", staff.staff_open, name="staff_open"),
    path("betriebszugriffe/", staff.staff_list, name="staff_list"),
    path("betriebszugriffe/<uuid:session_id>/beenden/", staff.staff_end, name="staff_end"),
    path("vertretungen/", deputy.deputy_list, name="deputy_list"),
    path("vertretungen/auswahl/", deputy.deputy_pick, name="deputy_pick"),
    path("vertretungen/neu/<uuid:account_id>/", deputy.deputy_create, name="deputy_create"),
    path("vertretungen/<uuid:deputy_id>/beenden/", deputy.deputy_withdraw, name="deputy_withdraw"),
    path("protokoll/", audit.audit_list, name="audit_list"),
    path("aufbewahrung/", retention.retention_list, name="retention_list"),
    path("aufbewahrung/loeschen/", retention.retention_run, name="retention_run"),
    path("aufbewahrung/<str:code>/", retention.retention_edit, name="retention_edit"),
]
