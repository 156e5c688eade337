"""From examples to a data set: parts, duplicates, faults, and what is said of them."""

import numpy as np
import pytest

from pellucid.data import Features, NumberEncoder, PictureEncoder, Reading
from pellucid.data.prepare import prepare
from pellucid.errors import DataError, FormatError, InvalidValueError

LABELS = np.array(["no", "yes"] * 30)


def distinct_rows(n_rows: int = 60) -> np.ndarray:
    return np.arange(2 * n_rows).reshape(n_rows, 2) / 2


def test_parts_are_drawn_class_by_class(number_examples):
    examples = number_examples(distinct_rows(), LABELS)
    data = prepare(examples, "mine")
    assert {name: list(part.class_counts) for name, part in data.parts.items()} == {
        "train": [20, 20], "validation": [4, 4], "test": [6, 6],
    }  # fmt: skip
    assert data.classes == ("no", "yes")
    assert data.split == "Of 60 examples 40 to train, 8 to validate, 12 to test, drawn with the fixed seed 1797."
    assert data.reading == {"on_error": "stop"}
    assert len(examples.learnt_from) == 40, "what is learnt is learnt from the training part alone"
    np.testing.assert_array_equal(data.train.raw, examples.numbers[examples.learnt_from])


def test_shares_of_nothing_train_on_all(number_examples):
    data = prepare(number_examples(distinct_rows(), LABELS), "mine", Reading(test=0.0, validation=0.0))
    assert list(data.parts) == ["train"]
    assert data.split == "Of 60 examples 60 to train, 0 to validate, 0 to test."


def test_what_is_equal_stays_on_one_side(number_examples):
    numbers = distinct_rows() // 6  # each row three times and more
    data = prepare(number_examples(numbers, LABELS), "mine")
    contents = [{row.tobytes() for row in part.raw} for part in data.parts.values()]
    assert len(set.union(*contents)) == sum(map(len, contents))
    assert data.report is not None
    assert data.report.n_duplicates == 60 - len(set.union(*contents))
    assert any("repeat another's content; of drawn parts" in text for text in data.report.sentences())


def test_the_datas_own_test_part_stays_and_validation_is_drawn_from_the_rest(number_examples):
    parts = ["test" if row >= 50 else "" for row in range(60)]
    data = prepare(number_examples(distinct_rows(), LABELS, parts), "mine")
    assert data.test is not None
    np.testing.assert_array_equal(data.test.raw, distinct_rows()[50:])
    assert data.split == (
        "Of 60 examples 42 to train, 8 to validate, 10 to test, drawn with the fixed seed 1797; test as the data have "
        "it."
    )


def test_all_three_parts_may_be_the_datas_own(number_examples):
    parts = ["train"] * 40 + ["validation"] * 10 + ["test"] * 10
    data = prepare(number_examples(distinct_rows(), LABELS, parts), "mine")
    assert [part.n_samples for part in data.parts.values()] == [40, 10, 10]
    assert data.split == (
        "Of 60 examples 40 to train, 10 to validate, 10 to test, validation and test as the data have it."
    )


def test_a_share_for_a_part_that_is_there_is_refused(number_examples):
    examples = number_examples(distinct_rows(), LABELS, ["test" if row >= 50 else "" for row in range(60)])
    with pytest.raises(InvalidValueError, match=r"^test: these data have such a part of their own, got the share 0\.3"):
        prepare(examples, "mine", Reading(test=0.3))


def test_examples_of_an_own_test_part_that_are_also_in_train_are_told_of(number_examples):
    numbers = distinct_rows()
    numbers[55:] = numbers[:5]
    data = prepare(number_examples(numbers, LABELS, ["train"] * 40 + ["validation"] * 10 + ["test"] * 10), "mine")
    assert data.report is not None
    assert (
        "5 examples of the data's own test part are also in train: what was learnt by heart helps to give the "
        "right answer." in data.report.notes
    )


def test_targets_are_drawn_too_and_may_be_several(number_examples):
    data = prepare(number_examples(distinct_rows(), np.linspace(0, 1, 60)), "mine")
    assert (data.task, data.classes, data.train.n_outputs) == ("regression", None, 1)
    several = prepare(number_examples(distinct_rows(), distinct_rows()), "mine", Reading(task="regression"))
    assert several.train.labels.shape == (39, 2)
    assert several.train.n_outputs == 2


