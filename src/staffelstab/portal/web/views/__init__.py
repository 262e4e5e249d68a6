"""Views of the composed screens."""
