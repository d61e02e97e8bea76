"""History: the marts as they were known on a day, and what changed between two days or releases."""
