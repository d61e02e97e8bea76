"""The same models on Spark: for plans whose models one machine does not build in a night (docs/scaling.md, ADR 30)."""
