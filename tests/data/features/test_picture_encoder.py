"""The encoder for pictures: what it makes of them, what it says of itself, and what a person may choose."""

import json
import math
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pellucid.data.features import Features
from pellucid.data.features.pictures.encoder import LEAST_DEVIATION, PictureEncoder
from pellucid.data.features.pictures.learn import learn_picture_encoder
from pellucid.errors import DataError, FormatError, InvalidValueError, MissingFileError

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (24, 20)).astype(np.uint8)
COLOUR = RNG.integers(0, 256, (24, 20, 3)).astype(np.uint8)


def png(pixels: np.ndarray) -> bytes:
    content = BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()


def learnt(pictures: list[Any], **encoding: str) -> PictureEncoder:
    return learn_picture_encoder(np.arange(len(pictures)), lambda row: pictures[row], encoding).encoder


def test_files_bytes_and_pixels_of_any_size_are_encoded_alike(tmp_path: Path):
    (tmp_path / "a.png").write_bytes(png(COLOUR))
    encoder = PictureEncoder((24, 20, 3), "fit")
    encoded = encoder.encode([tmp_path / "a.png", png(COLOUR), COLOUR, GREY, np.zeros((50, 3), np.uint8)])
    assert encoded.dtype == encoder.dtype == np.uint8
    assert encoded.shape == (5, 24, 20, 3)
    for row in range(3):
        np.testing.assert_array_equal(encoded[row], COLOUR)
    np.testing.assert_array_equal(encoded[3], np.stack([GREY] * 3, axis=-1))
    grey = PictureEncoder((24, 20), "fit").encode([COLOUR])[0]
    np.testing.assert_allclose(grey, COLOUR @ np.array([0.299, 0.587, 0.114]), atol=0.51)
    assert encoder.encode([]).shape == (0, 24, 20, 3)


def test_pixels_of_the_examples_shape_are_examples_whatever_the_rule():
    pixels = RNG.integers(0, 17, (3, 8, 8)).astype(np.uint8)
    for rule in ("none", "fit", "mnist", "uci-digits", "fashion-mnist"):
        np.testing.assert_array_equal(PictureEncoder((8, 8), rule).encode(pixels), pixels)


def test_evened_contrast_forgets_light_and_print():
    bright, faint = GREY // 2 + 100, GREY // 4 + 20
    encoder = PictureEncoder((24, 20), "fit", "evened")
    encoded = encoder.encode([GREY, bright.astype(np.uint8), faint.astype(np.uint8)])
    values = GREY / 255
    np.testing.assert_allclose(encoded[0], (values - values.mean()) / (values.std() + LEAST_DEVIATION), rtol=1e-5)
    assert encoded.dtype == encoder.dtype == np.float32
    assert np.abs(encoded.mean(axis=(1, 2))).max() < 1e-6
    assert np.corrcoef(encoded[0].ravel(), encoded[2].ravel())[0, 1] > 0.99
    plain = encoder.encode([np.full((24, 20), 90, np.uint8)])
    assert not plain.any()
    features = Features.learnt(encoder, encoded)
    assert not features.is_scaled
    np.testing.assert_array_equal(features.vectors(encoded)[0], encoded[0].ravel())


@pytest.mark.parametrize(("rule", "scale"), [("fit", 1 / 255), ("mnist", 1 / 255), ("uci-digits", 1 / 16)])
def test_bytes_become_numbers_from_0_to_1(rule: Any, scale: float):
    encoder = PictureEncoder((8, 8), rule)
    assert Features.learnt(encoder, np.zeros((2, 64), np.uint8)).scale == pytest.approx(scale)


def test_the_picture_comes_back_from_what_was_encoded():
    encoded = PictureEncoder((24, 20, 3), "fit").encode([COLOUR])[0]
    picture = PictureEncoder((24, 20, 3), "fit").picture(encoded.ravel())
    np.testing.assert_allclose(picture, COLOUR / COLOUR.max())
    evened = PictureEncoder((24, 20, 3), "fit", "evened")
    picture = evened.picture(evened.encode([COLOUR])[0].ravel())
    assert (picture.shape, picture.min(), picture.max()) == ((24, 20, 3), 0, 1)
    spread = float(COLOUR.max()) - float(COLOUR.min())
    np.testing.assert_allclose(picture, (COLOUR - float(COLOUR.min())) / spread, atol=1e-5)
    assert not evened.picture(np.zeros(1440)).any()


