"""Where the house stands; asked by those too who take no settings."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
