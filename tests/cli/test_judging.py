"""What `evaluate` and `predict` say where a figure or an answer is worth less than it looks."""

import csv
import json
import shutil
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

import pellucid as pl
from pellucid.cli.main import main
from pellucid.data.features import Features, PictureEncoder, SoundEncoder
from pellucid.model import Model
from pellucid.training.trained_on import TRAINED_ON_FILE

pytestmark = pytest.mark.usefixtures("unrendered")
CAUTION = "Caution: of the {} examples that judge, {}: that flatters the model."


def write_table(path: Path, n_rows: int = 120) -> Path:
    """A table whose rows are all different; those of 40 and more are old."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["note", "age", "height", "group"])
        for row in range(n_rows):
            age = 20 + row % 40
            writer.writerow([f"n{row % 7}", age, 150 + row / 10, "old" if age >= 40 else "young"])
    return path


def without(column: str, source: Path, target: Path) -> Path:
    """The table without that column."""
    rows = list(csv.reader(source.read_text(encoding="utf-8").splitlines()))
    place = rows[0].index(column)
    target.parent.mkdir(exist_ok=True)
    target.write_text("".join(",".join(row[:place] + row[place + 1 :]) + "\n" for row in rows), encoding="utf-8")
    return target


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_table(tmp_path_factory.mktemp("data") / "people.csv")


@pytest.fixture(scope="module")
def run(people: Path) -> Path:
    """A run folder, trained on the table without its column `note`."""
    folder = people.parent / "run"
    choices = ["--label", "group", "--ignore", "note", "--epochs", "1", "--hidden", "2", "--out", str(folder)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["pellucid", "train", str(people), *choices])
        with pytest.raises(SystemExit) as stop:
            main()
    assert stop.value.code == 0
    return folder


class TestExamplesThatWereTrainedOn:
    def test_they_are_counted_where_they_judge(self, pellucid, run: Path, people: Path):
        counts = {name: part.n_samples for name, part in pl.load_data(people, label="group").parts.items()}
        everything = f"{counts['train']} were trained on and {counts['validation']} chose the model's epoch"
        told = pellucid("evaluate", run, people, "--part", "all")
        assert CAUTION.format(120, everything) in told.err.splitlines()
        # The same rows under another name, in another order, judged by the model's file.
        rows = people.read_text().splitlines()
        Path("others.csv").write_text("\n".join([rows[0], *reversed(rows[1:])]) + "\n")
        told = pellucid("evaluate", run / "model.safetensors", "others.csv", "--json")
        assert CAUTION.format(120, everything) in told.err.splitlines()
        assert "trained_on" not in json.loads(told.out)

    def test_a_file_of_the_same_name_whose_rows_stand_in_another_order_is_other_data(
        self, pellucid, run: Path, people: Path
    ):
        """Other rows test there, some of which trained."""
        rows = people.read_text().splitlines()
        Path("people.csv").write_text("\n".join([rows[0], *reversed(rows[1:])]) + "\n")
        told = pellucid("evaluate", run, "people.csv", "--part", "test")
        assert "Caution: of the 24 examples that judge, " in told.err

    def test_one_is_told_as_one(self, pellucid, run: Path, people: Path):
        train = pl.load_data(people, label="group", features=["age", "height"]).train
        age, height = (float(number) for number in train.raw[0, :2])
        Path("few.csv").write_text(f"age,height,group\n{age},{height},old\n1,2,young\n")
        told = pellucid("evaluate", run, "few.csv").err.splitlines()
        assert CAUTION.format(2, "1 was trained on") in told

    @pytest.mark.parametrize("part", ["train", "validation", "test", None])
    def test_nothing_is_said_of_a_part_of_its_own_data(self, pellucid, run: Path, people: Path, part: str | None):
        outcome = pellucid("evaluate", run, people, *([] if part is None else ["--part", part]))
        assert outcome.code == 0
        assert "Caution" not in outcome.err

    def test_nothing_is_said_of_new_examples_or_where_nothing_is_known(self, pellucid, run: Path, people: Path):
        Path("new.csv").write_text("age,height,group\n90,100,old\n1,2,young\n3,4,young\n")
        assert "Caution" not in pellucid("evaluate", run, "new.csv").err
        shutil.copy(run / "model.safetensors", "alone.safetensors")
        outcome = pellucid("evaluate", "alone.safetensors", people, "--part", "all")
        assert (outcome.code, "Caution" in outcome.err) == (0, False)

    def test_damaged_digests_are_one_line(self, pellucid, run: Path, people: Path):
        shutil.copytree(run, "copy")
        Path("copy", TRAINED_ON_FILE).write_bytes(b"x" * 50)
        outcome = pellucid("evaluate", "copy", people, "--part", "all", "--json")
        assert (outcome.code, outcome.out) == (1, "")
        assert outcome.err.splitlines()[-1].startswith(f"error: {Path('copy', TRAINED_ON_FILE)}: ")


class TestColumnsThatWereIgnored:
    @pytest.mark.parametrize("target", ["others.csv", "elsewhere/people.csv"])
    def test_they_may_be_missing_in_what_is_judged(self, pellucid, run: Path, people: Path, target: str):
        shorter = without("note", people, Path(target))
        outcome = pellucid("evaluate", run, shorter, "--json")
        assert outcome.code == 0, outcome.err
        usual = json.loads(pellucid("evaluate", run, people, "--part", "all", "--json").out)
        assert json.loads(pellucid("evaluate", run, shorter, "--part", "all", "--json").out) == usual

    def test_they_may_not_be_missing_in_what_is_learnt(self, pellucid, people: Path):
        outcome = pellucid("train", people, "--label", "group", "--ignore", "notes", "--epochs", "1")
        assert outcome.code == 1
        assert "has no column 'notes'; did you mean 'note'?" in outcome.err.splitlines()[-1]

    def test_arrays_that_were_ignored_and_labels_may_be_missing(self, pellucid):
        inputs = np.random.default_rng(3).integers(0, 256, (60, 3)).astype(np.uint8)
        labels = (inputs[:, 0] > 127).astype(np.int64)
        np.savez("all.npz", X=inputs, y=labels, extra=labels)
        np.savez("less.npz", X=inputs, y=labels)
        np.savez("new.npz", X=inputs)
        choices = ("--label", "y", "--ignore", "extra", "--epochs", "1", "--hidden", "2", "--out", "run")
        assert pellucid("train", "all.npz", *choices).code == 0
        assert pellucid("evaluate", "run", "less.npz").code == 0
        answered = pellucid("predict", "run", "new.npz", "--json")
        assert answered.code == 0, answered.err
        assert len(json.loads(answered.out)["predictions"]) == 60


class TestExamplesThatTellNothing:
    def test_a_text_without_known_words_is_answered_with_a_caution(self, pellucid):
        lines = [f"spam\twin a prize {k % 7}\n" for k in range(30)] + [f"ham\tsee you {k % 5}\n" for k in range(30)]
        Path("messages.txt").write_text("".join(lines))
        assert pellucid("train", "messages.txt", "--epochs", "1", "--hidden", "2", "--out", "run").code == 0
        why = "no term that the model knows is in this text; its answer is the model's answer to nothing"
        outcome = pellucid("predict", "run", "--text", "qqq zzz", "--text", "win a prize", "--text", "", "--json")
        assert outcome.code == 0
        assert outcome.err.splitlines() == [f"Caution: qqq zzz: {why}", f"Caution: (empty): {why}"]
        assert [list(entry) for entry in json.loads(outcome.out)["predictions"]] == [
            ["input", "class", "probabilities"]
        ] * 3
        Path("new.csv").write_text("message\nwin\nqqq\n")
        told = pellucid("predict", "run", "new.csv", "--out", "answered.csv")
        assert told.code == 0
        assert f"Caution: new.csv, line 3: {why}" in told.err.splitlines()
        assert len(Path("answered.csv").read_text().splitlines()) == 3

    def test_silence_is_answered_with_a_caution(self, pellucid):
        features = Features(SoundEncoder(rate=8000, bands=4, frames=3), 0.1, -20.0)
        network = pl.Network.random([12, 2], output="softmax", seed=0)
        pl.save(Model(network, "cross-entropy", ("low", "high"), features), "sounds.safetensors")
        tone = 8000 * np.sin(np.arange(4000) * 2 * np.pi * 300 / 8000)
        for name, samples in (("tone.wav", tone), ("silence.wav", np.zeros(4000))):
            with wave.open(name, "wb") as file:
                file.setparams((1, 2, 8000, 0, "NONE", ""))
                file.writeframes(samples.astype("<i2").tobytes())
        outcome = pellucid("predict", "sounds.safetensors", "tone.wav", "silence.wav")
        assert outcome.code == 0
        assert len(outcome.out.splitlines()) == 2
        assert outcome.err == (
            "Caution: silence.wav: this sound is silent; its answer is the model's answer to nothing\n"
        )

    @pytest.mark.parametrize("shape", [(2, 3), (2, 3, 3)])
    def test_a_blank_picture_is_answered_with_a_caution(self, pellucid, shape: tuple[int, ...]):
        network = pl.Network.random([int(np.prod(shape)), 2], output="softmax", seed=0)
        model = Model(network, "cross-entropy", ("a", "b"), Features(PictureEncoder(shape), 1 / 255))
        pl.save(model, "pictures.safetensors")
        pixels = np.random.default_rng(1).integers(0, 256, (3, *shape)).astype(np.uint8)
        pixels[1] = pixels[1, 0, 0]
        np.save("some.npy", pixels)
        outcome = pellucid("predict", "pictures.safetensors", "some.npy")
        assert outcome.code == 0, outcome.err
        (caution,) = outcome.err.splitlines()
        assert caution.startswith("Caution: ")
        assert "[1]: this picture is blank; " in caution


def test_memory_that_is_too_little_for_what_is_read_whole_is_refused(pellucid, trained: Path):
    refused = pellucid("evaluate", trained, "digits", "--memory", "100K")
    assert refused.code == 1
    assert refused.err.endswith(
        "memory: at least 115,008 bytes are required for digits, which is read whole, got 102,400; allow more, or "
        "leave it out\n"
    )
    assert pellucid("evaluate", trained, "digits", "--memory", "115008").code == 0
