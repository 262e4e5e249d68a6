"""How dates are written per language, where Django's own form does not fit (FORMAT_MODULE_PATH)."""
