"""Answer: what the sender of a submission gets back, whatever became of it."""
