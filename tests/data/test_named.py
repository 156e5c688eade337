"""The named sets out of their real files: parts, classes, and what their publishers say of them."""

from pathlib import Path

import numpy as np
import pytest

from pellucid.data import CATALOG, Reading, load_data, open_data
from pellucid.data.named import reading_for, speakers_parts
from pellucid.data.prepare import divide
from pellucid.errors import FormatError, InvalidValueError

KNOWN = {
    "cats": ((64, 64, 3), {"train": [137, 72], "test": [17, 33]}),
    "faces": ((64, 64), {"train": [7] * 40, "validation": [1] * 40, "test": [2] * 40}),
    "sms-spam": (None, {"train": [3161, 494], "validation": [711, 105], "test": [955, 148]}),
    "sentiment": (None, {"train": [1201, 1200], "test": [299, 300]}),
    "adult": (None, {"train": [21011, 6664], "validation": [3709, 1177], "test": [12435, 3846]}),
    "penguins": (None, {"train": [99, 44, 80], "validation": [23, 10, 19], "test": [30, 14, 25]}),
}
"""Shape where it is the data's own, and each class's examples in each part."""


@pytest.fixture
def here(real_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PELLUCID_DATA", str(real_data))
    return real_data


def require(folder: Path, name: str) -> None:
    if not (folder / CATALOG[name].place).is_dir():
        pytest.skip(f"no real data: {CATALOG[name].place}/ is not in that folder")


@pytest.mark.parametrize("name", KNOWN)
def test_a_set_is_what_its_publisher_says(here: Path, name: str):
    require(here, name)
    shape, counts = KNOWN[name]
    entry = CATALOG[name]
    data = load_data(name)
    assert data.name == name
    assert data.classes == entry.classes
    assert entry.kind == data.features.encoder.KIND
    assert shape is None or data.feature_shape == shape
    assert sum(part.n_samples for part in data.parts.values()) == entry.n_samples
    assert {key: list(part.class_counts) for key, part in data.parts.items()} == counts
    assert data.report is not None
    assert np.isfinite(data.train.inputs[:100]).all()


def test_cifar_cats_are_cats_and_others_in_the_publishers_parts(here: Path):
    require(here, "cifar-cats")
    opened = open_data("cifar-cats")
    assert opened.examples is not None
    divided = divide(opened.examples, "cifar-cats", opened.reading)
    assert divided.labels.classes == ("other", "cat")
    counts = [np.bincount(divided.labels.values[part]).tolist() for part in divided.rows]
    assert counts == [[4250, 4250], [750, 750], [1000, 1000]]
    encoder = opened.examples.learn_encoder(divided.rows.train[:50], opened.reading)
    assert encoder.shape == (32, 32, 3)
    assert encoder.to_dict()["contrast"] == "evened"


def test_spoken_digits_by_the_official_split_and_with_an_unseen_speaker(here: Path):
    require(here, "spoken-digits")
    opened = open_data("spoken-digits")
    assert opened.examples is not None
    assert opened.name == "spoken-digits"
    divided = divide(opened.examples, opened.name, opened.reading)
    names = [opened.examples.name(int(row)) for row in divided.rows.test]
    assert len(names) == 300
    assert {Path(name).stem.split("_")[2] for name in names} == {"0", "1", "2", "3", "4"}
    unseen = open_data("spoken-digits:unseen-yweweler")
    assert unseen.examples is not None
    parts = divide(unseen.examples, unseen.name, unseen.reading).rows
    speakers = [{unseen.examples.name(int(row)).split("_")[1] for row in part} for part in parts]
    assert speakers == [{"jackson", "lucas", "nicolas", "theo"}, {"george"}, {"yweweler"}]
    assert [len(part) for part in parts] == [2000, 500, 500]


def test_recordings_go_to_the_part_that_their_names_say():
    names = ["7_george_4.wav", "7_george_5.wav", "recordings/0_jackson_0.wav", "1_theo_49.wav"]
    assert speakers_parts(names, "official").tolist() == ["test", "", "test", ""]
    assert speakers_parts(names, "unseen-george").tolist() == ["test", "test", "validation", "train"]
    with pytest.raises(FormatError, match=r"7_bob_1\.wav: a name such as 7_theo_0\.wav, of one of george, "):
        speakers_parts(["7_bob_1.wav"], "official")


def test_choices_go_over_the_catalogs():
    entry = CATALOG["cifar-cats"]
    reading = reading_for(entry, Reading(encoding={"colour": "grey"}, validation=0.3, on_error="skip"))
    assert reading.encoding == {"size": "32x32", "colour": "grey", "contrast": "evened"}
    assert (reading.validation, reading.on_error) == (0.3, "skip")
    assert reading_for(CATALOG["faces"], Reading()).validation == 0.1


def test_choices_that_make_no_sense_are_refused():
    with pytest.raises(InvalidValueError, match="label: this is for data of your own, sms-spam has its own"):
        reading_for(CATALOG["sms-spam"], Reading(label="first"))
    with pytest.raises(InvalidValueError, match="pattern: this is for data of your own, adult has its own"):
        reading_for(CATALOG["adult"], Reading(pattern="{class}_*"))
    with pytest.raises(InvalidValueError, match="test: a share or nothing is required for adult, got a path"):
        reading_for(CATALOG["adult"], Reading(test="more.csv"))


@pytest.mark.parametrize(("name", "label"), [("penguins", "species"), ("adult", "income")])
def test_the_label_of_a_table_is_known_by_its_name(here: Path, name: str, label: str):
    """So that a table of one's own is read alike; and to say it changes nothing."""
    require(here, name)
    data = load_data(name)
    assert data.reading["label"] == label
    assert data.report is not None
    assert f"The label is the column '{label}'." in data.report.notes
    said = load_data(name, label=label)
    assert (said.classes, said.checksum) == (data.classes, data.checksum)


def test_another_column_of_a_table_may_be_the_label(here: Path):
    require(here, "penguins")
    data = load_data("penguins", label="body_mass_g", ignore=["year"])
    assert data.task == "regression"
    assert data.reading == {"label": "body_mass_g", "ignore": ["year"], "on_error": "stop"}
    assert data.report is not None
    assert any("without a label" in note and "2" in note for note in data.report.notes)
