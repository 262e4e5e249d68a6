"""Helpers behind the page frame and its components; the markup is in ``core/templates/core/ui``."""
