"""The published figures and the money behind them, counted from the returns."""

from collections import Counter, defaultdict
from decimal import Decimal

import pytest
from demo_reading import (
    BUDGET,
    CENT,
    GREEN,
    INITIAL,
    METINGEN,
    SEEDS,
    VAK,
    VEK,
    Returns,
    Row,
    amount,
    count,
    milestone_status,
    seed,
    total,
)

UNITS = {"EUR million": Decimal(10**6), "EUR billion": Decimal(10**9)}


def project_count(returns: Returns, meting: int, item: str, scope: str) -> Decimal:
    statuses = returns.statuses(meting, scope)
    if item == "on_schedule":
        return count(statuses, *GREEN)
    if item == "on_schedule_or_realised":
        return count(statuses, *GREEN, "gerealiseerd")
    if item == "other":
        return len(statuses) - count(statuses, *GREEN, "gerealiseerd")
    return count(statuses, item)


METING_OF = {
    row["cutoff_date"]: int(row["meetmoment_code"][1:])
    for row in seed("plan/meetmoment.csv")
    if row["plan_code"] == "veerkracht"
}


def recomputed(returns: Returns, figure: dict[str, str]) -> Decimal:
    """A published figure in its printed unit, counted from the files."""
    meting, measure, item = METING_OF[figure["cutoff_date"]], figure["measure"], figure["item"]
    scope, unit = figure["scope"], UNITS.get(figure["unit"], Decimal(1))
    if measure == "project_count":
        return project_count(returns, meting, item, scope)
    if measure == "project_share":
        statuses = returns.statuses(meting, scope)
        return 100 * count(statuses, *GREEN, "gerealiseerd") / len(statuses)
    if measure == "rrf_project_count":
        return Decimal(len(returns.projects(meting, "rrf")))
    if measure in ("milestone_count", "milestone_share"):
        found = Counter(milestone_status(row) for row in returns.milestones(meting).values())
        good = found["gerealiseerd"] + found["op_schema"]
        if measure == "milestone_share":
            return Decimal(100 * good) / (good + found["vertraging"])
        everything = good + found["vertraging"] + found["toekomst"]
        return Decimal({"total": everything, "on_schedule_or_realised": good}[item])
    header = VAK if measure.startswith("committed") else VEK
    now = total(returns.money(meting), header)
    if measure.endswith("_share"):
        return 100 * now / INITIAL
    if measure.endswith("_change"):
        return (now - total(returns.money(meting - 1), header)) / unit
    return now / unit


def figures() -> list[dict[str, str]]:
    path = SEEDS / "quality" / "published_figure.csv"
    if not path.exists():
        return []
    return [row for row in seed("quality/published_figure.csv") if row["plan_code"] == "veerkracht"]


def figure_name(figure: dict[str, str]) -> str:
    return f"m{METING_OF[figure['cutoff_date']]}-{figure['measure']}-{figure['item']}"


@pytest.mark.skipif(not figures(), reason="seeds/quality/published_figure.csv is not there")
@pytest.mark.parametrize("figure", figures(), ids=figure_name)
def test_published_figure_is_reproduced(returns: Returns, figure: dict[str, str]) -> None:
    printed, precision = Decimal(figure["value"]), Decimal(figure["precision"])
    value = recomputed(returns, figure)
    if printed == Decimal("93.34"):  # printed as the sum of two rounded shares
        parts = [100 * Decimal(n) / 180 for n in (91, 77)]
        assert value == Decimal(100 * 168) / 180
        assert sum(part.quantize(CENT) for part in parts) == printed
    else:
        assert abs(value - printed) <= precision / 2


def test_definitive_money_stays_near_the_published(returns: Returns) -> None:
    """218.8 million is the Court of Audit's; the others print the same as the provisional ones."""
    totals = {m: total(returns.money(m, "Definitief"), VEK) for m in (3, 5, 6)}
    assert totals == {
        3: Decimal("218800000.00"),
        5: Decimal("1310400000.00"),
        6: Decimal("2163700000.00"),
    }
    for meting in (3, 5, 6):
        assert len(returns.money(meting, "Definitief")) == len(returns.projects(meting, "one_off"))


def test_first_meting_has_money_on_few_projects(returns: Returns) -> None:
    rows = returns.money(1).values()
    assert sum(amount(row, VAK) > 0 for row in rows) == 23
    assert sum(amount(row, VEK) > 0 for row in rows) == 9


