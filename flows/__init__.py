"""All Python of the house; here only where it stands, which also those ask who take no settings."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
