"""The commands of `veerkracht`, a module for each group of people who use them, and what they show on a terminal."""
