"""The yardstick of ``./dev bench requests``: the smallest Django page anybody would call one.

Session, signed-in account, one template, three queries, under the same server and on the same database.
"""

from __future__ import annotations

import os
from typing import Any

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from staffelstab.config import env

PAGE = (
    "<!doctype html><html lang='de'><title>Seite</title><h1>Seite</h1>"
    "<ul>{% for r in rows %}<li>{{ r }}</li>{% endfor %}</ul>"
)


def minimal(request: HttpRequest) -> HttpResponse:
    """Read the session, ask three questions, fill a template."""
    from django.contrib.contenttypes.models import ContentType  # noqa: PLC0415 - after setup
    from django.contrib.sessions.models import Session  # noqa: PLC0415

    request.session.get("_auth_user_id")
    rows: list[Any] = [
        *ContentType.objects.order_by("id")[:10],
        ContentType.objects.count(),
        Session.objects.filter(session_key="none").exists(),
    ]
    return HttpResponse(engines["django"].from_string(PAGE).render({"rows": rows}))


urlpatterns = [path("minimal/", minimal)]

if not settings.configured:
    settings.configure(
        SECRET_KEY=os.environ["STAFFELSTAB_SECRET_KEY"],
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
        ],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        DATABASES={"default": env.database(os.environ["DATABASE_URL"])},
        USE_TZ=True,
    )
    django.setup()

application = get_wsgi_application()
