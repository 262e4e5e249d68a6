"""Rules of the spine that need neither framework nor database."""
