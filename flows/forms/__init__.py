"""Forms: what a release is made of; the marts as tables, workbook and packages, and what describes them."""
