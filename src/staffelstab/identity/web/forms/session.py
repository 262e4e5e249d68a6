"""Ending sessions."""

from __future__ import annotations

from allauth.usersessions.forms import ManageUserSessionsForm
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django import forms
from django.http import HttpRequest


class EndSessionsForm(ManageUserSessionsForm):
    """One session of the own account, or all others."""

    session = forms.IntegerField(required=False)

    def clean_session(self) -> UserSession | None:
        """The session, if it belongs to the account; anything else is an error, not another's session."""
        key = self.cleaned_data["session"]
        if key is None:
            return None
        found = UserSession.objects.filter(pk=key, user_id=self.request.user.pk).first()
        if found is None:
            raise forms.ValidationError("", code="unknown")
        return found

    def save(self, request: HttpRequest) -> None:
        """End what was chosen."""
        session = self.cleaned_data["session"]
        if session is None:
            super().save(request)
        else:
            end_sessions(request, [session])
