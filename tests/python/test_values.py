"""Values as people write them: each is read exactly as meant or refused, under the form that the layout declares."""

import re
from datetime import date
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment

from flows import registry
from flows.receive.workbook import _as_shown, _plain
from flows.settings import PROJECT

MACROS = (PROJECT / "macros" / "values.sql").read_text(encoding="utf-8")
NUMBER_FORMS = (",", ".", None)
DATE_FORMS = ("iso", "dmy", "dmyy", "words", "month", "quarter", "semester", "year", "dmy iso", "")

# text, kind, declared form, read as (None: refused)
AMOUNTS = [
    ("1.234,56", "t", ",", "1234.56"),
    ("1234,56", "t", ",", "1234.56"),
    ("1.234.567,8", "t", ",", "1234567.8"),
    ("1.234", "t", ",", "1234"),
    ("1234", "t", ",", "1234"),
    ("0", "t", ",", "0"),
    ("0,00", "t", ",", "0"),
    ("0,5", "t", ",", "0.5"),
    ("-1.234,56", "t", ",", "-1234.56"),
    ("+12,5", "t", ",", "12.5"),
    ("−12,5", "t", ",", "-12.5"),
    ("- 12,5", "t", ",", "-12.5"),
    ("900.000.000,00", "t", ",", "900000000"),
    ("900000000", "t", ",", "900000000"),
    ("655307959,2", "t", ",", "655307959.2"),
    ("1 234 567,89", "t", ",", "1234567.89"),
    ("1\u00a0234\u00a0567,89", "t", ",", "1234567.89"),
    ("1\u202f234,5", "t", ",", "1234.5"),
    ("1\u2009234,5", "t", ",", "1234.5"),
    ("\u00a012,5\u00a0", "t", ",", "12.5"),
    ("€ 1,2 mln", "t", ",", "1200000"),
    ("€1,2 mln.", "t", ",", "1200000"),
    ("€\u00a01.234,56", "t", ",", "1234.56"),
    ("1.234,56 €", "t", ",", "1234.56"),
    ("1.234,56 EUR", "t", ",", "1234.56"),
    ("EUR 1.234,56", "t", ",", "1234.56"),
    ("-€ 5,00", "t", ",", "-5"),
    ("€ -5,00", "t", ",", "-5"),
    ("€ 1.234,-", "t", ",", "1234"),
    ("1.234,--", "t", ",", "1234"),
    ("1,2 mio", "t", ",", "1200000"),
    ("1,25 miljoen euro", "t", ",", None),
    ("1,25 miljoen", "t", ",", "1250000"),
    ("4,3 mld", "t", ",", "4300000000"),
    ("4,3 miljard €", "t", ",", "4300000000"),
    ("250k", "t", ",", "250000"),
    ("250 duizend", "t", ",", "250000"),
    ("-1,5 mln", "t", ",", "-1500000"),
    ("0,123456 mln", "t", ",", "123456"),
    ("1,2 biljoen", "t", ",", None),
    ("1,2 billion", "t", ".", None),
    ("1,2 Mln", "t", ",", "1200000"),
    ("1,2 MLN", "t", ",", None),
    ("mln", "t", ",", None),
    ("1,234.56", "t", ".", "1234.56"),
    ("1234.56", "t", ".", "1234.56"),
    ("1,234", "t", ".", "1234"),
    ("12.5 million", "t", ".", "12500000"),
    ("£12,131.50", "t", ". £", "12131.5"),
    ("£33.73", "t", ". £", "33.73"),
    ("£278", "t", ". £", "278"),
    ("£ 9,999.99", "t", ". £", "9999.99"),
    ("£-4.20", "t", ". £", "-4.2"),
    ("-£4.20", "t", ". £", "-4.2"),
    ("GBP 5.00", "t", ". £ GBP", "5"),
    ("GBP 5.00", "t", ". £", None),
    ("$5.00", "t", ". $", "5"),
    ("£5.00", "t", ".", None),
    ("€5.00", "t", ". £", None),
    ("USD 5", "t", ",", None),
    ("€ 5 €", "t", ",", None),
    ("(5,00)", "t", ", ()", "-5"),
    ("(€ 5,00)", "t", ", ()", "-5"),
    ("(1.234)", "t", ", ()", "-1234"),
    ("(-5)", "t", ", ()", None),
    ("(5", "t", ", ()", None),
    ("5)", "t", ", ()", None),
    ("(5,00)", "t", ",", None),
    ("5,00-", "t", ",", None),
    ("--5", "t", ",", None),
    ("-€ -5", "t", ",", None),
    ("+-5", "t", ",", None),
    ("1.234,56", "t", ".", None),
    ("1,234.56", "t", ",", None),
    ("1234.56", "t", ",", None),
    ("1234,56", "t", ".", None),
    ("1.23", "t", ",", None),
    ("1.2345", "t", ",", None),
    ("12.34.567", "t", ",", None),
    ("1.234.56", "t", ",", None),
    ("1.234 567", "t", ",", None),
    ("1234.567", "t", ",", None),
    ("0.500", "t", ",", None),
    ("0,500", "t", ".", None),
    ("1.234", "t", None, None),
    ("1,234", "t", None, None),
    ("1,5", "t", None, None),
    ("1 234", "t", None, None),
    ("1234", "t", None, "1234"),
    ("-7", "t", None, "-7"),
    (",5", "t", ",", None),
    ("5,", "t", ",", None),
    ("1,2,3", "t", ",", None),
    ("1e5", "t", ",", None),
    ("1E5", "t", ".", None),
    ("0x1F", "t", ",", None),
    ("½", "t", ",", None),
    ("١٢", "t", ",", None),
    ("ca. 5", "t", ",", None),
    ("5 (raming)", "t", ",", None),
    ("nog te bepalen", "t", ",", None),
    ("12,5 %", "t", ", %", None),
    ("Infinity", "t", ".", None),
    ("NaN", "t", ".", None),
    ("9999999999999999999999999999999", "t", ",", None),
    ("0,12345678901", "t", ",", "0.12345678901"),
    ("0,1234567890123456", "t", ",", None),
    ("0,1234567890", "t", ",", "0.123456789"),
    ("1234.5", "n", ",", "1234.5"),
    ("-0.07", "n", ",", "-0.07"),
    ("1.234", "n", ",", "1.234"),
    ("1234.5", "j", ",", "1234.5"),
    ("1234.5", "m", None, "1234.5"),
    ("0.333333333333333", "n", ",", "0.333333333333333"),
    ("0.0333333333333333", "n", ",", None),
    ("2021-06-30", "d", ",", None),
    ("true", "b", ",", None),
    ("#REF!", "e", ",", None),
    ("12.5%", "p", ", %", None),
]
NUMBERS = [
    ("12,5 %", "t", ", %", "12.5"),
    ("12,5%", "t", ", %", "12.5"),
    ("-3 %", "t", ", %", "-3"),
    ("12.5%", "p", ", %", "12.5"),
    ("12.5%", "p", ",", None),
    ("12,5 %", "t", ",", None),
    ("12,5", "t", ", %", "12.5"),
    ("5447.0", "t", ".", "5447"),
    ("79.58", "t", ".", "79.58"),
    ("€ 5", "t", ",", None),
    ("1,2 mln", "t", ",", None),
    ("12 km", "t", ",", None),
    ("1.991", "t", ",", "1991"),
    ("0.000001", "n", ",", "0.000001"),
]
DATES = [
    ("2026-06-30", "t", "iso", "2026-06-30"),
    ("2026-06-30", "t", "dmy", None),
    ("2026-6-30", "t", "iso", None),
    ("2026/06/30", "t", "iso", None),
    ("2026-02-29", "t", "iso", None),
    ("2024-02-29", "t", "iso", "2024-02-29"),
    ("2026-06-30T00:00:00", "t", "iso", None),
    ("20260630", "t", "iso", None),
    ("0026-06-30", "t", "iso", None),
    ("30/06/2026", "t", "dmy", "2026-06-30"),
    ("30-6-2026", "t", "dmy", "2026-06-30"),
    ("1/7/2026", "t", "dmy", "2026-07-01"),
    ("30.06.2026", "t", "dmy", "2026-06-30"),
    ("03/04/2026", "t", "dmy", "2026-04-03"),
    ("31/06/2026", "t", "dmy", None),
    ("06/30/2026", "t", "dmy", None),
    ("30/06-2026", "t", "dmy", None),
    ("30/06/26", "t", "dmy", None),
    ("30/06/2026", "t", "iso", None),
    ("30.06.26", "t", "dmyy", "2026-06-30"),
    ("1/7/26", "t", "dmyy", "2026-07-01"),
    ("29.02.25", "t", "dmyy", None),
    ("30.06.99", "t", "dmyy", "2099-06-30"),
    ("30 juni 2026", "t", "words", "2026-06-30"),
    ("30 June 2026", "t", "words", "2026-06-30"),
    ("1 mrt. 2026", "t", "words", "2026-03-01"),
    ("30-jun-2026", "t", "words", "2026-06-30"),
    ("30 Juin 2026", "t", "words", None),
    ("31 juni 2026", "t", "words", None),
    ("30 juni 2026", "t", "dmy", None),
    ("06/2026", "t", "month", "2026-06-30"),
    ("2026-02", "t", "month", "2026-02-28"),
    ("februari 2024", "t", "month", "2024-02-29"),
    ("13/2026", "t", "month", None),
    ("Q2 2026", "t", "quarter", "2026-06-30"),
    ("Q4 2021", "t", "quarter", "2021-12-31"),
    ("2026-Q1", "t", "quarter", "2026-03-31"),
    ("T3 2026", "t", "quarter", "2026-09-30"),
    ("2021 - 4° trimestre", "t", "quarter", "2021-12-31"),
    ("4º trimestre 2021", "t", "quarter", "2021-12-31"),
    ("I 2022", "t", "semester", "2022-06-30"),
    ("II 2022", "t", "semester", "2022-12-31"),
    ("III 2022", "t", "semester", None),
    ("I 2022", "t", "quarter", None),
    ("2e kwartaal 2026", "t", "quarter", "2026-06-30"),
    ("Q5 2026", "t", "quarter", None),
    ("2026", "t", "quarter", None),
    ("Q2 2026", "t", "dmy iso", None),
    ("2026", "t", "year", "2026-12-31"),
    ("2026", "n", "year", "2026-12-31"),
    ("2026", "n", "dmy iso", None),
    ("44377", "n", "dmy", "2021-06-30"),
    ("42915", "m", "dmy", "2021-06-30"),
    ("44377.5", "n", "dmy", None),
    ("44377", "t", "dmy iso", None),
    ("44377", "j", "dmy iso", None),
    ("20260630", "n", "dmy iso", None),
    ("99999", "n", "dmy iso", None),
    ("2021-06-30", "d", "", "2021-06-30"),
    ("2021-06-29 22:00:00", "d", "iso", None),
    ("binnenkort", "t", "dmy iso quarter words month", None),
    ("", "t", "dmy iso", None),
]


