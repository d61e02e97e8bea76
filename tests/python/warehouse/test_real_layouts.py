"""Real files of three countries through rows of the registry alone, against straight counts of the same files."""

from collections import Counter
from decimal import Decimal

import pytest
from real_night import FRAMES, ITALY, PROGRAMME, Staged

PARTS = {
    "budget": "Importo Totale",
    "budget_existing": "Importo Progetti in essere",
    "budget_fsc": "Importo FSC",
    "budget_new": "Importo Progetti nuovi",
}
# Of another country the fast suite reads a night too: test_real_layouts_of_the_united_kingdom.
pytestmark = pytest.mark.slow


def test_every_file_is_read_by_one_layout_with_every_column_known(staged: Staged) -> None:
    sheets = dict(staged.rows("select file_name, layout_code from raw.sheet join raw.submission using (submission_id)"))
    versions = [path.name for path in (staged.folder / "fr_barometre" / "versions").glob("*.csv")]
    assert sheets == {
        **dict.fromkeys(PROGRAMME.values(), "pnrr_programma"),
        **dict.fromkeys(FRAMES, "pnrr_quadro_finanziario"),
        "OpenData_PNRR_avanzamento_indicatori_comuni.csv": "pnrr_indicatori_comuni",
        **{name: "pnrr_conseguiti" for name, (plan, _) in ITALY.items() if plan == "pnrr_attuazione"},
        **dict.fromkeys(("uk_2021.csv", "uk_2022.csv"), "uk_portfolio"),
        "meta_chantiers.csv": "fr_chantiers",
        "meta_indicateurs.csv": "fr_indicateurs",
        **dict.fromkeys(versions, "fr_valeurs"),
    }
    # In the programme of Italy stand controls that its export wrote as a workbook does; they are told and no more.
    assert {rule for (rule,) in staged.rows("select rule_id from raw.refusal")} == {"F24"}


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
    assert empty == [287] and len(twice) == 2, "an empty row is no row"
    assert {(name, row) for name, row, _ in found} == {
        ("OpenData_PNRR_avanzamento_indicatori_comuni.csv", row) for row in twice
    }


@pytest.mark.parametrize(("name", "total"), zip(FRAMES, ("191499177890.00", "191499177890.20"), strict=True))
def test_the_finance_frame_to_the_cent(staged: Staged, name: str, total: str) -> None:
    lines = [row for row in staged.italy(name) if any(row.values())]
    counts = [len({row[n] for row in lines}) for n in ("Missione", "Componente", "Codice Univoco Misura")]
    assert counts == [6, 16, 191]
    projects = staged.of("pnrr").rows(
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


def test_the_later_frame_holds_and_its_empty_row_is_none(staged: Staged) -> None:
    current = staged.of("pnrr").rows(
        "select file_name, count(*), sum(amount_eur) from intermediate.int_finance_version"
        " join raw.submission using (submission_id)"
        " where is_current and measure = 'budget'"
        " group by file_name"
    )
    assert current == [(FRAMES[1], 285, Decimal("191499177890.20"))]
    apart = staged.rows(
        "select distinct row_number from intermediate.int_quarantined_row join staging.stg_finance using (row_id)"
    )
    assert apart == []


def test_achieved_milestones_and_the_restated_ministries(staged: Staged) -> None:
    first, second, later = (name for name, (plan, _) in ITALY.items() if plan == "pnrr_attuazione")
    staged_rows = staged.of("pnrr_attuazione").rows(
        "select file_name, milestone_code, project_code, owner, cast(actual_date as varchar), status"
        " from staging.stg_milestone join raw.submission using (submission_id)"
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
    held = staged.of("pnrr_attuazione").rows(
        "select meetmoment_code, file_name, count(*) from intermediate.int_milestone"
        " join raw.submission using (submission_id, meetmoment_code)"
        " group by all order by all"
    )
    assert held == [("2021-T4", second, 51), ("2022-T2", later, 45)]


def test_common_indicators(staged: Staged) -> None:
    values = staged.of("pnrr").rows(
        "select indicator_code, project_code, cast(measured_on as varchar), actual from staging.stg_indicator_value"
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
    published = staged.of("pnrr").rows(
        "select indicator_code, project_code, cast(measured_on as varchar), actual from marts.fct_indicator_value"
    )
    assert sorted(published) == sorted(
        (
            row["Codice Indicatore"].upper(),
            row["Codice Univoco Sub-misura"].upper(),
            f"{row['Anno Ob.']}-{ {'I': '06-30', 'II': '12-31'}[row['Semestre']] }",
            Decimal(row["Valore Indicatore"]),
        )
        for row in once
    )
    described = staged.of("pnrr").rows(
        "select indicator_code, label_nl, unit_label_nl, registered_by from marts.dim_indicator"
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
