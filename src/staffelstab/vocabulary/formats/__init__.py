"""Files the vocabulary reads and writes. Any bytes give rows, problems or one refusal, never another error."""
