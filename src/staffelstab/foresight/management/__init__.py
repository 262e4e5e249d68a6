"""Commands of the foresight module."""
