"""The projects, milestones, links and indicators of the returns, and how they go on from meting to meting."""

import re
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal

from demo_reading import BUDGET, INITIAL, METINGEN, Returns, amount, code_of, count, day, milestone_status, seed, total

from demo.plan import clusters


def test_scope_and_budgets(returns: Returns) -> None:
    assert [len(returns.projects(m)) for m in METINGEN] == [180, 180, 180, 180, 181, 181, 159]
    assert [len(returns.projects(m, "one_off")) for m in (1, 5, 7)] == [158, 159, 159]
    assert all(len(returns.projects(m, "rrf")) == 55 for m in METINGEN)
    for meting in METINGEN:
        one_off = returns.projects(meting, "one_off")
        assert total(one_off, "Initieel budget (EUR)") == INITIAL
        assert total(returns.money(meting), BUDGET) == INITIAL
        regular = [r for r in returns.projects(meting).values() if r["Financiering"] != "Eenmalig"]
        assert all(row["Cluster"] == "35" for row in regular)
        assert len(regular) == (0 if meting == 7 else 22)
    budgets: dict[str, Decimal] = defaultdict(Decimal)
    for row in returns.projects(1, "one_off").values():
        budgets[str(row["Speerpunt"])] += amount(row, "Initieel budget (EUR)") / 10**6
    assert [int(budgets[speerpunt]) for speerpunt in "123"] == [1275, 1460, 820]
    known = {"VV014": 150, "VV051": 35, "VV175": 525}
    for code, million in known.items():
        assert amount(returns.projects(1)[code], "Initieel budget (EUR)") == million * 10**6


def test_clusters(returns: Returns) -> None:
    registered = seed("plan/cluster.csv")
    assert [row["cluster_code"] for row in registered] == [str(n) for n in range(1, 37)]
    assert [(r["cluster_code"], r["speerpunt_code"], r["label_nl"]) for r in registered] == [
        (c.code, c.speerpunt, c.label_nl) for c in clusters()
    ]
    for meting in METINGEN:
        valid = {
            (row["cluster_code"], row["speerpunt_code"])
            for row in registered
            if row["valid_from"] <= f"{returns.cutoff(meting)}"
        }
        used = {(row["Cluster"], row["Speerpunt"]) for row in returns.projects(meting).values()}
        assert used == valid - ({("35", "5")} if meting == 7 else set())


def test_realised_and_stopped_stay_so(returns: Returns) -> None:
    for earlier, later in zip(METINGEN, list(METINGEN)[1:], strict=False):
        before, after = returns.statuses(earlier), returns.statuses(later)
        for code, status in before.items():
            if status in ("gerealiseerd", "stopgezet") and code in after:
                assert after[code] == status
    last = returns.projects(7)
    sixth = {code: s for code, s in returns.statuses(6).items() if code in last}
    assert count(sixth, "gerealiseerd") == 28
    assert count(sixth, "stopgezet") == 2


def test_known_projects(returns: Returns) -> None:
    for meting, status, codes in (
        (1, "oranje", {"VV168"}),
        (4, "oranje", {"VV014", "VV056", "VV087", "VV120", "VV168"}),
        (4, "rood", {"VV078"}),
        (4, "gerealiseerd", {"VV139", "VV146"}),
    ):
        assert {c for c, s in returns.statuses(meting).items() if s == status} == codes
    assert returns.statuses(5)["VV044"] == "gerealiseerd"
    assert returns.statuses(4)["VV044"] != "gerealiseerd"


def test_status_codes_are_valid_and_agendered_projects_have_a_document(returns: Returns) -> None:
    codes = {r["code"]: r for r in seed("codes/code.csv") if r["code_list"] == "project_status"}
    form = re.compile(r"VR (\d{4}) (\d\d)(\d\d) VV DOC\.\d{4}/\d")
    for meting in METINGEN:
        for row in returns.rows("Status", meting):
            status = code_of("project_status", row["Projectstatus"])
            assert codes[status]["valid_from"] <= f"{returns.cutoff(meting)}" <= (codes[status]["valid_to"] or "9")
            if status == "opgestart_na_agendering":
                match = form.fullmatch(str(row["VR-document"]))
                assert match
                year, d, m = (int(part) for part in match.groups())
                assert date(year, m, d) <= returns.cutoff(meting)


def test_milestone_counts(returns: Returns) -> None:
    sixth = Counter(milestone_status(row) for row in returns.milestones(6).values())
    assert sum(sixth.values()) - sixth["vervallen"] == 1753
    assert sixth["gerealiseerd"] + sixth["op_schema"] == 1483
    assert 24 <= sixth["vervallen"] <= 100
    fourth = Counter(milestone_status(row) for row in returns.milestones(4).values())
    good = fourth["gerealiseerd"] + fourth["op_schema"]
    assert round(100 * good / (good + fourth["vertraging"])) == 92
    for meting in METINGEN:
        numbers = Counter(row["Projectcode"] for row in returns.milestones(meting).values())
        assert set(numbers) == set(returns.projects(meting))
        assert all(3 <= number <= 16 for number in numbers.values())


