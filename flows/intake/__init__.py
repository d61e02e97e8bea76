"""Intake: files become text rows, and their bytes are kept for ever."""
