"""The catalog: complete, and names with and without a split."""

import pytest

from pellucid.data import CATALOG, ENCODERS, find_named
from pellucid.data.catalog.others import SPEAKERS, next_speaker
from pellucid.errors import InvalidValueError, UnknownNameError


def test_all_the_sets_are_there():
    assert list(CATALOG) == [
        "digits", "mnist", "fashion-mnist", "spoken-digits", "cats", "cifar-cats", "faces", "sms-spam", "sentiment",
        "adult", "penguins",
    ]  # fmt: skip


@pytest.mark.parametrize("name", CATALOG)
def test_each_entry_is_complete(name: str):
    entry = CATALOG[name]
    assert entry.name == name
    assert len(entry.classes) == len(set(entry.classes)) >= 2
    assert entry.licence
    assert entry.kind in ENCODERS
    assert entry.page.startswith("http")
    assert entry.files
    assert all(len(file.sha256) == 64 and file.size > 0 for file in entry.files)
    assert all(address.endswith("/") for address in entry.addresses)
    assert entry.addresses or entry.how_to, "a set that cannot be downloaded says how to get it"
    assert "/" not in entry.place
    assert entry.n_bytes == sum(file.size for file in entry.files)


def test_a_name_may_have_a_split():
    assert find_named("digits") == (CATALOG["digits"], None)
    assert find_named("spoken-digits") == (CATALOG["spoken-digits"], "official")
    assert find_named("spoken-digits:unseen-lucas") == (CATALOG["spoken-digits"], "unseen-lucas")
    assert find_named("spoken") is None
    assert find_named("C:\\data\\digits") is None


def test_a_split_that_is_not_there_is_told_with_the_nearest():
    with pytest.raises(UnknownNameError, match=r"split of spoken-digits: 'unseen-georg' .* mean 'unseen-george'\?"):
        find_named("spoken-digits:unseen-georg")
    with pytest.raises(InvalidValueError, match="mnist has one split only, got 'official'; say mnist"):
        find_named("mnist:official")


def test_each_speaker_tests_once_and_validates_once():
    splits = CATALOG["spoken-digits"].splits
    assert list(splits) == ["official", *(f"unseen-{speaker}" for speaker in SPEAKERS)]
    assert sorted(map(next_speaker, SPEAKERS)) == sorted(SPEAKERS)
    assert all(next_speaker(speaker) != speaker for speaker in SPEAKERS)
