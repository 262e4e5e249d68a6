"""A new password: it ends the account's sessions on all other devices, and this one goes on under another key."""

from __future__ import annotations

from allauth.account import views
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from allauth.usersessions.models import UserSession
from django import forms
from django.http import HttpRequest, HttpResponse

from staffelstab.identity.web.forms import sign_in


class _GoesOn:
    """Keeps the session in which the password was changed."""

    request: HttpRequest

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Do it, then sign out the other devices."""
        before = UserSession.objects.filter(session_key=self.request.session.session_key).first()
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        if before is not None:
            # The same session under a new key: it began when it began, and its sign-in provider can still end it.
            UserSession.objects.filter(session_key=self.request.session.session_key).update(
                created_at=before.created_at, data=before.data
            )
        end_other_sessions(self.request, self.request.user)
        return response


class ChangeView(_GoesOn, views.PasswordChangeView):
    """Another password."""

    form_class = sign_in.ChangePasswordForm


class SetView(_GoesOn, views.PasswordSetView):
    """A first password, for accounts that have come in another way."""

    form_class = sign_in.SetPasswordForm


change = ChangeView.as_view()
set_first = SetView.as_view()
