"""Pictures in a folder or a zip file, one sub-folder a class or the class in each name; or single picture files."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from jaxtyping import Int

from pellucid.data.features.pictures.encoder import PictureEncoder
from pellucid.data.features.pictures.files import MAX_PICTURE_BYTES, SUFFIXES, is_picture
from pellucid.data.features.pictures.learn import learn_picture_encoder
from pellucid.data.sources.file_examples import FileExamples, read_head, read_single, tell_left_out
from pellucid.data.sources.members import Labelled, label_members, open_members, with_suffixes
from pellucid.data.sources.reading import Reading
from pellucid.errors import DataError, FormatError


class PictureExamples(FileExamples):
    """Picture files, each read when it is asked for."""

    KIND: ClassVar[str] = PictureEncoder.KIND

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
    """The pictures of a folder or zip file, or that of a single file.

    Parameters:
        path: of a folder or zip file: one sub-folder a class, perhaps within folders called train, validation and
            test; or, with `reading.pattern`, the class in the name of each file. Unlabelled also of a picture.
        reading: the person's choices.
        labelled: whether classes are asked for.

    Raises:
        MissingFileError: there is nothing at that path.
        FormatError: it is no folder or zip file that may be read, or holds no pictures.
        DataError: there are no classes in the paths, or the pattern fits none.
    """
    if path.is_file() and is_picture(read_head(path)):
        if not labelled:
            return pictures_of([path])
        raise DataError(
            f"{path}: a folder or zip file of pictures with a sub-folder for each class is required, this is a single "
            "picture"
        )
    members = open_members(path)
    names = with_suffixes(members, SUFFIXES)
    left_out = tell_left_out(members, names, "pictures")
    if not names:
        raise FormatError(
            f"{path}: pictures ({', '.join(SUFFIXES)}) are required, this {members.told} has none: {left_out[0]}"
        )
    kind = f"a {members.told} of pictures"
    if not labelled:
        return PictureExamples(kind, Labelled(names, None, None, left_out), members.read)
    files = label_members(names, reading.pattern)
    if files.labels is None:
        raise DataError(
            f"{path}: a sub-folder for each class is required, these {len(names):,} pictures lie in one; move them, or "
            "say where the class stands in their names, such as --pattern '{class}_*.png'"
        )
    where = "one sub-folder a class" if reading.pattern is None else f"the class in each name by '{reading.pattern}'"
    return PictureExamples(f"{kind}, {where}", files._replace(notes=[*files.notes, *left_out]), members.read)


def pictures_of(paths: Sequence[Path]) -> PictureExamples:
    """Single picture files, unlabelled, under the names that their paths are."""
    by_name = {str(path): path for path in paths}
    told = "a picture" if len(paths) == 1 else "pictures"
    files = Labelled(tuple(map(str, paths)), None, None, [])
    return PictureExamples(told, files, lambda name: read_single(by_name[name], MAX_PICTURE_BYTES, "a picture"))
