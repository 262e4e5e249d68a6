"""Settings, URLs and the program ``staffelstab``: the one place that knows all modules and the environment."""
