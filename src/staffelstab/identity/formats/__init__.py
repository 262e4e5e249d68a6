"""Files the identity module reads."""
