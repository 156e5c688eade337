"""Pictures in arrays, encoded otherwise than their set has it: by a person's choices, or as a model takes them."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from pellucid.data.dataset import Dataset, Part
from pellucid.data.features import Encoder, Features, NumberEncoder, PictureEncoder
from pellucid.errors import DataError, InvalidValueError

ROWS_AT_ONCE = 1_024


def chosen_anew(data: Dataset, encoding: Mapping[str, str]) -> Dataset:
    """The pictures encoded by these choices; what is left open is learnt from the training part.

    Raises:
        InvalidValueError: a choice is unknown or does not fit.
    """
    from pellucid.data.features.pictures.learn import learn_picture_encoder

    pixels = data.train.raw.reshape(-1, *data.feature_shape)
    encoder = learn_picture_encoder(np.arange(len(pixels)), lambda row: pixels[row], encoding).encoder
    raw = {name: _encoded(part, data, encoder) for name, part in data.parts.items()}
    return _with_raw(data, raw, Features.learnt(encoder, raw["train"]))


def fitted_to(data: Dataset, features: Features, classes: tuple[str, ...]) -> Dataset:
    """The pictures as a model with these features and classes takes them in.

    Raises:
        InvalidValueError: the model takes something else.
        DataError: the data have a class that the model lacks.
    """
    data = _with_classes(data, classes)
    if features == data.features:
        return data
    encoder = features.encoder
    if isinstance(encoder, NumberEncoder) and encoder.shape == data.feature_shape:
        return _with_raw(data, {name: part.raw for name, part in data.parts.items()}, features)
    if not isinstance(encoder, PictureEncoder):
        raise InvalidValueError(
            f"data: this model takes {encoder.describe()}; {data.name} has {data.features.encoder.describe()}"
        )
    return _with_raw(data, {name: _encoded(part, data, encoder) for name, part in data.parts.items()}, features)


def _encoded(part: Part, data: Dataset, encoder: Encoder) -> np.ndarray:
    """The part's pictures by another encoder, a few at a time."""
    own = data.features.encoder
    assert isinstance(own, PictureEncoder)  # noqa: S101 - such sets have no other
    pixels = part.raw.reshape(-1, *own.shape)
    # Pixels that are taken as they are must have the encoder's greatest value, others those of a picture.
    greatest = encoder.greatest if isinstance(encoder, PictureEncoder) and encoder.shape == own.shape else 255
    encoded = np.empty((part.n_samples, int(np.prod(encoder.shape))), encoder.dtype)
    for first in range(0, part.n_samples, ROWS_AT_ONCE):
        some = pixels[first : first + ROWS_AT_ONCE]
        if greatest != own.greatest:
            some = np.round(some * (greatest / own.greatest)).astype(np.uint8)
        encoded[first : first + len(some)] = encoder.encode(some).reshape(len(some), -1)
    return encoded


def _with_raw(data: Dataset, raw: Mapping[str, np.ndarray], features: Features) -> Dataset:
    parts = {name: Part(raw[name], part.labels, features, part.n_outputs) for name, part in data.parts.items()}
    return replace(
        data, train=parts["train"], validation=parts.get("validation"), test=parts.get("test"), features=features
    )


def _with_classes(data: Dataset, classes: tuple[str, ...]) -> Dataset:
    """The data with their labels counted in the model's classes.

    Raises:
        DataError: the model lacks a class that they have.
    """
    if classes == data.classes:
        return data
    own = data.classes or ()
    unknown = [name for name in own if name not in classes]
    if unknown:
        shown = ", ".join(classes[:10]) + (", …" if len(classes) > 10 else "")
        raise DataError(f"label: one of {shown} is required, the classes of the model; {data.name} has '{unknown[0]}'")
    number_of = np.array([classes.index(name) for name in own])
    parts = {
        name: Part(part.raw, number_of[part.labels], data.features, len(classes)) for name, part in data.parts.items()
    }
    return replace(
        data, train=parts["train"], validation=parts.get("validation"), test=parts.get("test"), classes=classes
    )
