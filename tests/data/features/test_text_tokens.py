"""What counts as a word, and that no text, whoever wrote it, makes the search for words slow."""

import time

import pytest

from pellucid.data.features.text.tokens import fold, runs_of_characters, runs_of_words, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't STOP, it’s me", ["don't", "stop", "it’s", "me"]),
        ("gr8 2nite, 4 u", ["gr8", "2nite", "<1 digit>", "u"]),
        ("call 08001234567 or +44 7700", ["call", "<11 digits>", "or", "<2 digits>", "<4 digits>"]),
        ("£1,000 or 150p or 20€", ["<price>", "or", "<price>", "or", "<price>"]),
        ("to 82277. £1.50 a min", ["to", "<5 digits>", "<price>", "a", "min"]),
        ("www.win.co.uk http://x.y/z?q=1 you.com/a me@here.org", ["<address>"] * 3 + ["<mail>"]),
        ("ok :)why :-D <3 ;-( 10:30", ["ok", ":)", "why", ":-d", "<3", ";-(", "<4 digits>"]),
        ("WOW!!! really?! hm...", ["wow", "!!!", "really", "?!", "hm", "..."]),
        ("Straße café", ["strasse", "café"]),
        ("  \n\t ", []),
    ],
)
def test_words(text: str, words: list[str]):
    assert words_of(fold(text)) == words


def test_runs():
    assert list(runs_of_words(["a", "b", "c"], 3)) == ["a", "b", "c", "a b", "b c", "a b c"]
    assert list(runs_of_words(["a"], 2)) == ["a"]
    assert list(runs_of_words(["a", "b"], 0)) == []
    assert list(runs_of_characters("ab c", 2, 4)) == [" a", "ab", "b ", " ab", "ab ", " ab ", " c", "c ", " c "]


@pytest.mark.parametrize(
    "unit",
    ["a.", "a@", "1,", "1,1", "a-", ":-", "^_", "'a", "http://", "<3", "8", "+1", "1 $", "$", ":[", ".a", "co.uk "],
)
@pytest.mark.parametrize("end", ["a", "@"])
def test_no_text_is_slow(unit: str, end: str):
    began = time.perf_counter()
    words_of(fold(unit * (50_000 // len(unit)) + end))
    assert time.perf_counter() - began < 5  # 0.05 s on an idle machine; a search back and forth would take minutes
