"""Values as people write them: each is read exactly as meant or refused, under the form that the layout declares."""

import re
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment
from value_forms import AMOUNTS, DATES, NUMBERS

from flows import registry
from flows.intake.excel_return import _as_shown, _plain
from flows.settings import PROJECT

MACROS = (PROJECT / "macros" / "values.sql").read_text(encoding="utf-8")
NUMBER_FORMS = (",", ".", None)
DATE_FORMS = ("iso", "dmy", "dmyy", "words", "month", "quarter", "semester", "year", "dmy iso", "")


def sql(expression: str) -> str:
    """A macro call as the SQL it becomes."""
    return Environment().from_string(MACROS + "{{ " + expression + " }}").render().strip()


def reading(is_amount: bool, unit_factor: str = "null") -> str:
    return sql(f"read_number('text', 'kind', 'parts', 'form', '{str(is_amount).lower()}', '{unit_factor}')")


READ = {
    "amount": reading(True),
    "number": reading(False),
    "date": sql("read_date(written_day('text', folded('text')), 'kind', 'form', 'words')"),
}
PARTS = sql("number_parts('text')")
PERIODS = ", ".join(
    f"'{row['date_form']} {row['word']}': {row['last_month']}" for row in registry.rows("layouts/period_word")
)
WORDS = f"map {{{PERIODS}}} as words"
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
        from (select *, {PARTS} as parts, {WORDS} from written)
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


# Of ideographs, Hangul and private use, nine letters of ten, which all stay as they are, one in a hundred.
MOST_LETTERS = """(
    n < 13312 or n between 42125 and 44031 or n between 63744 and 131071 or n between 194560 and 195103
    or n between 917504 and 918000 or n % 97 = 0
)"""


@pytest.mark.parametrize("letters", [MOST_LETTERS, pytest.param("true", marks=pytest.mark.slow)], ids=["most", "all"])
@pytest.mark.parametrize("at", ["text || 'ab'", "'a' || text || 'b'", "'ab' || text", "'é ' || text || 'b  c'", "text"])
def test_any_letter_anywhere_is_folded_as_if_each_were_looked_at(at: str, letters: str) -> None:
    """The ways that are asked first give what the whole way gives, of each letter that a text can hold."""
    whole = r"trim(regexp_replace(regexp_replace(nfc_normalize(text), '\p{Cf}+', '', 'g'), '[\s\p{Z}]+', ' ', 'g'))"
    con = duckdb.connect()
    con.execute(
        f"""
        create table written as select n, {at} as text
        from (select n, chr(cast(n as integer)) as text from range(1, 1114112) as letters(n)
        where n not between 55296 and 57343 and {letters})
        """
    )
    spaced = (sql("single_spaced('text')"), r"regexp_replace(text, '\s+', ' ', 'g')")
    for short, long in ((sql("folded('text')"), whole), (sql("trimmed('text')"), "trim(text)"), spaced):
        assert con.execute(f"select n from written where {short} is distinct from {long} limit 10").fetchall() == []


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


DAYS = pytest.mark.parametrize(
    ("first", "last"),
    [("1999-12-01", "2004-03-01"), pytest.param("1950-01-01", "2149-12-31", marks=pytest.mark.slow)],
    ids=["around 2000", "two centuries"],
)


@DAYS
@pytest.mark.parametrize("written", DATE_WRITERS)
def test_no_generated_date_is_read_as_another(written: str, first: str, last: str) -> None:
    """Every day (of one century where years have two digits) in every way of writing and declared form."""
    if written == "dmyy":
        first, last = max(first, "2000-01-01"), min(last, "2099-12-31")
    own_form = written.split()[0]
    con = duckdb.connect()
    for form in DATE_FORMS:
        refused, other = con.execute(
            f"""
            select count(*) filter (where value is null), count(*) filter (where value <> meant)
            from (
                select {LAST_DAY.get(own_form, "day")} as meant, {READ["date"]} as value
                from (
                    select
                        cast(day as date) as day, {DATE_WRITERS[written]} as text, 't' as kind,
                        '{form}' as form, {WORDS}
                    from generate_series(date '{first}', date '{last}', interval 1 day) as days(day)
                )
            )
            """
        ).fetchone() or (0, 0)
        assert other == 0, form
        assert refused == 0 or own_form not in form.split(), form


@DAYS
def test_every_day_a_workbook_counts_is_read_in_both_calendars(first: str, last: str) -> None:
    con = duckdb.connect()
    for kind, day_0 in (("n", "1899-12-30"), ("m", "1904-01-01")):
        wrong = con.execute(
            f"""
            select count(*) from (
                select cast(day as date) as day, cast(date_diff('day', date '{day_0}', day) as varchar) as text,
                    '{kind}' as kind, 'iso' as form, {WORDS}
                from generate_series(date '{first}', date '{last}', interval 1 day) as days(day)
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


@DAYS
def test_an_american_date_is_read_as_a_day_only_where_it_is_one(first: str, last: str) -> None:
    """A month first is refused wherever no day could stand there."""
    forms = ", ".join(f"('{form}')" for form in DATE_FORMS)
    read = duckdb.sql(
        f"""
        select form, max(day(day)) from (
            select cast(day as date) as day, strftime(day, '%m/%d/%Y') as text, 't' as kind, form, {WORDS}
            from generate_series(date '{first}', date '{last}', interval 1 day) as days(day),
                (values {forms}) as forms(form)
        )
        where {READ["date"]} is not null group by form
        """
    ).fetchall()
    assert read and all(latest <= 12 and "dmy" in form.split() for form, latest in read)