def test_an_example_that_cannot_be_read_stops_or_is_skipped_and_counted(number_examples):
    numbers = distinct_rows()
    numbers[7] = 2000
    with pytest.raises(FormatError, match=r"^row 7: a number up to 1,000 is required; .*--on-error skip$"):
        prepare(number_examples(numbers, LABELS), "mine")
    data = prepare(number_examples(numbers, LABELS), "mine", Reading(on_error="skip"))
    assert data.report is not None
    assert data.report.skipped == (("row 7", "a number up to 1,000 is required"),)
    assert data.report.n_examples == 59
    assert data.split.startswith("Of 59 examples")


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (None, "mine: labels are required, these examples have none"),
        (["yes"] * 60, "label: at least 2 classes are required in mine, every label is 'yes'"),
        (
            [f"{row}" for row in range(60)],
            "labels: to draw the parts, .* the largest has 1; give more",
        ),
    ],
)
def test_labels_from_which_nothing_can_be_learnt(number_examples, labels: list[str] | None, message: str):
    with pytest.raises(DataError, match=message):
        prepare(number_examples(distinct_rows(), None if labels is None else np.array(labels)), "mine")


def test_a_train_part_of_one_class_teaches_nothing(number_examples):
    labels = np.array(["no"] * 50 + ["yes"] * 10)
    examples = number_examples(distinct_rows(), labels, [""] * 50 + ["test"] * 10)
    with pytest.raises(DataError, match="at least 2 classes are required to train on in mine, every label is 'no'"):
        prepare(examples, "mine")


def test_a_class_that_only_judges_and_one_of_one_example_are_told_of(number_examples):
    labels = LABELS.copy().astype("U9")
    labels[58:], labels[0] = "seal", "otter"
    examples = number_examples(distinct_rows(), labels, [""] * 55 + ["test"] * 5)
    data = prepare(examples, "mine")
    assert data.report is not None
    assert "No example to train on of 1 class ('seal'): the network cannot learn to name them." in data.report.notes
    assert "Only one example each of 1 class ('otter'): it trains, and nothing judges it." in data.report.notes


def test_a_models_features_and_classes_take_few_examples_of_one_class(number_examples):
    features = Features(NumberEncoder((2,)), 0.5)
    data = prepare(
        number_examples(distinct_rows(2), np.array(["yes", "yes"])), "new", features=features, classes=("no", "yes")
    )
    assert data.train.labels.tolist() == [1, 1]
    assert data.train.features is features
    assert data.classes == ("no", "yes")


def test_a_label_that_the_model_does_not_know_is_told_with_its_example(number_examples):
    features = Features(NumberEncoder((2,)))
    examples = number_examples(distinct_rows(3), np.array(["yes", "maybe", "no"]))
    with pytest.raises(DataError, match=r"^label: one of no, yes is required, 'maybe' arrived in row 1$"):
        prepare(examples, "new", features=features, classes=("no", "yes"))


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (
            Features(PictureEncoder((4, 4), "fit")),
            "this model takes pictures of 4 × 4 .*; new is rows of numbers$",
        ),
        (
            Features(NumberEncoder((3,))),
            "this model takes 3 numbers; new is rows of numbers, 2 numbers each$",
        ),
    ],
)
def test_a_model_that_takes_something_else_is_told(number_examples, features: Features, message: str):
    with pytest.raises(InvalidValueError, match=f"^data: {message}"):
        prepare(number_examples(distinct_rows(), LABELS), "new", features=features, classes=("no", "yes"))


def test_progress_counts_all_parts_together(number_examples):
    told: list[tuple[int, int]] = []
    prepare(number_examples(distinct_rows(), LABELS), "mine", progress=lambda *numbers: told.append(numbers))
    assert told[-1] == (60, 60)
    assert told == sorted(told)


def test_what_is_required_to_draw_the_parts_is_more_than_there_is(number_examples):
    """Examples that are equal count once, and those that have two labels for one class only."""
    numbers = np.repeat(np.arange(3.0), 2)[:, None].repeat(2, axis=1)
    examples = number_examples(numbers, np.array(["yes", "no", "no", "yes", "yes", "no"]))
    with pytest.raises(
        DataError, match="must have 3 different examples, one for each part, the largest has 2; give mo"
    ):
        prepare(examples, "mine")
    alone = number_examples(distinct_rows(2), np.array(["yes", "no"]))
    with pytest.raises(
        DataError, match="must have 2 different examples, one for each part, the largest has 1; give mo"
    ):
        prepare(alone, "mine", Reading(validation=0.0))
