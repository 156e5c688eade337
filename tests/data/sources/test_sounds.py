import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from pellucid.data.encode import encode_rows
from pellucid.data.features import Features
from pellucid.data.features.sound import SoundEncoder
from pellucid.data.prepare import prepare
from pellucid.data.sources.reading import Reading
from pellucid.data.sources.sounds import read_sounds, sounds_of
from pellucid.errors import DataError, FormatError, InvalidValueError, MissingFileError

soundfile = pytest.importorskip("soundfile", reason="sounds are read with soundfile")

RATE = 8_000
SPOKEN = Reading(pattern="{class}_*_*.wav")


def write_tone(path: Path, hertz: float, seed: int, seconds: float = 0.2) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    times = np.arange(round(seconds * RATE)) / RATE
    noise = np.random.default_rng(seed).normal(size=len(times))
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * hertz * times) + 0.01 * noise, RATE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twenty low and twenty high tones, one sub-folder a class."""
    root = tmp_path / "tones"
    for number in range(20):
        write_tone(root / "low" / f"{number:02}.wav", 300 + number, number)
        write_tone(root / "high" / f"{number:02}.flac", 2_000 + number, number)
    return root


def zipped(folder: Path) -> Path:
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as file:
        for member in sorted(folder.rglob("*.*")):
            file.write(member, member.relative_to(folder))
    return path


@pytest.mark.parametrize("is_zip", [False, True], ids=["folder", "zip"])
def test_a_folder_with_one_sub_folder_a_class_becomes_a_data_set(folder: Path, is_zip: bool) -> None:
    (folder / "readme.md").write_text("tones")
    examples = read_sounds(zipped(folder) if is_zip else folder, Reading())
    assert examples.told == f"a {'zip file' if is_zip else 'folder'} of sounds, one sub-folder a class"
    assert len(examples) == 40
    assert examples.name(0) == "high/00.flac"
    data = prepare(examples, "tones")
    assert data.classes == ("high", "low")
    assert data.feature_shape == (16, 16)
    assert data.report is not None
    told = " ".join(data.report.sentences())
    assert "Files that are no sounds by their suffix are left out: 1 (.md: 1)." in told
    assert "training sounds looked at last from 0.20 to 0.20 s" in told
    assert "Examples become the spectrogram of a sound, up to 60 s of it" in told
    by_class = [data.train.raw[data.train.labels == k].reshape(-1, 16, 16).mean(axis=(0, 2)).argmax() for k in (0, 1)]
    assert by_class[0] > by_class[1]


def test_the_class_may_stand_in_the_name(tmp_path: Path) -> None:
    for number in range(6):
        write_tone(tmp_path / f"{number % 2}_ann_{number}.wav", 500, number)
    examples = read_sounds(tmp_path, SPOKEN)
    assert examples.labels is not None
    assert examples.labels.tolist() == ["0", "0", "0", "1", "1", "1"]
    assert examples.told.endswith("the class in each name by '{class}_*_*.wav'")
    with pytest.raises(DataError, match=r"these 6 sounds lie in one; move them, or say where the class stands"):
        read_sounds(tmp_path, Reading())


def test_one_that_is_cut_off_among_many_is_named_and_counted(folder: Path) -> None:
    broken = folder / "low" / "07.wav"
    broken.write_bytes(broken.read_bytes()[:-1_000])
    with pytest.raises(FormatError) as problem:
        prepare(read_sounds(folder, Reading()), "tones")
    assert str(problem.value) == (
        "low/07.wav: the WAV header claims 3,200 bytes of samples, the file has 2,200: it is cut off, or its header is "
        "wrong; get it anew or convert it; leave it out, or say --on-error skip"
    )
    data = prepare(read_sounds(folder, Reading()), "tones", Reading(on_error="skip"))
    assert data.report is not None
    assert [name for name, _ in data.report.skipped] == ["low/07.wav"]
    assert data.report.n_examples == 39


def test_equal_contents_have_equal_fingerprints(folder: Path) -> None:
    (folder / "low" / "copy.wav").write_bytes((folder / "low" / "03.wav").read_bytes())
    marks = read_sounds(folder, Reading()).fingerprints()
    assert marks.dtype == "S16"
    assert len(np.unique(marks)) == 40


def test_sounds_without_classes_are_predicted(folder: Path) -> None:
    examples = read_sounds(folder, Reading(), labelled=False)
    assert examples.labels is None
    assert len(examples) == 40
    single = read_sounds(folder / "low" / "03.wav", Reading(), labelled=False)
    assert (single.told, single.name(0)) == ("a sound", str(folder / "low" / "03.wav"))
    encoder = SoundEncoder(rate=RATE, bands=16, frames=16)
    both = sounds_of([folder / "low" / "03.wav", folder / "high" / "03.flac"])
    assert encode_rows(both, encoder, np.arange(2), "stop").values.shape == (2, 256)
    with pytest.raises(DataError, match=r"a sub-folder for each class is required, this is a single sound"):
        read_sounds(folder / "low" / "03.wav", Reading())


def test_what_is_not_there_or_holds_no_sounds(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="a folder or a zip file is required, there is none"):
        read_sounds(tmp_path / "gone", Reading())
    with pytest.raises(MissingFileError, match=r"gone.wav: a sound is required, but there is no such file"):
        next(sounds_of([tmp_path / "gone.wav"]).contents(np.arange(1)))
    with pytest.raises(FormatError, match="with files in it is required"):
        read_sounds(tmp_path, Reading())
    (tmp_path / "a.txt").write_text("la la")
    with pytest.raises(
        FormatError, match=r"sounds \(.wav, .* are required, this folder has none: Files that are no sounds"
    ):
        read_sounds(tmp_path, Reading())


def test_choices_that_do_not_fit_stop_before_anything_is_encoded(folder: Path) -> None:
    with pytest.raises(
        InvalidValueError, match="encoding: frames: a whole number from 1 to 512 is required, got 'many'"
    ):
        prepare(read_sounds(folder, Reading()), "tones", Reading(encoding={"frames": "many"}))


def test_spoken_digits_as_their_publisher_packs_them(real_data: Path) -> None:
    path = real_data / "fsdd" / "recordings.zip"
    if not path.is_file():
        pytest.skip("no spoken digits: fsdd/recordings.zip is not among the real data")
    examples = read_sounds(path, SPOKEN)
    assert len(examples) == 3_000
    assert examples.labels is not None
    assert np.unique(examples.labels, return_counts=True)[1].tolist() == [300] * 10
    rows = np.arange(0, 3_000, 25)
    encoder = examples.learn_encoder(rows, Reading())
    assert (encoder.rate, encoder.shape) == (8_000, (16, 16))
    encoded = encode_rows(examples, encoder, rows, "stop")
    features = Features.learnt(encoder, encoded.values)
    # Not a network yet: the nearest class mean, of these very examples, knows far more than chance.
    inputs, labels = features.batch(encoded.values), examples.labels[rows]
    means = np.stack([inputs[labels == digit].mean(axis=0) for digit in "0123456789"])
    nearest = np.square(inputs[:, None] - means).sum(axis=2).argmin(axis=1)
    assert (nearest == labels.astype(int)).mean() > 0.7


def test_a_zip_within_which_a_sound_lies_that_claims_too_much(tmp_path: Path) -> None:
    content = BytesIO()
    soundfile.write(content, np.zeros(800), RATE, format="WAV")
    lying = content.getvalue().replace((1_600).to_bytes(4, "little"), (2**31).to_bytes(4, "little"))
    path = tmp_path / "one.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a/1.wav", lying)
    examples = read_sounds(path, Reading(), labelled=False)
    with pytest.raises(FormatError, match=r"^a/1.wav: the WAV header claims 2,147,483,648 bytes"):
        encode_rows(examples, SoundEncoder(rate=RATE, bands=16, frames=16), np.arange(1), "stop")
