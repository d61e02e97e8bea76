"""What a night, a command and the models cost, of two checkouts side by side: `make bench` (docs/performance.md)."""
