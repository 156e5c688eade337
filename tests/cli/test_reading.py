"""The options on reading: from what a person types to checked choices, and back from a model file."""

import pytest

from pellucid.cli.reading import reading_of
from pellucid.data import Reading
from pellucid.errors import FormatError, InvalidValueError, UnknownNameError


def test_what_is_left_out_stays_open():
    assert reading_of() == Reading()


def test_each_option_becomes_its_choice():
    reading = reading_of(
        label="paid",
        features='age,"income, yearly"',
        ignore="id, town",
        test="0.25",
        validation=0.1,
        pattern="{class}_*.wav",
        task="regression",
        on_error="skip",
        encoding="size=32x32,colour=grey",
        memory="1.5G",
    )
    assert reading == Reading(
        label="paid",
        features=("age", "income, yearly"),
        ignore=("id", "town"),
        test=0.25,
        validation=0.1,
        pattern="{class}_*.wav",
        task="regression",
        on_error="skip",
        encoding={"size": "32x32", "colour": "grey"},
        memory=3 * 2**29,
    )
    assert reading_of(test="more.csv").test == "more.csv"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"features": "a,,b"}, "features: names of columns, parted by commas, are required, got 'a,,b'"),
        ({"ignore": ""}, "ignore: names of columns"),
        ({"encoding": "size"}, r"encoding: NAME=VALUE, or several parted by commas, is required, got 'size'"),
        ({"encoding": "size=4,size=5"}, "encoding: each choice once is required, got size twice"),
        ({"memory": "much"}, "memory: a number of bytes, such as 500M or 2G, is required, got 'much'"),
        ({"memory": "0"}, "memory: a number of bytes"),
        ({"test": "1.5"}, "test: a share from 0 to below 1 is required, got 1.5"),
        ({"test": "nan"}, "test: a share from 0 to below 1 is required, got nan"),
        ({"validation": -0.1}, "validation: a share from 0 to below 1 is required, got -0.1"),
        ({"label": "a", "features": "a,b"}, "features: columns other than the label are required, got 'a' as both"),
    ],
)
def test_what_is_not_written_as_it_should_be_is_told(options: dict[str, str], message: str):
    with pytest.raises(InvalidValueError, match=f"^{message}"):
        reading_of(**options)


def test_unknown_words_bring_the_nearest():
    with pytest.raises(UnknownNameError, match="task: 'regresion' is not known; did you mean 'regression'"):
        reading_of(task="regresion")
    with pytest.raises(UnknownNameError, match="on_error: 'skipp' is not known; did you mean 'skip'"):
        reading_of(on_error="skipp")


def test_choices_come_back_from_plain_data():
    reading = reading_of(label="paid", features="age", encoding="size=4", test="0.3")
    assert Reading.from_dict(reading.to_dict()) == reading


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"lable": "x"}, "reading: one of label, features, .* is required, not 'lable'"),
        ({"label": 3}, "reading: label may not be 3"),
        ({"features": "age"}, "reading: features may not be 'age'"),
        ({"features": [1]}, "reading: features may not be"),
        ({"encoding": {"size": 4}}, "reading: encoding may not be"),
        ({"test": True}, "reading: test may not be True"),
        ({"memory": 1.5}, "reading: memory may not be 1.5"),
    ],
)
def test_hostile_plain_data_are_refused(entries: dict[str, object], message: str):
    with pytest.raises(FormatError, match=f"^{message}"):
        Reading.from_dict(entries)
