"""Texts: one a line, or one a file in a folder or a zip file with a sub-folder for each class."""

from collections.abc import Callable, Sequence
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import ClassVar

import numpy as np
from jaxtyping import Int, Shaped

from pellucid.data.features.text.encoder import TextEncoder
from pellucid.data.features.text.learn import learn_text_encoder
from pellucid.data.features.text.tokens import fold
from pellucid.data.sources.examples import Examples
from pellucid.data.sources.file_examples import tell_left_out
from pellucid.data.sources.members import Members, is_zip, label_members, open_members, with_suffixes
from pellucid.data.sources.reading import Reading
from pellucid.data.sources.text_lines import MAX_TEXTS, decode_text, read_lines
from pellucid.errors import DataError, FormatError, MissingFileError

SUFFIXES = (".txt", ".text", ".md")
MAX_TOTAL_BYTES = 2**30
"""Of all files of a folder together: texts lie in memory."""


class TextExamples(Examples):
    """Texts that lie in memory.

    Parameters:
        texts: the examples; one that is missing is refused by its name.
        labels: (n,) strings, whole numbers or numbers; None: unlabelled.
        told: what they were taken for.
        name_of: what messages call a row; None: "text 5 (counted from 0)".
        parts: (n,), as `Examples` says; None: all are to be drawn.
        notes: sentences on what was noticed.
        skipped: names of what could not be read, and why.

    Raises:
        DataError: there are no texts, one is none, or the labels are more or fewer.
    """

    KIND: ClassVar[str] = TextEncoder.KIND

    def __init__(
        self,
        texts: Sequence[str | None],
        labels: Shaped[np.ndarray, " n_texts"] | None = None,
        *,
        told: str = "texts",
        name_of: Callable[[int], str] | None = None,
        parts: np.ndarray | None = None,
        notes: Sequence[str] = (),
        skipped: Sequence[tuple[str, str]] = (),
    ) -> None:
        self._name_of = name_of or (lambda row: f"text {row:,} (counted from 0)")
        self.told, self.labels, self.parts = told, labels, parts
        self.notes, self.skipped = tuple(notes), tuple(skipped)
        self._texts: list[str] = []
        for row, text in enumerate(texts):
            if text is None:
                raise DataError(f"{self.name(row)}: a text is required, it is missing; leave that example out")
            self._texts.append(text)
        if not texts or (labels is not None and len(labels) != len(texts)):
            n_labels = "no" if labels is None else f"{len(labels):,}"
            raise DataError(
                f"texts: at least one, and a label for each, are required, {len(texts):,} and {n_labels} arrived"
            )

    def __len__(self) -> int:
        """How many texts there are."""
        return len(self._texts)

    def name(self, row: int) -> str:
        """File and line, or the file within a folder: "messages.txt, line 7"."""
        return self._name_of(row)

    def contents(self, rows: Int[np.ndarray, " n_rows"]) -> list[str]:
        """These texts."""
        return [self._texts[int(row)] for row in rows]

    def fingerprints(self) -> Shaped[np.ndarray, " n_texts"]:
        """A digest of each text, in which neither capitals nor the width of white space count.

        Messages that differ in nothing else are one message for whoever splits them. It is the text as the encoder
        sees it: Unicode's composed form (NFC), its case folded, each white space one blank.
        """
        digests = (blake2b(fold(text).encode("utf-8", "surrogatepass"), digest_size=16) for text in self._texts)
        return np.array([digest.digest() for digest in digests], "S16")

    def learn_encoder(self, rows: Int[np.ndarray, " n_rows"], reading: Reading) -> TextEncoder:
        """The vocabulary of these texts, and how rare each of its terms is.

        Raises:
            InvalidValueError: a choice in `reading.encoding` is unknown or does not fit; `learn_text_encoder` has them.
            DataError: the texts have no terms in common.
        """
        return learn_text_encoder((self._texts[int(row)] for row in rows), reading.encoding)