def sql(expression: str) -> str:
    """A macro call as the SQL it becomes."""
    return Environment().from_string(MACROS + "{{ " + expression + " }}").render().strip()


def reading(is_amount: bool, unit_factor: str = "null") -> str:
    return sql(f"read_number('text', 'kind', 'parts', 'form', '{str(is_amount).lower()}', '{unit_factor}')")


READ = {"amount": reading(True), "number": reading(False), "date": sql("read_date('text', 'kind', 'form')")}
PARTS = sql("number_parts('text')")
TABLE = [
    (read_as, *row) for read_as, rows in (("amount", AMOUNTS), ("number", NUMBERS), ("date", DATES)) for row in rows
]


@pytest.fixture(scope="module")
def read() -> dict[int, str | None]:
    """Every form of the table as it was read, all in one query."""
    con = duckdb.connect()
    con.execute("create table written (number integer, read_as varchar, text varchar, kind varchar, form varchar)")
    con.executemany("insert into written values (?, ?, ?, ?, ?)", [(n, *row[:4]) for n, row in enumerate(TABLE)])
    found = con.execute(
        f"""
        select number, case read_as
            when 'amount' then rtrim(rtrim(cast({READ["amount"]} as varchar), '0'), '.')
            when 'number' then rtrim(rtrim(cast({READ["number"]} as varchar), '0'), '.')
            else cast({READ["date"]} as varchar)
        end
        from (select *, {PARTS} as parts from written)
        """
    ).fetchall()
    return dict(found)


