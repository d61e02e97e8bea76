"""The files of a release, by name."""

DATABASE = "marts.duckdb"
WORKBOOK = "marts.xlsx"
HEADLINES = "headline_figures.json"
CSV_ZIP = "marts_csv.zip"
"""All of `CSV` in one file."""
WHOLE = (WORKBOOK, CSV_ZIP, DATABASE)
"""What holds all marts in one file, as people look for it."""
PARQUET, CSV, CSV_EXCEL_NL = "parquet", "csv", "csv_excel_nl"
CHARTS = "grafieken"
"""The folder of the charts of the site, each with a page that another site may embed."""
KEY_PAGES = "sleutels"
"""The pages of the site on which short keys lead to figures, a page per first letter of the key."""