def test_inputs_have_names():
    assert PictureEncoder((28, 28)).input_name(11 * 28 + 6) == "pixel (12, 7)"
    names = [PictureEncoder((28, 28, 3)).input_name(3 * (11 * 28 + 6) + channel) for channel in range(3)]
    assert names == ["red of pixel (12, 7)", "green of pixel (12, 7)", "blue of pixel (12, 7)"]


def test_it_says_what_it_does():
    said = PictureEncoder((32, 48, 3), "fit", "evened").describe()
    assert said == (
        "pictures of 32 × 48 pixels, in colour, scaled to cover that field with anti-aliasing, the middle cut out; "
        "then each picture's values from 0 to 1, less their mean, over their deviation + 0.05"
    )
    assert PictureEncoder((8, 8)).describe() == "pictures of 8 × 8 pixels, grey"


def test_what_a_person_gives_is_one_picture_or_several(tmp_path: Path):
    encoder = PictureEncoder((24, 20, 3), "fit")
    (tmp_path / "a.png").write_bytes(png(COLOUR))
    features = Features(encoder)
    for raw in (str(tmp_path / "a.png"), tmp_path / "a.png", png(COLOUR), [tmp_path / "a.png"]):
        np.testing.assert_array_equal(features.encoded(raw), COLOUR[None])
    with pytest.raises(
        InvalidValueError, match=r"^pictures: files, their bytes, or uint8 arrays .* are required, got int"
    ):
        encoder.gathered([3])


def test_a_message_names_files_and_leaves_the_rest_to_the_caller(tmp_path: Path):
    encoder = PictureEncoder((24, 20), "fit")
    with pytest.raises(FormatError, match=r"^a PNG, JPEG or WebP picture is required, but the content is none of them"):
        encoder.encode([b"hello"])
    with pytest.raises(
        MissingFileError, match=r"^a\.png: a PNG, JPEG or WebP picture is required, but there is no such"
    ):
        encoder.encode([tmp_path / "a.png"])
    with pytest.raises(
        InvalidValueError, match=r"^features: no rule is known .*; pixels of shape \(8, 8\) are required$"
    ):
        PictureEncoder((8, 8)).encode([png(GREY)])
    with pytest.raises(DataError, match=r"^a picture of one digit is required, but no ink stands out"):
        PictureEncoder((28, 28), "mnist").encode([np.full((50, 50), 255, np.uint8)])


@pytest.mark.parametrize(
    ("pictures", "shape"),
    [
        ([GREY, GREY], (24, 20)),
        ([GREY, COLOUR], (24, 20, 3)),
        ([GREY, GREY[:20]], (32, 32)),
        ([np.zeros((65, 10), np.uint8)], (32, 32)),
        ([np.stack([GREY] * 3, axis=-1)], (24, 20)),
    ],
    ids=["all alike", "some in colour", "sizes differ", "large", "colour without colours"],
)
def test_size_and_colour_are_found_out(pictures: list[np.ndarray], shape: tuple[int, ...]):
    assert learnt(pictures) == PictureEncoder(shape, "fit", "as-is")
    assert learnt([png(picture) for picture in pictures]).shape == shape


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ({"size": "16"}, PictureEncoder((16, 16, 3), "fit")),
        ({"size": "16x9", "colour": "grey"}, PictureEncoder((16, 9), "fit")),
        ({"contrast": "evened"}, PictureEncoder((24, 20, 3), "fit", "evened")),
        ({"rule": "mnist"}, PictureEncoder((28, 28), "mnist")),
        ({"rule": "uci-digits", "size": "16"}, PictureEncoder((16, 16), "uci-digits")),
        ({"rule": "fashion-mnist", "colour": "grey"}, PictureEncoder((28, 28), "fashion-mnist")),
    ],
)
def test_choices_are_followed(encoding: dict[str, str], expected: PictureEncoder):
    assert learnt([COLOUR], **encoding) == expected


