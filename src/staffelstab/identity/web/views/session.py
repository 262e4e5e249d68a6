"""Where the account is signed in."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic.edit import FormView

from staffelstab.identity.selectors.devices import describe
from staffelstab.identity.selectors.open_sessions import open_sessions
from staffelstab.identity.web.forms.session import EndSessionsForm
from staffelstab.identity.web.middleware import LAST_USE_KEY


class SessionListView(ListUserSessionsView):
    """The sessions of the own account, each of which can be ended."""

    form_class = EndSessionsForm

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """List them; a session that began another way than by the sign-in page is entered first."""
        if not UserSession.objects.filter(session_key=request.session.session_key).exists():
            UserSession.objects.create_from_request(request)
            request.session[LAST_USE_KEY] = int(request.now.timestamp())  # type: ignore[attr-defined]
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        """The open sessions with what the browser says about itself in words; the own one first."""
        # Not those of the view this one is made from, which asks three statements for each.
        context: dict[str, Any] = FormView.get_context_data(self, **kwargs)
        found = open_sessions(account=self.request.user, now=self.request.now)
        context["session_count"] = len(found)
        context["entries"] = [
            {"session": each, "device": describe(each.user_agent), "current": each.is_current()}
            for each in sorted(found, key=lambda each: not each.is_current())
        ]
        return context

    def form_valid(self, form: EndSessionsForm) -> HttpResponse:
        """End the sessions; whoever ends the own one is signed out."""
        form.save(self.request)
        if not self.request.user.is_authenticated:
            return redirect("account_login")
        get_adapter().add_message(
            self.request, messages.SUCCESS, "usersessions/messages/sessions_logged_out.txt"
        )
        return redirect(self.get_success_url())

    def form_invalid(self, _form: EndSessionsForm) -> HttpResponse:
        """The session was gone already: show the list as it is."""
        return redirect(self.get_success_url())


session_list = SessionListView.as_view()
