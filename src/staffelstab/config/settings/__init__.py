"""Django settings: ``base`` for every installation, ``test`` stricter for the tests."""
