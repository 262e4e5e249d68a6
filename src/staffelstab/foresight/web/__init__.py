"""web of the foresight module."""
