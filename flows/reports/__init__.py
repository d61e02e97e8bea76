"""Documents to the government: made from a release alone, as each is declared in ``reports/``."""
