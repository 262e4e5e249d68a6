"""web/views of the foresight module."""
