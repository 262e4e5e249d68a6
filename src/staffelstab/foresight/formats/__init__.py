"""Files the foresight module reads and writes."""
