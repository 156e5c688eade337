"""Sounds in a folder or a zip file, one sub-folder a class or the class in each name; or single sound files."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from jaxtyping import Int

from pellucid.data.features.sound import SoundEncoder, learn_sound_encoder
from pellucid.data.features.sound.files import MAX_SOUND_BYTES, SUFFIXES, is_sound
from pellucid.data.sources.file_examples import FileExamples, read_head, read_single, tell_left_out
from pellucid.data.sources.members import Labelled, label_members, open_members, with_suffixes
from pellucid.data.sources.reading import Reading
from pellucid.errors import DataError, FormatError


class SoundExamples(FileExamples):
    """Sound files, each read when it is asked for."""

    KIND: ClassVar[str] = SoundEncoder.KIND

    def learn_encoder(self, rows: Int[np.ndarray, " n_rows"], reading: Reading) -> SoundEncoder:
        """The encoder for sounds like these; notes say how long they are, and what becomes of odd ones.

        Raises:
            InvalidValueError: a choice in `reading.encoding` is unknown or does not fit.
            DataError: none of these sounds can be read.
        """
        encoder, notes = learn_sound_encoder(rows, self.content, reading.encoding)
        self.add_notes(notes)
        return encoder


def read_sounds(path: Path, reading: Reading, labelled: bool = True) -> SoundExamples:
    """The sounds of a folder or zip file, or that of a single file.

    Parameters:
        path: of a folder or zip file: one sub-folder a class, perhaps within folders called train, validation and
            test; or, with `reading.pattern`, the class in the name of each file. Unlabelled also of a sound.
        reading: the person's choices.
        labelled: whether classes are asked for.

    Raises:
        MissingFileError: there is nothing at that path.
        FormatError: it is no folder or zip file that may be read, or holds no sounds.
        DataError: there are no classes in the paths, or the pattern fits none.
    """
    if path.is_file() and is_sound(read_head(path)):
        if not labelled:
            return sounds_of([path])
        raise DataError(
            f"{path}: a folder or zip file of sounds with a sub-folder for each class is required, this is a single "
            "sound"
        )
    members = open_members(path)
    names = with_suffixes(members, SUFFIXES)
    left_out = tell_left_out(members, names, "sounds")
    if not names:
        raise FormatError(
            f"{path}: sounds ({', '.join(SUFFIXES)}) are required, this {members.told} has none: {left_out[0]}"
        )
    kind = f"a {members.told} of sounds"
    if not labelled:
        return SoundExamples(kind, Labelled(names, None, None, left_out), members.read)
    files = label_members(names, reading.pattern)
    if files.labels is None:
        raise DataError(
            f"{path}: a sub-folder for each class is required, these {len(names):,} sounds lie in one; move them, or "
            "say where the class stands in their names, such as --pattern '{class}_*.wav'"
        )
    where = "one sub-folder a class" if reading.pattern is None else f"the class in each name by '{reading.pattern}'"
    return SoundExamples(f"{kind}, {where}", files._replace(notes=[*files.notes, *left_out]), members.read)


def sounds_of(paths: Sequence[Path]) -> SoundExamples:
    """Single sound files, unlabelled, under the names that their paths are."""
    by_name = {str(path): path for path in paths}
    told = "a sound" if len(paths) == 1 else "sounds"
    files = Labelled(tuple(map(str, paths)), None, None, [])
    return SoundExamples(told, files, lambda name: read_single(by_name[name], MAX_SOUND_BYTES, "a sound"))