def test_the_table_of_forms_is_long_enough() -> None:
    assert len({row[:4] for row in TABLE}) == len(TABLE) >= 120


@pytest.mark.parametrize("number", range(len(TABLE)), ids=["|".join(map(str, row)) for row in TABLE])
def test_a_form_is_read_as_meant_or_refused(read: dict[int, str | None], number: int) -> None:
    assert read[number] == TABLE[number][4]


def test_each_declared_word_is_one_that_is_read() -> None:
    numbers = {",", ".", "%", "()"}
    dates = {form for form in DATE_FORMS if form and " " not in form}
    for seed in ("layouts/layout", "layouts/layout_column"):
        for row in registry.rows(seed):
            assert all(word in numbers or re.fullmatch("[A-Z]{3}|[£$¥]", word) for word in row["decimal_sign"].split())
            assert set(row["date_form"].split()) <= dates, row


def test_a_unit_factor_multiplies_and_is_never_doubled_by_a_word() -> None:
    con = duckdb.connect()
    con.execute(
        "create table written as select * from (values ('1,5'), ('1,5 mln'), ('9999999999999999999')) as t(text)"
    )
    rows = con.execute(
        f"select {reading(True, 'cast(1000000 as decimal(18, 6))')} "
        f"from (select *, 't' as kind, ',' as form, {PARTS} as parts from written)"
    ).fetchall()
    assert [row[0] for row in rows] == [Decimal(1500000), None, None]


