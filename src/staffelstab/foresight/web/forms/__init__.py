"""web/forms of the foresight module."""
