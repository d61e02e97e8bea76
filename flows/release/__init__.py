"""Release: one release, written whole, signed, read back, then switched to in one step."""
