"""A minimal Django site: what ``django-admin startproject`` writes, one page, on Staffelstab's database.

Middleware, context processors and template loading are those of the project template of this Django version, with
DEBUG off. A request reads its session from the database and then asks three small queries: the signed-in account,
ten content types, their number. It renders a template that extends a base. The connection to the database is kept
open as in Staffelstab; with Django's default it would be opened anew for each request, which would flatter us.
"""

from __future__ import annotations

import os
import sys

import django
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from staffelstab.config import env

BACKEND = "django.contrib.auth.backends.ModelBackend"


def minimal(request: HttpRequest) -> HttpResponse:
    """The page. Somebody signed out gets a 404, so that a lost session cannot go unnoticed."""
    from django.contrib.contenttypes.models import ContentType  # noqa: PLC0415 - after setup

    if not request.user.is_authenticated:
        return HttpResponse(status=404)
    rows = ContentType.objects.order_by("id")[:10]
    return render(request, "minimal/page.html", {"rows": rows, "count": ContentType.objects.count()})


urlpatterns = [path("minimal/", minimal)]

if not settings.configured:
    settings.configure(
        SECRET_KEY=os.environ["STAFFELSTAB_SECRET_KEY"],
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        AUTH_USER_MODEL="minimal.Account",
        INSTALLED_APPS=[
            "tools.benchmarks._minimal.apps.MinimalConfig",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "django.contrib.staticfiles",
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        DATABASES={"default": env.database(os.environ["DATABASE_URL"])},
        STATIC_URL="static/",
        USE_I18N=True,
        USE_TZ=True,
    )
    django.setup()

application = get_wsgi_application()


def session_of(email: str) -> str:
    """Sign an account in: write a session as Django's ``login`` would, and return its key."""
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415 - after setup

    account = get_user_model().objects.get(email=email)
    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    sys.stdout.write(session_of(sys.argv[1]))
