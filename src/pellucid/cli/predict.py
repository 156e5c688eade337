"""`pellucid predict`: what a model says of picture files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pellucid.cli.console import AsJson, print_json, say
from pellucid.cli.evaluate import ModelPath

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pellucid.data.features.pictures import NormalisedPicture

SHOWN_CLASSES = 3


def predict(
    model: ModelPath,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Pictures, PNG or JPEG, of any size.")],
    save_normalised: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Also write each picture as the network sees it, as PNG, to this folder."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Name the class of pictures, each first normalised as the model's training pictures were.

    A picture should hold one handwritten digit, in pen on a plain ground. One that cannot be read is named on standard
    error, and the others are answered.
    """
    from pellucid.data.features.pictures import NormalisedPicture, normalise_picture
    from pellucid.errors import DataError, FormatError, InvalidValueError, MissingFileError
    from pellucid.model import load

    loaded = load(model)
    features = loaded.features
    if features.normalisation == "none" or len(features.shape) != 2:
        raise InvalidValueError(
            f"{model}: this model takes {features.n_features} numbers; predict reads pictures for models of digits"
        )
    read: list[Path] = []
    pictures: list[NormalisedPicture] = []
    for file in files:
        try:
            pictures.append(normalise_picture(file, features.shape, features.normalisation))
            read.append(file)
        except (DataError, FormatError, MissingFileError) as error:
            say(f"error: {error}", is_error=True)
    predictions = [loaded.predict(picture.pixels)[0] for picture in pictures]
    if save_normalised is not None:
        save_pictures(save_normalised, read, pictures)
    if as_json:
        print_json(
            {
                "predictions": [
                    {"input": str(file), "class": prediction.label, "probabilities": prediction.probabilities}
                    for file, prediction in zip(read, predictions, strict=True)
                ]
            }
        )
    else:
        for file, prediction in zip(read, predictions, strict=True):
            ranked = sorted(prediction.probabilities.items(), key=lambda pair: -pair[1])[:SHOWN_CLASSES]
            say(f"{file}: {prediction.label}   ({', '.join(f'{name} {p:.1%}' for name, p in ranked)})")
        if predictions and loaded.network.output.name != "softmax" and loaded.network.sizes[-1] > 1:
            say(
                "Each figure is an output's share of the sum of all outputs, which stand for themselves.", is_error=True
            )
    if len(read) < len(files):
        raise typer.Exit(1)


def save_pictures(folder: Path, files: "Sequence[Path]", pictures: "Sequence[NormalisedPicture]") -> None:
    """Writes each normalised picture under its file's name; of files that share a name the second gets a -2.

    Raises:
        WriteError: the folder cannot be made or written to.
    """
    from collections import Counter

    from pellucid.errors import WriteError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(f"save-normalised: a folder is required, got {folder} ({error.strerror or error})") from error
    used: Counter[str] = Counter()
    for file, picture in zip(files, pictures, strict=True):
        name = file.stem.casefold()  # some systems take A.png and a.png for the same file
        used[name] += 1
        number = f"-{used[name]}" if used[name] > 1 else ""
        write_picture(folder / f"{file.stem}-normalised{number}.png", picture)


def write_picture(path: Path, picture: "NormalisedPicture") -> None:
    """Writes the normalised picture as a grey PNG, its darkest ink white."""
    import io

    import numpy as np
    from PIL import Image

    from pellucid.files import write_atomically

    pixels = picture.pixels.astype(float)
    grey = np.round(pixels * 255 / max(pixels.max(), 1)).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(grey).save(buffer, format="PNG")
    write_atomically(path, buffer.getvalue())
