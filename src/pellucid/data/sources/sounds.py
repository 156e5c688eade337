"""Sounds in a folder or a zip file, one sub-folder a class or the class in each name; or single sound files."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from pellucid.data.features.sound import SoundEncoder, learn_sound_encoder
from pellucid.data.features.sound.files import MAX_SOUND_BYTES, SUFFIXES, is_sound
from pellucid.data.sources.file_examples import FileExamples, FileKind, read_files, single_files
from pellucid.data.sources.reading import Reading


class SoundExamples(FileExamples):
    """Sound files, each read when it is asked for."""

    KIND: ClassVar[str] = SoundEncoder.KIND
    FILES: ClassVar[FileKind] = FileKind(
        "sound", "sounds", SUFFIXES, MAX_SOUND_BYTES, is_sound, "{class}_*.wav", learn_sound_encoder
    )


def read_sounds(path: Path, reading: Reading, labelled: bool = True) -> SoundExamples:
    """The sounds of a folder or zip file, or a single one: `read_files` says how, and what it raises."""
    return read_files(SoundExamples, path, reading, labelled)


def sounds_of(paths: Sequence[Path]) -> SoundExamples:
    """Single sound files, unlabelled, under the names that their paths are."""
    return single_files(SoundExamples, paths)
