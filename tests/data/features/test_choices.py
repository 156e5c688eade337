"""What a person chooses for an encoder is read, and what is not known is refused with what is."""

import pytest

from pellucid.data.features.choices import one_of, read_choices, whole_number
from pellucid.errors import InvalidValueError, UnknownNameError

KNOWN = {"bands": whole_number(1, 256), "spectrum": one_of("log-mel", "mfcc")}


def test_choices_become_values_and_those_left_open_are_not_there():
    assert read_choices({}, KNOWN) == {}
    assert read_choices({"bands": "40", "spectrum": "mfcc"}, KNOWN) == {"bands": 40, "spectrum": "mfcc"}


def test_an_unknown_choice_is_refused_with_those_that_there_are():
    with pytest.raises(
        UnknownNameError, match=r"^encoding: 'band' is not known; did you mean 'bands'\? \(known: bands, s"
    ):
        read_choices({"band": "40"}, KNOWN)


@pytest.mark.parametrize("text", ["0", "257", "-1", "4.5", "", "٤", "1" * 5000])
def test_a_number_out_of_range_is_refused(text: str):
    with pytest.raises(InvalidValueError, match=r"^encoding: bands: a whole number from 1 to 256 is required, got "):
        read_choices({"bands": text}, KNOWN)


def test_an_unknown_value_is_refused_with_those_that_there_are():
    with pytest.raises(InvalidValueError, match=r"^encoding: spectrum: one of log-mel, mfcc is required, got 'mel'$"):
        read_choices({"spectrum": "mel"}, KNOWN)
