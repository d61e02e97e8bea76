"""Where the house stands, and what its YAML says; asked by those too who take no settings."""

from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent


def read_yaml(path: Path) -> Any:
    """What a YAML file of this house says, read by libyaml: nine times as fast as by Python alone."""
    import yaml

    return yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
