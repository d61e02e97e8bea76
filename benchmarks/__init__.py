"""What a night, a command and the models cost: docs/performance.md.

Of two checkouts side by side (`make bench`), beside what a user would write (`make beside`), of a large plan (`make
large`).
"""