AMOUNT_WRITERS = {
    ",": [
        "plain || ',' || cents",
        "replace(grouped, ',', '.') || ',' || cents",
        "replace(grouped, ',', ' ') || ',' || cents",
        "replace(grouped, ',', chr(160)) || ',' || cents",
        "'€ ' || replace(grouped, ',', '.') || ',' || cents",
        "replace(grouped, ',', '.') || ',' || cents || ' EUR'",
    ],
    ".": ["plain || '.' || cents", "grouped || '.' || cents", "'€' || grouped || '.' || cents"],
}


def test_no_generated_amount_is_read_as_another() -> None:
    """Amounts to the cent, of every size, in every way of writing, under every declared form: 10^5 cases and more."""
    con = duckdb.connect()
    con.execute(
        """
        create table amounts as
        select
            hash(i)::ubigint % (10 ** (1 + i % 15))::ubigint as total,
            i % 3 = 0 as is_negative
        from range(12000) as numbers(i)
        """
    )
    con.execute(
        """
        create table parts_of as
        select
            (case when is_negative then -1 else 1 end) * cast(total as decimal(38, 2)) / 100 as amount,
            case when is_negative then '-' else '' end as minus,
            cast(total // 100 as varchar) as plain,
            format('{:,}', total // 100) as grouped,
            lpad(cast(total % 100 as varchar), 2, '0') as cents
        from amounts
        """
    )
    count = 0
    for sign, writers in AMOUNT_WRITERS.items():
        for writer in writers:
            for form in NUMBER_FORMS:
                declared = "null" if form is None else f"'{form}'"
                total, refused, other = con.execute(
                    f"""
                    select count(*), count(*) filter (where value is null), count(*) filter (where value <> amount)
                    from (
                        select cast(amount as decimal(38, 2)) as amount, {READ["amount"]} as value
                        from (
                            select *, {PARTS} as parts
                            from (
                                select amount, minus || {writer} as text, 't' as kind, {declared}::varchar as form
                                from parts_of
                            )
                        )
                    )
                    """
                ).fetchone() or (0, 0, 0)
                count += total
                assert other == 0, (writer, form)
                assert refused == 0 or form != sign, (writer, form)
    assert count >= 100_000


