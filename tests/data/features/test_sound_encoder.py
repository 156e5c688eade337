import json
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.data.features import Features
from pellucid.data.features.sound import SoundEncoder, learn_sound_encoder
from pellucid.data.features.sound.files import Sound
from pellucid.errors import DataError, FormatError, InvalidValueError, UnknownNameError

soundfile = pytest.importorskip("soundfile", reason="sounds are read with soundfile")

RATE = 8_000
STRETCHED = SoundEncoder(rate=RATE, bands=16, frames=10)
CUT = SoundEncoder(rate=RATE, bands=16, frames=10, length="cut", seconds=0.5)
MFCC = SoundEncoder(rate=RATE, bands=16, frames=10, spectrum="mfcc", coefficients=5)
CHIRP = np.sin(np.cumsum(np.linspace(0.1, 2, 4_000)))


def wave(values: np.ndarray = CHIRP, rate: int = RATE) -> bytes:
    content = BytesIO()
    soundfile.write(content, values, rate, format="WAV", subtype="FLOAT")
    return content.getvalue()


def learn(sounds: list[Sound], **encoding: str) -> tuple[SoundEncoder, list[str]]:
    return learn_sound_encoder(np.arange(len(sounds)), sounds.__getitem__, encoding)


@pytest.mark.parametrize("encoder", [STRETCHED, CUT, MFCC], ids=["stretched", "cut", "mfcc"])
def test_files_bytes_and_samples_are_encoded_alike(encoder: SoundEncoder, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wave())
    encoded = encoder.encode([path, wave(), (CHIRP.astype(np.float32), RATE)])
    assert encoded.shape == (3, *encoder.shape)
    assert encoded.dtype == encoder.dtype == np.float32
    assert (encoded == encoded[0]).all()
    assert encoder.encode([]).shape == (0, *encoder.shape)


def test_another_rate_and_more_channels_make_little_difference() -> None:
    smooth = np.sin(np.cumsum(np.linspace(0.1, 0.9, 8_000)))
    stereo = np.stack([smooth, smooth], axis=1)
    ours, theirs = STRETCHED.encode([(smooth[::2], RATE), (stereo, 2 * RATE)])
    assert np.abs(ours - theirs).mean() < 2


def test_slow_and_quick_words_look_alike_when_stretched_and_not_when_cut() -> None:
    quick, slow = (np.sin(np.cumsum(np.linspace(0.1, 2, n))) for n in (2_400, 4_000))
    for encoder, is_alike in ((STRETCHED, True), (CUT, False)):
        first, second = encoder.encode([(quick, RATE), (slow, RATE)])
        assert (np.abs(first - second).mean() < 3) == is_alike


@pytest.mark.parametrize("encoder", [STRETCHED, CUT, MFCC], ids=["stretched", "cut", "mfcc"])
def test_the_model_file_holds_it(encoder: SoundEncoder) -> None:
    encoded = encoder.encode([wave(), wave(CHIRP[:2_000]), wave(CHIRP[::-1])])
    features = Features.learnt(encoder, encoded)
    inputs = features.batch(encoded).reshape(-1, *encoder.shape)
    assert inputs.mean(axis=(0, 2)) == pytest.approx(0, abs=1e-4)
    assert ((inputs.std(axis=(0, 2)) > 0.3) & (inputs.std(axis=(0, 2)) < 1)).all()
    entries = json.loads(json.dumps(features.to_dict()))
    assert entries["kind"] == "sounds"
    assert Features.from_dict(entries, features.tensors()) == features


def test_raw_sounds_go_through_features() -> None:
    features = Features(STRETCHED)
    for raw in (wave(), (CHIRP, RATE), [wave(), (CHIRP, RATE)]):
        assert features.encoded(raw).shape[1:] == STRETCHED.shape
    with pytest.raises(InvalidValueError, match=r"files, their bytes, or pairs of an array .* are required, got None"):
        features.encoded([None])


