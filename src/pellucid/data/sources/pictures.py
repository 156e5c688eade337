"""Pictures in a folder or a zip file, one sub-folder a class or the class in each name; or single picture files."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from pellucid.data.features.pictures.encoder import PictureEncoder
from pellucid.data.features.pictures.files import MAX_PICTURE_BYTES, SUFFIXES, is_picture
from pellucid.data.features.pictures.learn import learn_picture_encoder
from pellucid.data.sources.file_examples import FileExamples, FileKind, read_files, single_files
from pellucid.data.sources.reading import Reading


class PictureExamples(FileExamples):
    """Picture files, each read when it is asked for."""

    KIND: ClassVar[str] = PictureEncoder.KIND
    FILES: ClassVar[FileKind] = FileKind(
        "picture", "pictures", SUFFIXES, MAX_PICTURE_BYTES, is_picture, "{class}_*.png", learn_picture_encoder
    )


def read_pictures(path: Path, reading: Reading, labelled: bool = True) -> PictureExamples:
    """The pictures of a folder or zip file, or a single one: `read_files` says how, and what it raises."""
    return read_files(PictureExamples, path, reading, labelled)


def pictures_of(paths: Sequence[Path]) -> PictureExamples:
    """Single picture files, unlabelled, under the names that their paths are."""
    return single_files(PictureExamples, paths)
