"""Scripts that go into an export; they run with it, not here."""