def test_inputs_are_named_by_what_they_are() -> None:
    assert STRETCHED.input_name(0) == "146 Hz at 5 % of the sound"
    assert STRETCHED.input_name(159) == "3522 Hz at 95 % of the sound"
    assert CUT.input_name(12) == "242 Hz at 0.12 s"
    assert MFCC.input_name(31) == "coefficient 3 at 15 % of the sound"
    for many in (
        SoundEncoder(rate=2_000, bands=128, frames=100),
        SoundEncoder(rate=RATE, bands=4, frames=512),
        SoundEncoder(rate=RATE, bands=4, frames=512, length="cut", seconds=0.01),
    ):
        assert len({many.input_name(index) for index in range(many.bands * many.frames)}) == many.bands * many.frames
    assert STRETCHED.input_value(1, np.array([3.0, -12.34])) == "−12.3 dB"


def test_the_sides_of_a_spectrogram_are_told_in_the_words_of_its_inputs() -> None:
    cut = SoundEncoder(rate=RATE, bands=16, frames=10, length="cut", seconds=0.75)
    upward, rightward = cut.axes()
    lowest, highest = cut.input_name(0), cut.input_name(16 * 10 - 1)
    # Rows are counted from the top, where the highest tones are.
    assert upward.ticks[0] == (15.0, lowest.split()[0])
    assert upward.ticks[-1] == (0.0, highest.split()[0])
    assert upward.span == f"frequency, {lowest.split()[0]} to {highest.split()[0]} Hz"
    assert rightward.ticks == ((-0.5, "0"), (4.5, "0.375"), (9.5, "0.75"))
    assert (upward.label, rightward.label) == ("frequency (Hz)", "time (s)")
    assert STRETCHED.axes().rightward.span == "time, 0 to 100 % of the sound"
    cepstral = SoundEncoder(rate=RATE, bands=16, frames=10, spectrum="mfcc", coefficients=2)
    assert cepstral.axes().upward.ticks == ((1.0, "0"), (0.0, "1"))
    assert cepstral.axes().upward.label == "coefficient"


def test_it_says_how_longer_and_shorter_sounds_are_handled() -> None:
    assert STRETCHED.describe() == (
        "the spectrogram of a sound, up to 60 s of it as one channel of 8,000 samples a second, trimmed of silence "
        "(more than 25 dB below its loudest moment): 16 mel bands from 60 to 4,000 Hz by 10 frames, which share the "
        "sound evenly, be it long or short; in dB, none more than 60 below the greatest, less their mean; from windows "
        "of 32 ms, 10 ms apart at most"
    )
    assert "10 frames that share its first 0.5 s, longer ones cut off, shorter filled up;" in CUT.describe()
    assert "the first 5 cosine coefficients (MFCC) of 16 mel bands" in MFCC.describe()


def test_the_picture_has_low_tones_at_the_bottom() -> None:
    encoded = STRETCHED.encode([(np.sin(0.3 * np.arange(4_000)), RATE)])[0]
    picture = STRETCHED.picture(encoded.ravel())
    assert picture.shape == (16, 10)
    assert (picture.min(), picture.max()) == (0, 1)
    assert np.argmax(picture[:, 5]) == 15 - np.argmax(encoded[:, 5])
    assert np.argmax(picture[:, 5]) > 8
    assert not STRETCHED.picture(np.zeros((16, 10))).any()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"rate": 10**9}, "rate must be a whole number from 2,000 to 48,000, not 1000000000"),
        ({"rate": 8_000.0}, "rate must be a whole number"),
        ({"bands": True}, "bands must be a whole number from 4 to 128, not True"),
        ({"bands": 10**6}, "bands must be a whole number"),
        ({"frames": 0}, "frames must be a whole number from 1 to 512, not 0"),
        ({"frames": [[]]}, "frames must be a whole number"),
        ({"spectrum": "wav2vec"}, "spectrum must be one of log-mel, mfcc, not 'wav2vec'"),
        ({"spectrum": {}}, "spectrum must be one of"),
        ({"spectrum": "mfcc"}, "coefficients must be a whole number from 1 to 16, not 0"),
        ({"coefficients": 5}, "coefficients must be 0 without mfcc, not 5"),
        ({"length": None}, "length must be one of stretched, cut, not None"),
        ({"length": "cut"}, r"seconds must be from 0\.01 to 60, not 0\.0"),
        ({"length": "cut", "seconds": 1e9}, "seconds must be from"),
        ({"length": "cut", "seconds": float("nan")}, "seconds must be from"),
        ({"seconds": 1.0}, r"seconds must be 0 where sounds are stretched, not 1\.0"),
        ({"seconds": "0"}, "seconds must be 0"),
        ({"trim": -1}, "trim must be a whole number from 0 to 100, not -1"),
    ],
    ids=str,
)
def test_entries_of_a_hostile_model_file_are_refused(changed: Mapping[str, Any], told: str) -> None:
    entries = Features(STRETCHED).to_dict() | changed
    with pytest.raises(FormatError, match=f"^features: {told}"):
        Features.from_dict(entries)