def test_milestones_by_speerpunt_at_meting_3(returns: Returns) -> None:
    projects = returns.projects(3)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in returns.milestones(3).values():
        if milestone_status(row) != "vervallen":
            found[str(projects[str(row["Projectcode"])]["Speerpunt"])][milestone_status(row)] += 1

    def share(speerpunt: str, *statuses: str) -> float:
        return sum(found[speerpunt][s] for s in statuses) / sum(found[speerpunt].values())

    def ranked(*statuses: str) -> list[str]:
        return sorted(found, key=lambda speerpunt: -share(speerpunt, *statuses))

    started = ("gerealiseerd", "op_schema", "vertraging")
    assert sum(0.70 <= share(speerpunt, *started) <= 0.80 for speerpunt in found) >= 4
    assert ranked(*started)[-1] == "2"
    assert ranked("vertraging")[0] == "3"
    assert ranked("gerealiseerd")[0] == "5"
    assert "6" in ranked("gerealiseerd", "op_schema")[:3]


def test_milestones_are_stable(returns: Returns) -> None:
    """Delivered once is delivered for ever; text stays, a moved date is explained."""
    order = {"toekomst": 0, "op_schema": 1, "vertraging": 1, "gerealiseerd": 2, "vervallen": 3}
    moved = 0
    for meting in range(2, 8):
        before, now = returns.milestones(meting - 1), returns.milestones(meting)
        in_scope = returns.projects(meting)
        for code, old in before.items():
            if old["Projectcode"] not in in_scope:
                continue
            new = now[code]
            assert new["Omschrijving"] == old["Omschrijving"]
            assert order[milestone_status(new)] >= order[milestone_status(old)]
            if milestone_status(old) == "gerealiseerd":
                assert milestone_status(new) == "gerealiseerd"
                assert new["Werkelijke datum"] == old["Werkelijke datum"]
            if new["Geplande datum"] != old["Geplande datum"]:
                moved += 1
                assert day(new, "Geplande datum") > day(old, "Geplande datum")
                assert new["Toelichting"]
    assert moved > 100


def test_milestone_dates_agree_with_the_statuses(returns: Returns) -> None:
    for meting in METINGEN:
        cutoff = returns.cutoff(meting)
        rows = returns.milestones(meting)
        for code, row in rows.items():
            status, planned = milestone_status(row), day(row, "Geplande datum")
            assert re.fullmatch(r"VV\d{3}-M\d\d", code)
            assert code.startswith(str(row["Projectcode"]))
            assert len(str(row["Omschrijving"])) >= 20
            assert re.fullmatch(r"Afdeling \d, Departement .+", str(row["Verantwoordelijke"]))
            assert 2020 <= planned.year <= 2030
            if status == "gerealiseerd":
                assert day(row, "Werkelijke datum") <= cutoff
            else:
                assert row["Werkelijke datum"] is None
            if status == "op_schema":
                assert planned >= cutoff
            if status == "toekomst":
                assert planned > cutoff
            if status in ("vertraging", "vervallen"):
                assert row["Toelichting"]
            if row["Vervangen door"]:
                assert status == "vervallen"
                assert row["Vervangen door"] in rows


def test_realised_projects_have_no_open_milestone(returns: Returns) -> None:
    for meting in METINGEN:
        statuses = returns.statuses(meting)
        open_projects = {
            str(row["Projectcode"])
            for row in returns.milestones(meting).values()
            if milestone_status(row) not in ("gerealiseerd", "vervallen")
        }
        for code, status in statuses.items():
            assert (code in open_projects) == (status not in ("gerealiseerd", "stopgezet"))


def test_rrf_projects_have_a_valid_link(returns: Returns) -> None:
    assert not returns.rows("RRF", 1)
    for meting in range(2, 8):
        cutoff = returns.cutoff(meting)
        linked = set()
        keys = set()
        for row in returns.rows("RRF", meting):
            key = (row["Projectcode"], row["Maatregel"], row["Nummer M/T"])
            assert key not in keys
            keys.add(key)
            assert re.fullmatch(r"DEMO-.+", str(row["Maatregel"]))
            if day(row, "Geldig van") <= cutoff and (row["Geldig tot"] is None or day(row, "Geldig tot") >= cutoff):
                linked.add(row["Projectcode"])
        assert linked == set(returns.projects(meting, "rrf"))


def test_indicators(returns: Returns) -> None:
    words = {row["word"] for row in seed("layouts/layout_null_word.csv")}
    previous: dict[tuple[object, object], Decimal] = {}
    for meting in METINGEN:
        rows = returns.rows("Indicatoren", meting)
        assert len({row["Indicatorcode"] for row in rows}) == 12
        assert {"IND01", "IND02", "IND03", "IND04"} <= {str(row["Indicatorcode"]) for row in rows}
        for row in rows:
            key, actual = (row["Indicatorcode"], row["Gebied"]), row["Gerealiseerde waarde"]
            if isinstance(actual, Decimal):
                assert actual >= previous.get(key, Decimal(0))
                previous[key] = actual
            else:
                assert actual in words
                assert row["Toelichting"]
