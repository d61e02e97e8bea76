"""What of Great Expectations is left undone: nothing that it judges by."""

import sys

import pytest

from expectations import declared, sparing


def test_an_expectation_has_its_own_configuration_and_makes_it_once() -> None:
    gx = sparing.great_expectations()
    suite = max(declared.read("submission"), key=lambda suite: len(suite["expectations"]))
    asked = gx.ExpectationSuite(name=suite["name"], expectations=suite["expectations"]).expectations
    assert len(asked) > 2
    for expectation, said in zip(asked, suite["expectations"], strict=True):
        assert expectation.configuration.to_domain_obj() == expectation
        assert expectation.configuration.meta == said["meta"], "and not that of another"
        assert expectation.configuration is expectation.configuration


def test_what_is_not_there_counts_in_the_name_of_a_metric_as_it_did() -> None:
    sparing.great_expectations()
    from great_expectations.core import id_dict
    from great_expectations.util import convert_to_json_serializable

    asked = {"column": "a", "row_condition": None, "mostly": 1.0, "value_set": ["x", None]}
    assert id_dict.convert_to_json_serializable(asked) == convert_to_json_serializable(asked)


def test_what_is_imported_later_is_there_once_something_of_it_is_asked() -> None:
    name = "wave"
    sys.modules.pop(name, None)
    with sparing._later(name):
        import wave

        assert "open" not in vars(wave)
    assert name not in sys.modules
    assert callable(wave.open) and "open" in vars(sys.modules[name])


def test_what_is_asked_while_it_is_imported_is_loaded_then() -> None:
    name = "wave"
    sys.modules.pop(name, None)
    with sparing._later(name):
        import wave

        assert not hasattr(wave, "__file__"), "who looks where it comes from loads nothing"
        assert callable(wave.open) and sys.modules[name] is not wave
    assert name in sys.modules


def test_what_was_made_is_forgotten_before_there_is_too_much_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sparing, "_AT_ONCE", 2)
    made: list[str] = []

    def make(of: str) -> str:
        made.append(of)
        return of.upper()

    once = sparing._once(make)
    assert [once(of) for of in ("a", "b", "a", "c", "c", "a")] == ["A", "B", "A", "C", "C", "A"]
    assert made == ["a", "b", "c", "a"]