DATE_WRITERS = {
    "iso": "strftime(day, '%Y-%m-%d')",
    "dmy": "strftime(day, '%d/%m/%Y')",
    "dmy 2": "day(day) || '-' || month(day) || '-' || year(day)",
    "dmyy": "strftime(day, '%d.%m.%y')",
    "words": "day(day) || ' ' || strftime(day, '%B %Y')",
    "quarter": "'Q' || quarter(day) || ' ' || year(day)",
    "quarter 2": "year(day) || ' - ' || quarter(day) || '° trimestre'",
    "month": "strftime(day, '%m/%Y')",
    "year": "cast(year(day) as varchar)",
}
LAST_DAY = {
    "quarter": "last_day(make_date(year(day), 3 * quarter(day), 1))",
    "month": "last_day(day)",
    "year": "make_date(year(day), 12, 31)",
}


@pytest.mark.parametrize("written", DATE_WRITERS)
def test_no_generated_date_is_read_as_another(written: str) -> None:
    """Every day of two centuries (of one where years have two digits) in every way of writing and declared form."""
    first, last = ("2000-01-01", "2099-12-31") if written == "dmyy" else ("1950-01-01", "2149-12-31")
    own_form = written.split()[0]
    con = duckdb.connect()
    for form in DATE_FORMS:
        refused, other = con.execute(
            f"""
            select count(*) filter (where value is null), count(*) filter (where value <> meant)
            from (
                select {LAST_DAY.get(own_form, "day")} as meant, {READ["date"]} as value
                from (
                    select cast(day as date) as day, {DATE_WRITERS[written]} as text, 't' as kind, '{form}' as form
                    from generate_series(date '{first}', date '{last}', interval 1 day) as days(day)
                )
            )
            """
        ).fetchone() or (0, 0)
        assert other == 0, form
        assert refused == 0 or own_form not in form.split(), form


def test_every_day_a_workbook_counts_is_read_in_both_calendars() -> None:
    con = duckdb.connect()
    for kind, first in (("n", "1899-12-30"), ("m", "1904-01-01")):
        wrong = con.execute(
            f"""
            select count(*) from (
                select cast(day as date) as day, cast(date_diff('day', date '{first}', day) as varchar) as text,
                    '{kind}' as kind, 'iso' as form
                from generate_series(date '1950-01-01', date '2149-12-31', interval 1 day) as days(day)
            )
            where {READ["date"]} is distinct from day
            """
        ).fetchone()
        assert wrong == (0,)


@settings(max_examples=500, deadline=None)
@given(st.decimals(min_value=-(10**13) + 1, max_value=10**13 - 1, places=2))
def test_an_amount_of_a_workbook_survives_its_binary_form(amount: Decimal) -> None:
    """What a workbook stores of an amount with 17 digits is the amount again, to the cent."""
    assert Decimal(_plain(_as_shown(f"{float(amount):.17g}"))) == amount


@settings(max_examples=200, deadline=None)
@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2149, 12, 31)), st.sampled_from(DATE_FORMS))
def test_an_american_date_is_read_as_a_day_only_where_it_is_one(day: date, form: str) -> None:
    """A month first is refused wherever no day could stand there."""
    text = f"{day:%m/%d/%Y}"
    (value,) = duckdb.execute(
        f"select {READ['date']} from (select ? as text, 't' as kind, ? as form)", [text, form]
    ).fetchone() or (None,)
    assert value is None or (day.day <= 12 and "dmy" in form.split())
