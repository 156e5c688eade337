"""What `pellucid predict` writes to files: the answers as a table, and the pictures as the network saw them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from pellucid.data import PictureEncoder
    from pellucid.data.sources.examples import Examples
    from pellucid.model import Model, Prediction


class Answer(NamedTuple):
    """What a model says of one input.

    Attributes:
        name: of the input: its path, or file and line.
        source: which of the sources it comes from, from 0.
        row: its number there, from 0.
        encoded: (n_features,), as the network sees it before shift and scale; None where nobody asks for it.
        prediction: the answer.
    """

    name: str
    source: int
    row: int
    encoded: "np.ndarray | None"
    prediction: "Prediction"


def value_of(prediction: "Prediction") -> float | list[float]:
    """The number that is predicted, or a list where there are several."""
    numbers = [float(output) for output in prediction.outputs]
    return numbers[0] if len(numbers) == 1 else numbers


def require_target(target: Path, files: "Sequence[Path]", *, overwrite: bool) -> None:
    """Checks, before anything is answered, that the answers may be written to that file.

    Parameters:
        target: the file.
        files: the inputs, none of which it may be, nor lie in, by whatever name or link.
        overwrite: whether it may be there already.

    Raises:
        InvalidValueError: its name ends otherwise than a table's, or it is an input.
        AlreadyExistsError: it is there.
    """
    from pellucid.data.answers import require_suffix
    from pellucid.errors import AlreadyExistsError, InvalidValueError

    require_suffix(target)
    if not (target.exists() or target.is_symlink()):
        return
    place = target.resolve()
    for file in files:
        is_same = target.exists() and file.exists() and target.samefile(file)
        if is_same or file.resolve() in place.parents:
            raise InvalidValueError(
                f"--out: a file other than the inputs is required, got {target}, which is one; choose another name"
            )
    if not overwrite:
        raise AlreadyExistsError(f"{target}: exists already; choose another name, or say --overwrite")


def write_table(
    target: Path, files: "Sequence[Path]", sources: "Sequence[Examples]", answers: "Sequence[Answer]"
) -> None:
    """Writes the answers as CSV: beside the rows of the one table that was asked about, else beside the inputs' names.

    Raises:
        WriteError: it cannot be written.
    """
    import numpy as np

    from pellucid.data.answers import as_lines, write_answers
    from pellucid.data.sources.recognise import TABLE, recognise
    from pellucid.data.sources.tables import TableExamples
    from pellucid.files import write_atomically

    columns = columns_of(answers)
    if len(files) == len(sources) == 1 and recognise(files[0]) == TABLE:
        (source,) = sources
        rows = np.array([answer.row for answer in answers], np.int64)
        write_answers(files[0], target, columns, source.rows[rows] if isinstance(source, TableExamples) else rows)
        return
    delimiter = "\t" if target.suffix.lower() == ".tsv" else ","
    named = {"input": [answer.name for answer in answers], **columns}
    cells = [[name, *map(str, values)] for name, values in named.items()]
    write_atomically(target, as_lines(cells, delimiter))


def columns_of(answers: "Sequence[Answer]") -> "Mapping[str, Sequence[Any]]":
    """The answers as columns: the class with its probability; or the number that is predicted, or several."""
    predictions = [answer.prediction for answer in answers]
    if all(prediction.label is not None for prediction in predictions):
        sureness = [prediction.probabilities[prediction.label or ""] for prediction in predictions]
        return {
            "prediction": [prediction.label for prediction in predictions],
            "probability": [f"{share:.4g}" for share in sureness],
        }
    n_outputs = len(predictions[0].outputs)
    numbers = [[f"{prediction.outputs[k]:.7g}" for prediction in predictions] for k in range(n_outputs)]
    names = ["prediction"] if n_outputs == 1 else [f"prediction {k}" for k in range(1, n_outputs + 1)]
    return dict(zip(names, numbers, strict=True))


def require_pictures(model: "Model") -> "PictureEncoder":
    """The model's encoder, which takes pictures.

    Raises:
        InvalidValueError: it takes something else.
    """
    from pellucid.data import PictureEncoder
    from pellucid.errors import InvalidValueError

    encoder = model.features.encoder
    if not isinstance(encoder, PictureEncoder):
        raise InvalidValueError(f"--save-normalised: it is for models of pictures, this one takes {encoder.describe()}")
    return encoder


def save_pictures(folder: Path, model: "Model", answers: "Sequence[Answer]") -> None:
    """Writes each picture as the network saw it, under its file's name; of two with one name the second gets a -2.

    Raises:
        WriteError: the folder cannot be made or written to.
    """
    from collections import Counter

    from pellucid.errors import WriteError

    encoder = require_pictures(model)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = error.strerror or error
        raise WriteError(f"--save-normalised: a folder is required, got {folder} ({why})") from error
    used: Counter[str] = Counter()
    for answer in answers:
        stem = Path(answer.name).stem
        name = stem.casefold()  # some systems take A.png and a.png for the same file
        used[name] += 1
        number = f"-{used[name]}" if used[name] > 1 else ""
        assert answer.encoded is not None  # noqa: S101 - asked for
        write_picture(folder / f"{stem}-normalised{number}.png", encoder.picture(answer.encoded))


def write_picture(path: Path, picture: "np.ndarray") -> None:
    """Writes a picture of numbers from 0 to 1 as PNG, 1 being white, in colour where it is."""
    import io

    import numpy as np
    from PIL import Image

    from pellucid.files import write_atomically

    buffer = io.BytesIO()
    Image.fromarray(np.round(picture * 255).astype(np.uint8)).save(buffer, format="PNG")
    write_atomically(path, buffer.getvalue())
