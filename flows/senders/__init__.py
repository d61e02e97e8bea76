"""Senders: what ministries get; the return to fill in, and what became of the one they sent."""
