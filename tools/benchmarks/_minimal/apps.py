"""The one app of the minimal project."""

from __future__ import annotations

from django.apps import AppConfig


class MinimalConfig(AppConfig):
    """Account and templates."""

    name = "tools.benchmarks._minimal"
    label = "minimal"
    path = __file__.rpartition("/")[0]
