"""Publish: one release, written whole, read back, then switched to in one step."""
