"""The yardstick of ``./dev bench requests``: the page a fresh Django project would have."""
