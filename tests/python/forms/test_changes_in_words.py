"""What changed, as people read it: by the contract of the returns, in both languages."""

import pytest

from flows.forms.changes import key_shown, shown


@pytest.mark.parametrize(
    ("record", "field", "value", "state", "nl", "en"),
    [
        ("milestone", "status", "vervallen", "reported", "Vervallen of vervangen", "Dropped or replaced"),
        ("project_status", "status", "op_schema", "reported", "Op schema", "On schedule"),
        ("project_status", "status", "unheard_of", "reported", "unheard_of", "unheard_of"),
        ("project", "is_rrf", "true", "reported", "Ja", "Yes"),
        ("milestone", "planned_date", "2024-05-05", "reported", "5 mei 2024", "5 May 2024"),
        ("finance", "amount_eur", "1234567.5", "reported", "1.234.567,50", "1,234,567.50"),
        ("indicator_value", "actual", "1234.5", "reported", "1.234,5", "1,234.5"),
        ("project", "title", "2024-05-05", "reported", "2024-05-05", "2024-05-05"),
        ("milestone", "actual_date", None, "not_reported", "Niet gerapporteerd", "Not reported"),
        ("milestone", "record", None, None, "", ""),
    ],
)
def test_a_value_that_changed_is_written_as_people_do(
    record: str, field: str, value: str | None, state: str | None, nl: str, en: str
) -> None:
    assert (shown(record, field, value, state), shown(record, field, value, state, "en")) == (nl, en)


@pytest.mark.parametrize(
    ("record", "key", "nl", "en"),
    [
        ("finance", "VV002|paid|final", "VV002 Vereffend (VEK) Definitief", "VV002 Paid (VEK) Final"),
        ("milestone", "VV001|VV001-M10", "VV001 VV001-M10", "VV001 VV001-M10"),
        ("finance", "VV002|paid", "VV002 paid", "VV002 paid"),
        ("indicator_value", "IND01|VV014||", "IND01 VV014", "IND01 VV014"),
    ],
)
def test_a_key_is_written_with_the_words_of_its_codes(record: str, key: str, nl: str, en: str) -> None:
    assert (key_shown(record, key), key_shown(record, key, "en")) == (nl, en)
