"""Mails of this module: text and HTML from a pair of templates."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string


def send(template: str, to: str, *, subject: str, context: Mapping[str, object]) -> None:
    """Send ``<template>.txt`` with ``<template>.html`` as its alternative. Raises what the mail server answers."""
    values = dict(context)
    message = EmailMultiAlternatives(subject, render_to_string(f"{template}.txt", values).strip(), to=[to])
    message.attach_alternative(render_to_string(f"{template}.html", values), "text/html")
    message.send()
