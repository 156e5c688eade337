"""A text's words and the runs of characters within them: the terms that are counted."""

import re
import unicodedata
from collections.abc import Iterator

MAX_TERM_LENGTH = 60
"""Longer ones are no terms: they would fill the model file and hardly come twice."""

# Each branch is bounded or possessive (`++`): no text makes the search go back and forth, whoever wrote it.
TOKEN = re.compile(
    r"""
      (?P<address>(?:https?://|www\.)\S++|[a-z0-9-]{1,60}+\.(?:com|net|org|info|biz|co\.[a-z]{2})\b(?:/\S*+)?+)
    | (?P<mail>[\w.+-]{1,60}+@[\w.-]++)
    | (?P<price>[$£€¥₹]\s?+\d[\d.,]*+|\d++(?:[.,]\d++){0,4}+(?:\s?+[$£€¥₹](?!\s?+\d)|p\b))
    | (?P<mark>[:;=][-'o^]?+(?:[)(\]\[/\\|]++|[dpo](?!\w))|<3++|[!?]++|\.{2,}+)
    | (?P<number>\+?\d++(?:[.,:/-]\d++){0,8}+(?!\w))
    | (?P<word>\w++(?:['’]\w++)*+)
    """,
    re.VERBOSE,
)
"""What is a word, tried in this order at each place of a text whose case is folded."""
AS_WRITTEN = frozenset({"word", "mark"})
"""What counts as it is written; the rest goes by its kind."""


def fold(text: str) -> str:
    """The text in Unicode's composed form (NFC), its case folded, each white space one blank.

    >>> fold("  STRASSE\\t\\u0041\\u030a ") == "strasse å"
    True
    """
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).split())


def words_of(folded: str) -> list[str]:
    """The words of a folded text, in their order.

    What differs from text to text but means the same has one name in angle brackets: <address> on the web, <mail>
    address, <price>, and <3 digits> for numbers by how many digits they have. Emoticons, dots and
    exclamation marks are words.

    >>> words_of(fold("FREE entry! Call 08001234567 or www.win.co.uk, only £1.50 ;-)"))
    ['free', 'entry', '!', 'call', '<11 digits>', 'or', '<address>', 'only', '<price>', ';-)']
    """
    return [match[0] if match.lastgroup in AS_WRITTEN else _kind_of(match) for match in TOKEN.finditer(folded)]


def _kind_of(match: re.Match[str]) -> str:
    if match.lastgroup != "number":
        return f"<{match.lastgroup}>"
    n_digits = sum(map(str.isdecimal, match[0]))
    return f"<{n_digits} digit{'s' if n_digits > 1 else ''}>"


def runs_of_words(words: list[str], longest: int) -> Iterator[str]:
    """Each word and each run of up to `longest` words, joined by blanks.

    >>> list(runs_of_words(["call", "me", "now"], 2))
    ['call', 'me', 'now', 'call me', 'me now']
    """
    yield from words if longest else ()
    for length in range(2, longest + 1):
        yield from map(" ".join, zip(*(words[start:] for start in range(length)), strict=False))


def runs_of_characters(folded: str, shortest: int, longest: int) -> Iterator[str]:
    """Each run of characters within what stands between blanks, which are part of it at both ends.

    What is shorter than a run counts once, as a whole.

    >>> list(runs_of_characters("go on", 3, 4))
    [' go', 'go ', ' go ', ' on', 'on ', ' on ']
    """
    for piece in folded.split():
        padded = f" {piece} "
        for length in range(shortest, longest + 1):
            for start in range(max(1, len(padded) - length + 1)):
                yield padded[start : start + length]
            if len(padded) <= length:
                break
