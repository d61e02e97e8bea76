"""Real files of three countries through rows of the registry alone, against straight counts of the same files."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import put

from flows.night import Night, build_marts, judge_release, judge_submissions, load_raw, receive, stage
from flows.settings import Settings

ITALY = {
    "PNRR_MeT_OA_programmazione_v02.csv": ("pnrr", "v02"),
    "OpenData_PNRR_QuadroFin_Programmazione_v02.csv": ("pnrr", "v02"),
    "OpenData_PNRR_QuadroFin_Programmazione_v03.csv": ("pnrr", "v02"),
    "OpenData_PNRR_avanzamento_indicatori_comuni.csv": ("pnrr", "v02"),
    "MeT_Attuazione_2021-T4.csv": ("pnrr_attuazione", "2021-T4"),
    "MeT_Attuazione_2021-T4_v02.csv": ("pnrr_attuazione", "2021-T4"),
    "MeT_Attuazione_2022-T2.csv": ("pnrr_attuazione", "2022-T2"),
}
FRAMES = ("OpenData_PNRR_QuadroFin_Programmazione_v02.csv", "OpenData_PNRR_QuadroFin_Programmazione_v03.csv")
PARTS = {
    "budget": "Importo Totale",
    "budget_existing": "Importo Progetti in essere",
    "budget_fsc": "Importo FSC",
    "budget_new": "Importo Progetti nuovi",
}
RATINGS = {"Amber": "amber", "Amber/red": "amber_red", "Amber/Green": "amber_green", "Green": "green", "Red": "red"}


def straight(path: Path, delimiter: str = ";", encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    """The rows of a file, read without the software; a second column of a name is called ``name (2)``."""
    rows = csv.reader(io.StringIO(path.read_bytes().decode(encoding), newline=""), delimiter=delimiter)
    header = [name.replace("\ufeff", "") for name in next(rows)]
    names = [f"{name} (2)" if name in header[:number] else name for number, name in enumerate(header)]
    return [dict(zip(names, row, strict=True)) for row in rows]


@dataclass(frozen=True)
class Staged:
    """The real files after a night: their folder and the warehouse."""

    folder: Path
    warehouse: Path

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with duckdb.connect(str(self.warehouse), read_only=True) as con:
            return con.execute(query, parameters).fetchall()

    def italy(self, name: str) -> list[dict[str, str]]:
        return straight(self.folder / "italia_domani" / name)

    def uk(self, year: int) -> list[dict[str, str]]:
        return straight(self.folder / "uk_gmpp" / f"uk_{year}.csv", encoding="cp1252")

    def france(self, name: str) -> list[dict[str, str]]:
        return straight(self.folder / "fr_barometre" / name, delimiter=",")


@pytest.fixture(scope="module")
def staged(real_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    """One night with all of them, up to the judgement of the release."""
    settings = Settings(home=tmp_path_factory.mktemp("real"))
    for name, (plan, meetmoment) in ITALY.items():
        put(settings, real_files / "italia_domani" / name, plan, meetmoment)
    for year in (2021, 2022):
        put(settings, real_files / "uk_gmpp" / f"uk_{year}.csv", "uk_gmpp", str(year))
    france = real_files / "fr_barometre"
    for path in (france / "meta_chantiers.csv", france / "meta_indicateurs.csv", *(france / "versions").glob("*.csv")):
        put(settings, path, "fr_barometre", "baro")
    night = Night(settings, datetime(2024, 11, 1, tzinfo=UTC))
    for step in (receive, load_raw, stage, judge_submissions, build_marts):
        step(night)
    assert judge_release(night) == []
    yield Staged(real_files, settings.warehouse)


def test_every_file_is_read_by_one_layout_with_every_column_known(staged: Staged) -> None:
    sheets = dict(staged.rows("select file_name, layout_code from raw.sheet join raw.submission using (submission_id)"))
    versions = [path.name for path in (staged.folder / "fr_barometre" / "versions").glob("*.csv")]
    assert sheets == {
        "PNRR_MeT_OA_programmazione_v02.csv": "pnrr_programma",
        **dict.fromkeys(FRAMES, "pnrr_quadro_finanziario"),
        "OpenData_PNRR_avanzamento_indicatori_comuni.csv": "pnrr_indicatori_comuni",
        **{name: "pnrr_conseguiti" for name, (plan, _) in ITALY.items() if plan == "pnrr_attuazione"},
        **dict.fromkeys(("uk_2021.csv", "uk_2022.csv"), "uk_portfolio"),
        "meta_chantiers.csv": "fr_chantiers",
        "meta_indicateurs.csv": "fr_indicateurs",
        **dict.fromkeys(versions, "fr_valeurs"),
    }
    assert staged.rows("select * from raw.refusal") == []


def test_what_the_gate_says_of_the_real_files_is_what_is_wrong_with_them(staged: Staged) -> None:
    found = staged.rows(
        "select file_name, row_number, rule_id from intermediate.int_finding where severity in ('critical', 'error')"
    )
    empty = [n for n, row in enumerate(staged.italy(FRAMES[1]), start=2) if not any(row.values())]
    keys = [
        (row["Codice Univoco Sub-misura"], row["Codice Indicatore"], row["Anno Ob."], row["Semestre"])
        for row in staged.italy("OpenData_PNRR_avanzamento_indicatori_comuni.csv")
    ]
    twice = [n for n, key in enumerate(keys, start=2) if keys.count(key) > 1]
    assert empty == [287] and len(twice) == 2
    assert {(name, row) for name, row, _ in found} == {
        *((FRAMES[1], row) for row in empty),
        *(("OpenData_PNRR_avanzamento_indicatori_comuni.csv", row) for row in twice),
    }


# Italy ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "total"), zip(FRAMES, ("191499177890.00", "191499177890.20"), strict=True))
def test_the_finance_frame_to_the_cent(staged: Staged, name: str, total: str) -> None:
    lines = [row for row in staged.italy(name) if any(row.values())]
    counts = [len({row[n] for row in lines}) for n in ("Missione", "Componente", "Codice Univoco Misura")]
    assert counts == [6, 16, 191]
    projects = staged.rows(
        "select count(*), count(distinct project_code), count(distinct speerpunt_code), count(distinct cluster_code)"
        " from staging.stg_project join raw.submission using (submission_id)"
        " where file_name = ? and project_code is not null",
        name,
    )
    assert projects == [(285, 285, 6, 16)]
    amounts = {
        (project, measure): amount
        for project, measure, amount in staged.rows(
            "select project_code, measure, amount_eur from staging.stg_finance"
            " join raw.submission using (submission_id)"
            " where file_name = ? and project_code is not null",
            name,
        )
    }
    assert amounts == {
        (line["Codice Univoco Submisura"].upper(), measure): Decimal(line[column].replace(",", "."))
        for line in lines
        for measure, column in PARTS.items()
    }
    assert sum(amount for (_, measure), amount in amounts.items() if measure == "budget") == Decimal(total)
    differing = {
        project
        for project, measure in amounts
        if measure == "budget"
        and amounts[project, "budget"] != sum(amounts[project, part] for part in PARTS if part != "budget")
    }
    assert len(differing) == (3 if name == FRAMES[0] else 4)


def test_the_later_frame_holds_and_its_empty_row_is_set_apart(staged: Staged) -> None:
    current = staged.rows(
        "select file_name, count(*), sum(amount_eur) from intermediate.int_finance_version"
        " join raw.submission using (submission_id)"
        " where is_current and measure = 'budget' and int_finance_version.plan_code = 'pnrr'"
        " group by file_name"
    )
    assert current == [(FRAMES[1], 285, Decimal("191499177890.20"))]
    apart = staged.rows(
        "select distinct row_number from intermediate.int_quarantined_row join staging.stg_finance using (row_id)"
    )
    assert apart == [(287,)]


def test_achieved_milestones_and_the_restated_ministries(staged: Staged) -> None:
    first, second, later = (name for name, (plan, _) in ITALY.items() if plan == "pnrr_attuazione")
    staged_rows = staged.rows(
        "select file_name, milestone_code, project_code, owner, cast(actual_date as varchar), status"
        " from staging.stg_milestone join raw.submission using (submission_id)"
        " where stg_milestone.plan_code = 'pnrr_attuazione'"
    )
    day = {"2021 - 4° trimestre": "2021-12-31", "Conseguita": None}
    assert sorted(staged_rows, key=str) == sorted(
        (
            (
                name,
                row["Codice univoco Milestone-Target"].upper(),
                row["Codice Univoco Misura"].upper(),
                row["Amministrazione Titolare"],
                day[row["Avanzamento"]],
                "gerealiseerd",
            )
            for name in (first, second, later)
            for row in staged.italy(name)
        ),
        key=str,
    )
    owners = {name: {row[1]: row[3] for row in staged_rows if row[0] == name} for name in (first, second, later)}
    assert [len(owners[name]) for name in (first, second, later)] == [51, 51, 45]
    assert owners[first].keys() == owners[second].keys()
    assert all(owners[first][code] != owners[second][code] for code in owners[first])
    held = staged.rows(
        "select meetmoment_code, file_name, count(*) from intermediate.int_milestone"
        " join raw.submission using (submission_id, meetmoment_code)"
        " where int_milestone.plan_code = 'pnrr_attuazione' group by all order by all"
    )
    assert held == [("2021-T4", second, 51), ("2022-T2", later, 45)]


def test_common_indicators(staged: Staged) -> None:
    values = staged.rows(
        "select indicator_code, project_code, cast(measured_on as varchar), actual"
        " from staging.stg_indicator_value where plan_code = 'pnrr'"
    )
    expected = [
        (
            row["Codice Indicatore"].upper(),
            row["Codice Univoco Sub-misura"].upper(),
            f"{row['Anno Ob.']}-{ {'I': '06-30', 'II': '12-31'}[row['Semestre']] }",
            Decimal(row["Valore Indicatore"]),
        )
        for row in staged.italy("OpenData_PNRR_avanzamento_indicatori_comuni.csv")
    ]
    assert len(values) == 836 and sorted(values) == sorted(expected)


def test_common_indicators_are_published_each_value_with_its_description(staged: Staged) -> None:
    lines = staged.italy("OpenData_PNRR_avanzamento_indicatori_comuni.csv")
    key = ("Codice Indicatore", "Codice Univoco Sub-misura", "Anno Ob.", "Semestre")
    times = Counter(tuple(row[name] for name in key) for row in lines)
    once = [row for row in lines if times[tuple(row[name] for name in key)] == 1]
    assert len(once) == len(lines) - 2 == 834
    published = staged.rows(
        "select indicator_key, project_key, cast(measured_on as varchar), actual from marts.fct_indicator_value"
        " where meetmoment_key like 'pnrr/%'"
    )
    assert sorted(published) == sorted(
        (
            f"pnrr/{row['Codice Indicatore'].upper()}",
            f"pnrr/{row['Codice Univoco Sub-misura'].upper()}",
            f"{row['Anno Ob.']}-{ {'I': '06-30', 'II': '12-31'}[row['Semestre']] }",
            Decimal(row["Valore Indicatore"]),
        )
        for row in once
    )
    described = staged.rows(
        "select indicator_code, label_nl, unit_label_nl, registered_by from marts.dim_indicator"
        " where plan_code = 'pnrr'"
    )
    assert len(described) == 62
    assert {(code, " ".join(label.split()), unit, by) for code, label, unit, by in described} == {
        (
            row["Codice Indicatore"].upper(),
            " ".join(row["Descrizione Indicatore"].split()),
            row["Unità di misura"],
            "delivery",
        )
        for row in lines
    }


# The United Kingdom --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("year", "count"), [(2021, 184), (2022, 235)])
def test_the_portfolio_and_its_structure(staged: Staged, year: int, count: int) -> None:
    projects = staged.rows(
        "select project_code, policy_domain_code, cluster_code, cluster_label_en from intermediate.int_project"
        " where plan_code = 'uk_gmpp' and meetmoment_code = ?",
        str(year),
    )
    assert len(projects) == count
    assert sorted(projects) == sorted(
        (
            row["project_number"].strip().upper(),
            row["department"],
            row["report_category"].upper(),
            row["report_category"],
        )
        for row in staged.uk(year)
    )


def test_ratings_of_2021_on_five_points(staged: Staged) -> None:
    ratings = Counter(dict(staged.rows(_RATINGS, "2021", "assurance_body")))
    expected = Counter(RATINGS.get(row["colour_rating"], "text") for row in staged.uk(2021))
    assert expected == {"amber": 84, "amber_red": 44, "amber_green": 29, "green": 12, "red": 7, "text": 8}
    assert ratings == {code: n for code, n in expected.items() if code != "text"} | {"withheld": 6, "not_reported": 2}
    assert staged.rows(_RATINGS, "2021", "project_owner") == []


def test_two_raters_of_2022_are_kept_apart_on_three_points(staged: Staged) -> None:
    lines = staged.uk(2022)
    for assessor, column in (("assurance_body", "colour_rating"), ("project_owner", "colour_rating (2)")):
        expected = Counter(RATINGS.get(row[column], "text") for row in lines if row[column])
        ratings = Counter(dict(staged.rows(_RATINGS, "2022", assessor)))
        assert {code: ratings[code] for code in RATINGS.values() if ratings[code]} == {
            code: n for code, n in expected.items() if code != "text"
        }
        assert ratings.total() == expected.total()
    codes = staged.rows(
        "select code from registry.code where code_list = 'delivery_confidence'"
        " and coalesce(valid_to_meetmoment, 2) >= 2 order by sort_order"
    )
    assert codes == [("green",), ("amber",), ("red",)]


def test_one_status_per_project_says_whose_it_is(staged: Staged) -> None:
    whose = Counter(
        dict(
            staged.rows(
                "select assessor, count(*) from marts.fct_project_status"
                " where meetmoment_key = 'uk_gmpp/2022' group by all"
            )
        )
    )
    only_owner = sum(not row["colour_rating"] for row in staged.uk(2022))
    assert whose == {"assurance_body": 235 - only_owner, "project_owner": only_owner}
    shares = dict(
        staged.rows(
            "select status, project_count from marts.agg_status_by_meetmoment where meetmoment_key = 'uk_gmpp/2022'"
        )
    )
    assert sum(shares.values()) == 235 and not {"amber_red", "oranje"} & shares.keys()


@pytest.mark.parametrize("year", [2021, 2022])
def test_money_in_pounds_and_what_is_withheld(staged: Staged, year: int) -> None:
    columns = {
        "budget": "wlc_baseline_incl_NCG",
        "year_budget": "total_baseline",
        "year_forecast": "yearly_forecast" if year == 2021 else "forecast_incl_NGC",
    }
    states = {
        (project, measure): (amount, state)
        for project, measure, amount, state in staged.rows(
            "select project_code, measure, amount_eur, amount_eur_state from staging.stg_finance"
            " where plan_code = 'uk_gmpp' and meetmoment_code = ?",
            str(year),
        )
    }
    assert len(states) == 3 * len(staged.uk(year))
    for row in staged.uk(year):
        for measure, column in columns.items():
            amount, state = states[row["project_number"].strip().upper(), measure]
            text = row[column].strip()
            if text.startswith("£"):
                assert (amount, state) == (Decimal(text[1:].replace(",", "")) * 1_000_000, "reported"), row
            else:
                assert amount is None
                assert (state == "withheld") == text.startswith("Exempt"), row


@pytest.mark.parametrize("year", [2021, 2022])
def test_why_money_is_not_there_is_published_in_the_words_of_the_sender(staged: Staged, year: int) -> None:
    reasons = dict(
        staged.rows(
            "select project_key, amount_reason from marts.fct_finance where measure = 'budget' and meetmoment_key = ?",
            f"uk_gmpp/{year}",
        )
    )
    said = {
        f"uk_gmpp/{row['project_number'].strip().upper()}": row["wlc_baseline_incl_NCG"].strip()
        for row in staged.uk(year)
        if not row["wlc_baseline_incl_NCG"].strip().startswith("£")
    }
    assert said and all(reasons[project] == (text or None) for project, text in said.items() if project in reasons)
    assert {project for project, reason in reasons.items() if reason} <= set(said)


@pytest.mark.parametrize("year", [2021, 2022])
def test_the_end_of_a_project_is_its_milestone(staged: Staged, year: int) -> None:
    ends = dict(
        staged.rows(
            "select project_code, cast(planned_date as varchar) from intermediate.int_milestone"
            " where plan_code = 'uk_gmpp' and meetmoment_code = ?",
            str(year),
        )
    )
    assert ends == {
        row["project_number"].strip().upper(): (row["end_date"] if row["end_date"][:2] == "20" else None)
        for row in staged.uk(year)
    }


def test_projects_are_the_same_in_both_years_without_regard_to_case(staged: Staged) -> None:
    first, second = ({row["project_number"].strip().lower() for row in staged.uk(year)} for year in (2021, 2022))
    both = staged.rows(
        "select count(*) from marts.dim_project where plan_code = 'uk_gmpp'"
        " and first_meetmoment_code = '2021' and last_meetmoment_code = '2022'"
    )
    assert both == [(len(first & second),)]


# France --------------------------------------------------------------------------------------------------------------


def test_the_register_of_chantiers_and_indicators(staged: Staged) -> None:
    chantiers = staged.france("meta_chantiers.csv")
    projects = staged.rows(
        "select project_code, title, speerpunt_code from intermediate.int_project where plan_code = 'fr_barometre'"
    )
    assert sorted(projects) == sorted((c["chantier_id"], c["ch_nom"].strip(), c["engagement_short"]) for c in chantiers)
    indicators = staged.rows(
        "select indicator_code, project_code, title, direction from intermediate.int_indicator_version"
        " where plan_code = 'fr_barometre'"
    )
    assert len(indicators) == 106
    assert {(i[0], i[1], i[3]) for i in indicators} == {
        (row["indic_id"], row["indic_parent_ch"], {"hausse": "up", "baisse": "down"}[row["tendance"]])
        for row in staged.france("meta_indicateurs.csv")
    }


def test_every_publication_of_an_indicator_value_by_value(staged: Staged) -> None:
    for path in sorted((staged.folder / "fr_barometre" / "versions").glob("*.csv")):
        values = staged.rows(
            "select territory, cast(measured_on as varchar), baseline, actual, target from staging.stg_indicator_value"
            " join raw.submission using (submission_id) where file_name = ?",
            path.name,
        )
        expected = [
            (
                row["enforce_zone_id"].upper(),
                row["metric_enforce_date"] or None,
                *(Decimal(row[n]) if row[n] else None for n in ("indic_vi", "indic_va", "indic_vc")),
            )
            for row in staged.france(f"versions/{path.name}")
        ]
        assert sorted(values, key=str) == sorted(expected, key=str), path.name


def test_the_day_of_publication_in_the_file_name_says_which_value_holds(staged: Staged) -> None:
    versions = staged.folder / "fr_barometre" / "versions"
    for indicator in ("ind-200", "ind-307"):
        last = max(path.name for path in versions.glob(f"{indicator}__*.csv"))
        holding = staged.rows(
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
    published = staged.rows(
        "select indicator_key, territory, cast(measured_on as varchar), baseline, actual, target"
        " from marts.fct_indicator_value where meetmoment_key = 'fr_barometre/baro'"
    )
    expected = [
        (
            f"fr_barometre/{row['indic_id'].upper()}",
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
    described = staged.rows(
        "select indicator_code, project_key, direction, registered_by, is_registered from marts.dim_indicator"
        " where plan_code = 'fr_barometre'"
    )
    assert len(described) == 106
    assert set(described) == {
        (
            row["indic_id"],
            f"fr_barometre/{row['indic_parent_ch']}",
            {"hausse": "up", "baisse": "down"}[row["tendance"]],
            "delivery",
            True,
        )
        for row in staged.france("meta_indicateurs.csv")
    }


_RATINGS = (
    "select coalesce(status, status_state), count(*) from staging.stg_project_status"
    " where plan_code = 'uk_gmpp' and meetmoment_code = ? and assessor = ? group by all"
)
