"""The same models on Spark: for plans that no single machine holds (docs/scaling.md, docs/adr/0030)."""
