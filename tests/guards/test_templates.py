"""Every template is used, keeps to the content security policy, and says nothing untranslated."""

from __future__ import annotations

from tests.guards import templates

LOOKED_FOR_BY_PACKAGES = {
    "400.html": "django.views.defaults",
    "403.html": "django.views.defaults",
    "404.html": "django.views.defaults",
    "410.html": "core.ui.middleware",
    "422.html": "core.ui.middleware",
    "429.html": "allauth.core.ratelimit",
    "500.html": "django.views.defaults",
    "account/": "allauth.account",
    "mfa/": "allauth.mfa",
    "usersessions/": "allauth.usersessions",
    "allauth/": "allauth, the elements of its pages",
    "core/ui/form/django/forms/widgets/": "django.forms, through core.ui.forms.FormRenderer",
    "django/forms/widgets/": "django.forms",
}

NAMES = frozenset(
    {
        "Staffelstab",
        # signs, units and formats that are the same in both languages
        "CSV", "DIN", "EUPL", "FIM", "KERN", "LeiKa", "ODS", "PDF", "XLSX",
    }
)  # fmt: skip
"""Words that are not translated."""


EXEMPT = {"core/ui/components.html": "shows the components with examples as a German house sees them"}


def test_every_template_is_used() -> None:
    assert templates.unused(templates.PACKAGE, LOOKED_FOR_BY_PACKAGES) == []


def test_nothing_inline_that_the_policy_refuses() -> None:
    assert templates.inline() == []


def test_every_text_is_translated() -> None:
    assert templates.untranslated(templates.PACKAGE, NAMES, EXEMPT) == []


def test_translated_blocks_are_trimmed() -> None:
    assert list(templates.untrimmed()) == []
