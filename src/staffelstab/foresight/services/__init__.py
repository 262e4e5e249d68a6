"""Commands of the foresight module: measures, assumptions, and the record kept once a quarter."""
