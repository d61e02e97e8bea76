"""France's barometer: its register and every publication of three indicators, against the same files."""

from collections import defaultdict
from decimal import Decimal

import pytest
from real_night import Staged

pytestmark = pytest.mark.slow


def test_the_register_of_chantiers_and_indicators(staged: Staged) -> None:
    chantiers = staged.france("meta_chantiers.csv")
    projects = staged.of("fr_barometre").rows(
        "select project_code, title, speerpunt_code from intermediate.int_project"
    )
    assert sorted(projects) == sorted((c["chantier_id"], c["ch_nom"].strip(), c["engagement_short"]) for c in chantiers)
    indicators = staged.of("fr_barometre").rows(
        "select indicator_code, project_code, title, direction from intermediate.int_indicator_version"
    )
    assert len(indicators) == 106
    assert {(i[0], i[1], i[3]) for i in indicators} == {
        (row["indic_id"], row["indic_parent_ch"], {"hausse": "up", "baisse": "down"}[row["tendance"]])
        for row in staged.france("meta_indicateurs.csv")
    }


def test_every_publication_of_an_indicator_value_by_value(staged: Staged) -> None:
    values = defaultdict(list)
    for file_name, *value in staged.rows(
        "select file_name, territory, cast(measured_on as varchar), baseline, actual, target"
        " from staging.stg_indicator_value join raw.submission using (submission_id)"
    ):
        values[file_name].append(tuple(value))
    for path in sorted((staged.folder / "fr_barometre" / "versions").glob("*.csv")):
        expected = [
            (
                row["enforce_zone_id"].upper(),
                row["metric_enforce_date"] or None,
                *(Decimal(row[n]) if row[n] else None for n in ("indic_vi", "indic_va", "indic_vc")),
            )
            for row in staged.france(f"versions/{path.name}")
        ]
        assert sorted(values[path.name], key=str) == sorted(expected, key=str), path.name


def test_the_day_of_publication_in_the_file_name_says_which_value_holds(staged: Staged) -> None:
    versions = staged.folder / "fr_barometre" / "versions"
    for indicator in ("ind-200", "ind-307"):
        last = max(path.name for path in versions.glob(f"{indicator}__*.csv"))
        holding = staged.of("fr_barometre").rows(
            "select count(*) filter (where file_name = ?), count(*) from intermediate.int_indicator_value_version"
            " join raw.submission using (submission_id)"
            " where is_current and indicator_code = ? and record_key in ("
            "   select record_key from staging.stg_indicator_value join raw.submission using (submission_id)"
            "   where file_name = ?)",
            last,
            indicator.upper(),
            last,
        )
        rows = len(staged.france(f"versions/{last}"))
        assert holding == [(rows, rows)]


def test_the_last_publication_of_each_indicator_is_what_the_mart_holds(staged: Staged) -> None:
    versions = staged.folder / "fr_barometre" / "versions"
    last = {path.name.split("__")[0]: path.name for path in sorted(versions.glob("*.csv"))}
    published = staged.of("fr_barometre").rows(
        "select indicator_code, territory, cast(measured_on as varchar), baseline, actual, target"
        " from marts.fct_indicator_value where meetmoment_code = 'baro'"
    )
    expected = [
        (
            row["indic_id"].upper(),
            row["enforce_zone_id"].upper(),
            row["metric_enforce_date"] or None,
            *(Decimal(row[n]) if row[n] else None for n in ("indic_vi", "indic_va", "indic_vc")),
        )
        for name in last.values()
        for row in staged.france(f"versions/{name}")
    ]
    assert len(last) == 3 and len(expected) == 5414
    assert sorted(published, key=str) == sorted(expected, key=str)


def test_the_delivered_register_describes_each_indicator_of_the_mart(staged: Staged) -> None:
    described = staged.of("fr_barometre").rows(
        "select indicator_code, project_code, direction, registered_by, is_registered from marts.dim_indicator"
    )
    assert len(described) == 106
    assert set(described) == {
        (
            row["indic_id"],
            row["indic_parent_ch"],
            {"hausse": "up", "baisse": "down"}[row["tendance"]],
            "delivery",
            True,
        )
        for row in staged.france("meta_indicateurs.csv")
    }
