"""Where the account is signed in."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.views.generic.edit import FormView

from staffelstab.core.ui.access import public
from staffelstab.core.ui.requests import Request
from staffelstab.identity.enums import SignInKind
from staffelstab.identity.selectors import sign_ins
from staffelstab.identity.selectors.devices import describe
from staffelstab.identity.selectors.open_sessions import open_sessions
from staffelstab.identity.services import sessions
from staffelstab.identity.web import sign_in_log
from staffelstab.identity.web.forms.session import EndSessionsForm


class SessionListView(ListUserSessionsView):
    """The sessions of the own account, each of which can be ended."""

    form_class = EndSessionsForm

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """List them; a session that began another way than by the sign-in page is entered first."""
        if not UserSession.objects.filter(session_key=request.session.session_key).exists():
            UserSession.objects.create_from_request(request)
        # Nobody came by to end those that have run out on other devices.
        sessions.end_outlived(now=request.now, account_id=request.user.pk)  # type: ignore[attr-defined]
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
        context["history"] = sign_ins.own_entries(actor=self.request.actor)
        return context

    def form_valid(self, form: EndSessionsForm) -> HttpResponse:
        """End the sessions; whoever ends the own one is signed out."""
        form.save(self.request)
        if not self.request.user.is_authenticated:
            return redirect("account_login")
        sign_in_log.note(SignInKind.ENDED, self.request, self.request.user)
        get_adapter().add_message(
            self.request, messages.SUCCESS, "usersessions/messages/sessions_logged_out.txt"
        )
        return redirect(self.get_success_url())

    def form_invalid(self, _form: EndSessionsForm) -> HttpResponse:
        """The session was gone already: show the list as it is."""
        return redirect(self.get_success_url())


session_list = SessionListView.as_view()


@public()
def session_state(request: Request) -> HttpResponse:
    """Whether somebody is signed in, for the script of an open page. Asking counts as using the session.

    A page whose session has ended goes on with a new one of the same account: it needs the new token for its forms.
    """
    account = request.actor.account_id
    if account is None:
        return JsonResponse({"account": ""})
    return JsonResponse({"account": str(account), "token": get_token(request)})
