"""Files the foresight module writes."""