@pytest.mark.parametrize("first_omg", [False, True])
def test_money_of_every_project(returns: Returns, first_omg: bool) -> None:
    previous: dict[str, Row] = {}
    for meting in METINGEN:
        rows = returns.money(meting, first_omg=first_omg)
        assert len(rows) == len(returns.projects(meting, "one_off"))
        for code, row in rows.items():
            assert 0 <= amount(row, VEK) <= amount(row, VAK) <= amount(row, BUDGET)
            if code not in previous:
                continue
            assert amount(row, VEK) >= amount(previous[code], VEK)
            if amount(row, VAK) < amount(previous[code], VAK):
                assert meting == 7
                assert "geannuleerd" in str(row["Toelichting"])
        previous = rows
    for meting in (3, 5, 6):
        for row in returns.money(meting, "Definitief").values():
            assert 0 <= amount(row, VEK) <= amount(row, VAK) <= amount(row, BUDGET)


def test_regular_projects_report_or_say_not_applicable(returns: Returns) -> None:
    for meting in range(1, 7):
        one_off = returns.projects(meting, "one_off")
        rows = [
            row
            for row in returns.rows("Financien", meting)
            if row["Projectcode"] not in one_off and row["Uitvoering"] == "Voorlopig"
        ]
        silent = [row for row in rows if row[VAK] == "n.v.t."]
        assert len(rows) == 22
        assert 0 < len(silent) < 11
        assert all(row[VEK] == "n.v.t." and row["Toelichting"] for row in silent)
        for row in rows:
            if row not in silent:
                assert 0 <= amount(row, VEK) <= amount(row, VAK) <= amount(row, BUDGET)


def test_nothing_is_spent_before_a_project_starts(returns: Returns) -> None:
    for meting in METINGEN:
        rows = returns.money(meting)
        for code, status in returns.statuses(meting, "one_off").items():
            if status == "niet_gestart":
                assert amount(rows[code], VAK) == 0


def committed_share(returns: Returns, column: str) -> dict[str, Decimal]:
    """Committed at meting 3 as percent of the initial budget, one-off projects, by column."""
    part: dict[str, Decimal] = defaultdict(Decimal)
    whole: dict[str, Decimal] = defaultdict(Decimal)
    money = returns.money(3)
    for code, row in returns.projects(3, "one_off").items():
        part[str(row[column])] += amount(money[code], VAK)
        whole[str(row[column])] += amount(row, "Initieel budget (EUR)")
    return {key: 100 * part[key] / whole[key] for key in whole}


def test_committed_by_speerpunt_at_meting_3(returns: Returns) -> None:
    shares = committed_share(returns, "Speerpunt")
    assert all(shares[speerpunt] >= 38 for speerpunt in "124")
    assert all(shares[speerpunt] < 30 for speerpunt in "3567")


def test_committed_by_cluster_at_meting_3(returns: Returns) -> None:
    names = {row["cluster_code"]: row["label_nl"] for row in seed("plan/cluster.csv")}
    shares = {names[code]: share for code, share in committed_share(returns, "Cluster").items()}
    for name, whole_percent in (
        ("Vergroening weginfrastructuur", 82),
        ("Culturele infrastructuur", 69),
        ("Fietsinfrastructuur", 24),
        ("Blue deal", 24),
        ("Groene warmte", 23),
        ("Infrastructuurforfaits ziekenhuizen", 0),
        ("Congresinfrastructuur", 0),
    ):
        assert round(shares[name]) == whole_percent
    for name in (
        "Verkeersveilige weginfrastructuur",
        "Modal shift naar vervoer over het water",
        "Renovatie van gebouwen",
    ):
        assert shares[name] > 50


def test_transfer_sums_to_zero_and_moves_the_budgets(returns: Returns) -> None:
    assert all(not returns.rows("Overdrachten", m) for m in METINGEN if m != 5)
    moved = {str(r["Projectcode"]): amount(r, "Bedrag (EUR)") for r in returns.rows("Overdrachten", 5)}
    assert set(moved) == {"VV028", "VV033", "VV101", "VV181"}
    assert sum(moved.values()) == 0
    assert moved["VV181"] == 6_000_000
    projects, money = returns.projects(5, "one_off"), returns.money(5)
    for code, row in projects.items():
        initial = amount(row, "Initieel budget (EUR)")
        assert amount(money[code], BUDGET) - initial == moved.get(code, 0)


def test_accounts_equal_the_definitive_money_but_for_a_handful(returns: Returns) -> None:
    assert not any(returns.rows("Rekeningen", m) for m in (1, 2, 3, 5))
    for meting, closed in ((4, 3), (6, 5), (7, 6)):
        rows = returns.rows("Rekeningen", meting)
        definitive = {
            row["Projectcode"]: row for row in returns.rows("Financien", closed) if row["Uitvoering"] == "Definitief"
        }
        different = 0
        for row in rows:
            assert row["Afsluitdatum"] == returns.cutoff(closed)
            other = definitive[row["Projectcode"]]
            accounts = amount(row, "VAK rekening (EUR)"), amount(row, "VEK rekening (EUR)")
            different += accounts != (other[VAK], other[VEK])
        assert len(rows) >= 150
        assert 1 <= different <= 5
