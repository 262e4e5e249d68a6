"""Forms of the composed screens: they check input, nothing else."""