@pytest.mark.parametrize(
    ("encoding", "message"),
    [
        (
            {"sise": "32"},
            r"encoding: 'sise' is not known; did you mean 'size'\? \(known: colour, contrast, rule, size\)",
        ),
        (
            {"size": "0"},
            r"encoding: size: a side in pixels, or height x width such as 32x48, from 1 to 1,024 is required",
        ),
        ({"size": "32x32x3"}, "encoding: size: a side"),
        ({"size": "9999"}, "encoding: size: a side"),
        ({"colour": "color"}, "encoding: colour: one of grey, colour is required, got 'color'"),
        ({"rule": "none"}, "encoding: rule: one of fit, mnist, uci-digits, fashion-mnist is required, got 'none'"),
        ({"contrast": "high"}, "encoding: contrast: one of as-is, evened is required, got 'high'"),
        (
            {"rule": "mnist", "colour": "colour"},
            "encoding: colour: the rule mnist makes grey pictures, 'colour' does not",
        ),
    ],
)
def test_choices_that_are_not_known_are_refused(encoding: dict[str, str], message: str):
    with pytest.raises(InvalidValueError, match=f"^{message}"):
        learnt([COLOUR], **encoding)


def test_pictures_that_cannot_be_read_teach_nothing():
    assert learnt([b"broken", png(GREY)]).shape == (24, 20)
    with pytest.raises(
        DataError, match=r"^pictures: at least one that can be read is required .*; the last one: picture: "
    ):
        learnt([b"broken"])
    with pytest.raises(DataError, match=r"there is none$"):
        learnt([])


def test_pictures_of_other_sizes_are_counted():
    pictures = [GREY] * 5 + [GREY[:10]] * 2
    notes = learn_picture_encoder(np.arange(7), lambda row: pictures[row], {"size": "24x20"}).notes
    assert " ".join(notes) == (
        "Of 7 training pictures looked at, 2 are not of 24 × 20 pixels (2 sizes, 5 have 24 × 20): each is scaled to "
        "cover that and its middle is cut out."
    )
    assert learn_picture_encoder(np.arange(5), lambda row: pictures[row], {}).notes == []


@pytest.mark.parametrize(
    "encoder",
    [PictureEncoder((8, 8), "uci-digits"), PictureEncoder((32, 24, 3), "fit", "evened")],
    ids=["grey", "colour"],
)
def test_the_model_file_holds_it(encoder: PictureEncoder):
    features = Features(encoder, 1 / 16)
    entries = json.loads(json.dumps(features.to_dict()))
    assert Features.from_dict(entries) == features


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("shape", [28]),
        ("shape", [28, 28, 4]),
        ("shape", [0, 28]),
        ("shape", [-1, -1]),
        ("shape", [True, 28]),
        ("shape", [28.0, 28]),
        ("shape", [10**30, 10**30]),
        ("shape", [4097, 4096]),
        ("shape", "28x28"),
        ("shape", [1] * 100_000),
        ("shape", None),
        ("rule", "eval"),
        ("rule", ["fit"]),
        ("rule", None),
        ("contrast", "os.system"),
        ("contrast", 1),
    ],
)
def test_hostile_entries_of_a_model_file_are_refused(entry: str, value: Any):
    entries = {**Features(PictureEncoder((28, 28), "fit")).to_dict(), entry: value}
    with pytest.raises(FormatError, match=rf"^features: {entry} must be .*, not ") as error:
        Features.from_dict(entries)
    assert len(str(error.value)) < 300


def test_a_rule_for_ink_and_colours_do_not_go_together():
    with pytest.raises(
        InvalidValueError, match=r"^features: the rule mnist makes grey pictures, of shape \(height, width\)"
    ):
        PictureEncoder((28, 28, 3), "mnist")
    assert math.prod(PictureEncoder((4096, 4096)).shape) == 2**24


def test_pixels_in_another_shape_are_pictures_and_numbers_that_are_none_are_refused():
    features = Features(PictureEncoder((12, 10), "fit"))
    expected = features.encoder.encode([COLOUR])
    np.testing.assert_array_equal(features.encoded(COLOUR), expected)
    np.testing.assert_array_equal(features.encoded([COLOUR, COLOUR])[1:], expected)
    np.testing.assert_array_equal(features.encoded(np.stack([COLOUR, COLOUR]))[:1], expected)
    np.testing.assert_array_equal(features.encoded(Image.fromarray(COLOUR)), expected)
    plain = Features(PictureEncoder((12, 10), "none"))
    assert plain.encoded(COLOUR) is COLOUR, "no rule is known: whoever makes vectors of them refuses the shape"
    evened = Features(PictureEncoder((2, 2), "fit", "evened"))
    with pytest.raises(
        InvalidValueError, match=r"^pictures: pixels that are whole numbers from 0 to 255 are required$"
    ):
        evened.encoded([[0, 256], [3, 4]])
