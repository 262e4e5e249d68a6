"""Commands of the identity module: one function per business action."""
