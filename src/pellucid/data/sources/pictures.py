"""Pictures in a folder or a zip file, one sub-folder a class or the class in each name; or single picture files."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from jaxtyping import Int

from pellucid.data.features.pictures.encoder import PictureEncoder
from pellucid.data.features.pictures.files import MAX_PICTURE_BYTES, SUFFIXES, is_picture
from pellucid.data.features.pictures.learn import learn_picture_encoder
from pellucid.data.sources.file_examples import FileExamples, FileKind, read_files, single_files
from pellucid.data.sources.reading import Reading


class PictureExamples(FileExamples):
    """Picture files, each read when it is asked for."""

    KIND: ClassVar[str] = PictureEncoder.KIND
    FILES: ClassVar[FileKind] = FileKind(
        "picture", "pictures", SUFFIXES, MAX_PICTURE_BYTES, is_picture, "{class}_*.png"
    )

    def learn_encoder(self, rows: Int[np.ndarray, " n_rows"], reading: Reading) -> PictureEncoder:
        """The encoder for pictures like these; a note says what becomes of those of another size.

        Raises:
            InvalidValueError: a choice in `reading.encoding` is unknown or does not fit.
            DataError: none of these pictures can be read.
        """
        encoder, notes = learn_picture_encoder(rows, self.content, reading.encoding)
        self.add_notes(notes)
        return encoder


def read_pictures(path: Path, reading: Reading, labelled: bool = True) -> PictureExamples:
    """The pictures of a folder or zip file, or a single one: `read_files` says how, and what it raises."""
    return read_files(PictureExamples, path, reading, labelled)


def pictures_of(paths: Sequence[Path]) -> PictureExamples:
    """Single picture files, unlabelled, under the names that their paths are."""
    return single_files(PictureExamples, paths)