def read_texts(path: Path, reading: Reading, labelled: bool = True) -> TextExamples:
    """The texts of a file, one a line, or of a folder or zip file, one a file.

    Parameters:
        path: a text file: label, TAB, text in each line, or text, TAB, label; a folder or zip file: one sub-folder a
            class, perhaps within folders called train, validation and test, or with `reading.pattern` the class in the
            name of each file. Unlabelled also a file with a text a line, or a folder with all files in it.
        reading: the person's choices; its label may be "first" or "last".
        labelled: whether labels are asked for.

    Raises:
        MissingFileError: there is nothing at that path.
        FormatError: it is none of these, or one text cannot be read and `reading.on_error` is "stop".
        DataError: there are no labels.
    """
    if path.is_dir() or is_zip(path):
        return _read_members(path, reading, labelled)
    return read_text_lines([path], reading, labelled)


def read_text_lines(paths: Sequence[Path], reading: Reading, labelled: bool = True) -> TextExamples:
    """The texts of some files, one a line, one file after the other; for the rest see `read_texts`."""
    read = read_lines(paths, reading, labelled)
    lines = read.lines
    files = "a text file" if len(paths) == 1 else f"{len(paths)} text files"
    what = "text" if read.labels is None else "text with its label"
    return TextExamples(
        [line.text for line in lines],
        read.labels,
        told=f"{files}, one {what} a line",
        name_of=lambda row: lines[row].name,
        notes=read.notes,
        skipped=read.skipped,
    )


def _read_members(path: Path, reading: Reading, labelled: bool) -> TextExamples:
    members = open_members(path)
    # Old collections of texts have names without suffixes; beside others such names are those of notes and licences.
    names = with_suffixes(members, SUFFIXES) or tuple(name for name in members.names if not PurePosixPath(name).suffix)
    if not names:
        raise FormatError(
            f"{path}: text files ({', '.join(SUFFIXES)}, or without a suffix) are required, this {members.told} "
            "has none"
        )
    if len(names) > MAX_TEXTS:
        raise FormatError(f"{path}: at most {MAX_TEXTS:,} texts are read, there are {len(names):,}")
    notes = tell_left_out(members, names, "texts")
    labels = parts = None
    if labelled:
        files = label_members(names, reading.pattern)
        if files.labels is None:
            raise DataError(
                f"{path}: a sub-folder for each class is required, these {len(names):,} texts lie in one; move them, "
                "or say where the class stands in their names, such as --pattern '{class}_*.txt'"
            )
        names, labels, parts, notes = files.names, files.labels, files.parts, [*files.notes, *notes]
    texts, kept, skipped = _contents(members, names, reading.on_error, path)
    names = [names[row] for row in kept]
    where = (
        "" if labels is None else ", one sub-folder a class" if reading.pattern is None else ", the class in each name"
    )
    return TextExamples(
        texts,
        None if labels is None else labels[kept],
        told=f"a {members.told} of texts{where}",
        name_of=lambda row: names[row],
        parts=None if parts is None else parts[kept],
        notes=notes,
        skipped=skipped,
    )


def _contents(
    members: Members, names: Sequence[str], on_error: str, path: Path
) -> tuple[list[str], list[int], list[tuple[str, str]]]:
    """The texts of the files, which of them these are, and the others with the reason."""
    texts: list[str] = []
    kept: list[int] = []
    skipped: list[tuple[str, str]] = []
    n_bytes = 0
    for row, name in enumerate(names):
        try:
            encoded = members.read(name)
            text = decode_text(encoded.removeprefix(b"\xef\xbb\xbf"))
            if not text.strip():
                raise FormatError("text is required, there is only white space")
        except (FormatError, MissingFileError) as error:
            why = str(error).removeprefix(f"{name}: ")
            if on_error == "stop":
                raise type(error)(f"{name}: {why}; mend or remove it, or say --on-error skip") from error
            skipped.append((name, why))
            continue
        n_bytes += len(encoded)
        if n_bytes > MAX_TOTAL_BYTES:
            raise FormatError(
                f"{path}: texts of at most {MAX_TOTAL_BYTES:,} bytes in all are read; give a part of them"
            )
        texts.append(text)
        kept.append(row)
    if not texts:
        raise FormatError(
            f"{path}: texts that can be read are required, none of the {len(names):,} is; {skipped[0][1]}"
        )
    return texts, kept, skipped