def test_the_commonest_rate_is_learnt_and_what_differs_is_told() -> None:
    encoder, notes = learn([wave(), wave(rate=16_000), wave(CHIRP[:800])])
    assert encoder == SoundEncoder(rate=8_000, bands=16, frames=16)
    assert notes == [
        "The 3 training sounds looked at last from 0.10 to 0.50 s, half of them up to 0.25 s.",
        "1 of them do not have 8,000 samples a second and are resampled.",
    ]
    assert learn([wave(rate=192_000)])[0].rate == 48_000
    assert learn([wave(rate=1_000)])[0].rate == 2_000


def test_hours_are_told() -> None:
    assert "1 of them are longer than 60 s: the rest is not heard." in learn([wave(np.ones(RATE * 61))])[1]


def test_the_time_that_is_heard_is_learnt_from_trimmed_sounds() -> None:
    padded = np.concatenate([np.zeros(RATE), CHIRP, np.zeros(RATE)])
    assert learn([(padded, RATE)], length="cut")[0].seconds == pytest.approx(0.5, abs=0.05)
    assert learn([(padded, RATE)], length="cut", trim="0")[0].seconds == pytest.approx(2.5, abs=0.01)
    assert learn([(padded, RATE)], length="cut", seconds="0.3")[0].seconds == 0.3


def test_choices_are_taken() -> None:
    chosen = {"spectrum": "mfcc", "rate": "11025", "bands": "24", "frames": "20", "coefficients": "12", "trim": "40"}
    assert learn([wave()], **chosen)[0] == SoundEncoder(
        rate=11_025, bands=24, frames=20, spectrum="mfcc", coefficients=12, trim=40
    )
    assert learn([wave()], spectrum="mfcc", bands="8")[0].coefficients == 8


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ({"band": "3"}, r"encoding: 'band' is not known; did you mean 'bands'\?"),
        ({"bands": "3"}, "encoding: bands: a whole number from 4 to 128 is required, got '3'"),
        ({"seconds": "nan", "length": "cut"}, r"encoding: seconds: seconds from 0\.01 to 60 are required, got 'nan'"),
        ({"seconds": "one", "length": "cut"}, "got 'one'"),
        ({"seconds": "1"}, "encoding: seconds: this goes with length=cut only"),
        ({"coefficients": "5"}, "encoding: coefficients: this goes with spectrum=mfcc only"),
        ({"coefficients": "20", "spectrum": "mfcc", "bands": "16"}, "coefficients must be a whole number from 1 to 16"),
    ],
    ids=str,
)
def test_choices_that_do_not_fit_are_told(encoding: dict[str, str], told: str) -> None:
    with pytest.raises((InvalidValueError, UnknownNameError), match=told):
        learn([wave()], **encoding)


def test_sounds_that_cannot_be_read_are_passed_over_unless_all_are_such() -> None:
    assert learn([b"", wave(), b"RIFF"])[0].rate == RATE
    with pytest.raises(
        DataError, match="at least one that can be read is required among the training sounds, there is"
    ):
        learn([b"", b"RIFF"])
