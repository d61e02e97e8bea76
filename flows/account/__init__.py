"""Account: a figure back to its cells, the marts as they were known on a day, and what changed since."""
