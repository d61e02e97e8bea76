"""The files of a release, by name."""

DATABASE = "marts.duckdb"
WORKBOOK = "marts.xlsx"
HEADLINES = "headline_figures.json"
PARQUET, CSV, CSV_EXCEL_NL = "parquet", "csv", "csv_excel_nl"
