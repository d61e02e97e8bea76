"""The examples of how it is run: systemd takes the units, and what they and the container name is there."""

import configparser
import re
import shlex
import shutil
import subprocess
import zoneinfo
from pathlib import Path

import pytest
from test_runbook import expect_command

from flows.project import read_yaml
from flows.settings import PROJECT

DEPLOY = PROJECT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
STEPS = ("FROM", "RUN", "COPY", "WORKDIR", "ENV", "USER", "VOLUME", "ENTRYPOINT", "CMD")


def unit(path: Path) -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(interpolation=None, strict=False, delimiters=("=",))
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read(path, encoding="utf-8")
    return parsed


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_names_commands_and_units_that_there_are(path: Path) -> None:
    parsed = unit(path)
    assert parsed["Unit"]["Description"]
    if path.suffix == ".timer":
        assert path.with_suffix(".service") in UNITS
        zoneinfo.ZoneInfo(parsed["Timer"]["OnCalendar"].split()[-1])
        return
    words = shlex.split(parsed["Service"]["ExecStart"])
    if words[0].endswith("/veerkracht"):
        expect_command(words[1:])
        assert parsed["Service"]["User"] == "veerkracht" and parsed["Service"]["ProtectSystem"] == "strict"
    for named in re.findall(r"veerkracht-\w+@?(?=%n)", parsed["Unit"].get("OnFailure", "")):
        assert DEPLOY / "systemd" / f"{named}.service" in UNITS
    for page in re.findall(r"file:///opt/veerkracht/(\S+)", parsed["Unit"].get("Documentation", "")):
        assert (PROJECT / page).is_file()


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """As far as this machine has it: a program in the place of the one that is installed, and nothing else changed."""
    if not shutil.which("systemd-analyze"):
        assert all(unit(path).sections() for path in UNITS)
        return
    for path in UNITS:
        text = path.read_text(encoding="utf-8").replace("/opt/veerkracht/.venv/bin/veerkracht", "/bin/true")
        name = path.name.replace("@.", "@veerkracht.")
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    named = sorted(str(tmp_path / path.name.replace("@.", "@veerkracht.")) for path in UNITS)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *named], capture_output=True, text=True, check=False
    )
    said = [line for line in done.stderr.splitlines() if "veerkracht" in line]
    assert (done.returncode, said) == (0, [])


def test_the_schedule_is_the_same_wherever_it_stands() -> None:
    timer = unit(DEPLOY / "systemd" / "veerkracht-nightly.timer")["Timer"]["OnCalendar"]
    (declared,) = read_yaml(PROJECT / "prefect.yaml")["deployments"]
    (schedule,) = declared["schedules"]
    minute, hour, *_ = schedule["cron"].split()
    assert timer == f"*-*-* {int(hour):02}:{int(minute):02}:00 {schedule['timezone']}"


def test_the_container_copies_what_is_there_and_is_nobody_of_importance() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]
    steps = [line.split(maxsplit=1) for line in lines]
    assert {word for word, _ in steps} <= set(STEPS)
    copied = [shlex.split(rest)[:-1] for word, rest in steps if word == "COPY" and "--from" not in rest]
    names = [name for copy in copied for name in copy]
    assert [name for name in names if not (PROJECT / name).exists()] == []
    assert [rest for word, rest in steps if word == "USER"] == ["10001"]
    admitted = (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert admitted[0] == "**" and {line[1:] for line in admitted if line.startswith("!")} == set(names)


def test_the_container_has_every_folder_that_the_code_reads() -> None:
    """What the code names below the project, and dbt's own paths."""
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    code = "\n".join(path.read_text(encoding="utf-8") for path in (PROJECT / "flows").rglob("*.py"))
    named = set(re.findall(r'PROJECT / "([\w.]+)"', code))
    project = read_yaml(PROJECT / "dbt_project.yml")
    named |= {path for key, paths in project.items() if key.endswith("-paths") for path in paths}
    assert named and {name for name in named - {"var"} if not re.search(rf"\b{re.escape(name)}\b", text)} == set()
