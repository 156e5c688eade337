"""`train`, `evaluate`, `predict` and `explain` on people's own files: tables, texts, pictures, sounds, arrays."""

import csv
import json
import shutil
import subprocess
import sys
import wave
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import pellucid as pl
from pellucid.cli.main import main
from pellucid.data.features import Features, SoundEncoder
from pellucid.model import Model

CITIES = ("Ulm", "Köln", "=1+1")


def write_people(path: Path, n_rows: int = 160, seed: int = 0) -> Path:
    """A table in which those of 40 and more who work much earn well."""
    generator = np.random.default_rng(seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["age", "hours", "city", "income"])
        for _ in range(n_rows):
            age, hours = int(generator.integers(20, 65)), int(generator.integers(10, 60))
            earns = "high" if age >= 40 and hours >= 30 else "low"
            writer.writerow([age, hours, generator.choice(CITIES), earns])
    return path


def train(folder: Path, *arguments: str) -> Path:
    """A run folder, as the command makes it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["pellucid", "train", *map(str, arguments), "--out", str(folder), "--json"])
        with pytest.raises(SystemExit) as stop:
            main()
    assert stop.value.code == 0
    return folder


def rows_of(path: Path) -> list[list[str]]:
    """The cells of a CSV file."""
    return list(csv.reader(path.read_text(encoding="utf-8").splitlines()))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def people(place: Path) -> Path:
    return write_people(place / "people.csv")


@pytest.fixture(scope="module")
def people_run(place: Path, people: Path) -> Path:
    choices = ("--label", "income", "--epochs", "40", "--learning-rate", "0.01", "--balance", "weights")
    return train(place / "people-run", people, *choices)


@pytest.fixture(scope="module")
def texts_run(place: Path) -> Path:
    lines = [f"spam\tcall now, win a prize {k % 7}" for k in range(40)]
    lines += [f"ham\tsee you at lunch {k % 5}" for k in range(40)]
    (place / "messages.txt").write_text("".join(f"{line} {k}\n" for k, line in enumerate(lines)), encoding="utf-8")
    return train(
        place / "texts-run", place / "messages.txt", "--epochs", "12", "--hidden", "4", "--learning-rate", "0.05"
    )


@pytest.fixture(scope="module")
def pictures(place: Path) -> Path:
    """A folder of reddish and of bluish pictures, of several sizes."""
    generator = np.random.default_rng(2)
    for name, channel in (("red", 0), ("blue", 2)):
        (place / "pictures" / name).mkdir(parents=True)
        for number in range(24):
            pixels = generator.integers(0, 120, (9 + number % 3, 10, 3)).astype(np.uint8)
            pixels[..., channel] += 120
            Image.fromarray(pixels).save(place / "pictures" / name / f"{number}.png")
    return place / "pictures"


@pytest.fixture(scope="module")
def pictures_run(place: Path, pictures: Path) -> Path:
    return train(place / "pictures-run", pictures, "--encoding", "size=6x5", "--epochs", "10", "--hidden", "8")


@pytest.mark.usefixtures("unrendered")
class TestTrain:
    def test_what_data_were_taken_for_is_said_and_kept(self, pellucid, people: Path):
        outcome = pellucid("train", people, "--ignore", "city", "--validation", "0.3", "--test", "0", "--epochs", "1")
        assert outcome.code == 0, outcome.err
        assert outcome.err.startswith("Taken for a table (CSV, cells separated by commas, names in the first row: 160")
        assert "The label is the column 'income', the last one; --label names another." in outcome.err
        assert "to validate, 0 to test, drawn with the fixed seed 1797." in outcome.err
        model = pl.load("runs/people-1")
        assert model.provenance["data"]["reading"] == {
            "ignore": ["city"], "test": 0.0, "validation": 0.3, "on_error": "stop",
        }  # fmt: skip
        assert {column.name for column in model.features.encoder.columns} == {"age", "hours"}

    def test_balance_and_weight_decay_are_choices_of_the_training(self, people_run: Path, pellucid, people: Path):
        assert pl.load(people_run).provenance["training"]["balance"] == "weights"
        outcome = pellucid(
            *("train", people, "--epochs", "1", "--optimizer", "adamw", "--weight-decay", "0.05"),
            *("--balance", "resample", "--out", "run"),
        )
        assert outcome.code == 0, outcome.err
        assert "Classes count alike by resampling: " in outcome.err
        assert pl.load("run").provenance["training"]["optimizer"]["weight_decay"] == 0.05

    @pytest.mark.parametrize(
        ("choices", "message"),
        [
            (["--balance", "wieghts"], "balance: 'wieghts' is not known; did you mean 'weights'?"),
            (["--weight-decay", "0.1"], "--weight-decay: it belongs to the optimizer adamw, got adam"),
            (["--label", "incom"], "no column 'incom'; did you mean 'income'?"),
            (["--task", "sorting"], "task: 'sorting' is not known"),
            (["--validation", "1"], "validation: a share from 0 to below 1 is required, got 1.0"),
            (["--encoding", "sizes=3"], "encoding: 'sizes' is not known"),
            (["--test", "nowhere.csv"], "nowhere.csv: "),
        ],
    )
    def test_what_makes_no_sense_is_refused_in_one_line(self, pellucid, people: Path, choices, message: str):
        outcome = pellucid("train", people, *choices)
        assert outcome.code == 1
        assert message in outcome.err.splitlines()[-1]
        assert not Path("runs").exists() or not list(Path("runs").iterdir())

    def test_an_unreadable_picture_stops_or_is_counted(self, pellucid, pictures: Path, tmp_path: Path):
        shutil.copytree(pictures, tmp_path / "pets")
        (tmp_path / "pets" / "red" / "3.png").write_bytes((pictures / "red" / "3.png").read_bytes()[:80])
        stopped = pellucid("train", "pets", "--epochs", "1")
        assert stopped.code == 1
        assert "red/3.png: " in stopped.err
        skipped = pellucid("train", "pets", "--epochs", "1", "--hidden", "2", "--on-error", "skip")
        assert skipped.code == 0, skipped.err
        assert "1 could not be read and was skipped: red/3.png: " in skipped.err


@pytest.mark.usefixtures("unrendered")
class TestEvaluate:
    def test_the_data_trained_on_are_judged_by_their_test_part(self, pellucid, people_run: Path, people: Path):
        outcome = pellucid("evaluate", people_run, people, "--json")
        assert outcome.code == 0, outcome.err
        report = json.loads(outcome.out)
        assert report["n_samples"] == 32
        assert report["accuracy"] > 0.85
        assert "Other data" not in outcome.err

    def test_data_that_are_bytes_are_known_again_as_the_numbers_that_they_are(self, pellucid):
        """A model file does not say that its numbers were stored as bytes: their checksum is another one then."""
        inputs = np.random.default_rng(3).integers(0, 256, (100, 3)).astype(np.uint8)
        np.savez("bytes.npz", X=inputs, y=(inputs[:, 0] > 127).astype(np.int64))
        assert pellucid("train", "bytes.npz", "--epochs", "1", "--hidden", "2", "--out", "run").code == 0
        assert json.loads(pellucid("evaluate", "run", "bytes.npz", "--json").out)["n_samples"] == 20

    def test_other_data_are_judged_whole_and_read_alike(self, pellucid, people_run: Path, tmp_path: Path):
        """Their label stands in another place, under the name that it had in training."""
        write_people(tmp_path / "others.csv", 50, seed=4)
        rows = rows_of(tmp_path / "others.csv")
        (tmp_path / "others.csv").write_text("".join(",".join(reversed(row)) + "\n" for row in rows), encoding="utf-8")
        outcome = pellucid("evaluate", people_run, "others.csv", "--json")
        assert outcome.code == 0, outcome.err
        assert json.loads(outcome.out)["n_samples"] == 50
        assert "Other data than the model was trained on: all of them judge it; --part chooses others." in outcome.err

    def test_an_unknown_class_and_a_missing_column_are_named(self, pellucid, people_run: Path, tmp_path: Path):
        (tmp_path / "odd.csv").write_text("age,hours,city,income\n" + "50,50,Ulm,huge\n" * 3)
        assert "label: one of high, low is required, 'huge' arrived" in pellucid("evaluate", people_run, "odd.csv").err
        (tmp_path / "short.csv").write_text("age,city,income\n" + "50,Ulm,high\n" * 3)
        outcome = pellucid("evaluate", people_run, "short.csv")
        assert outcome.code == 1
        assert "hours" in outcome.err.splitlines()[-1]


@pytest.mark.usefixtures("unrendered")
class TestPredict:
    def test_a_table_comes_back_with_its_answers(self, pellucid, people_run: Path, tmp_path: Path):
        rows = ["hours,city,age", "50,=1+1,52.50", '5,"Ulm, old",30', "55,,60"]
        (tmp_path / "new.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        outcome = pellucid("predict", people_run, "new.csv", "--out", "answered.csv")
        assert (outcome.code, outcome.out) == (0, "3 answers: answered.csv\n"), outcome.err
        written = rows_of(tmp_path / "answered.csv")
        assert written[0] == ["hours", "city", "age", "prediction", "probability"]
        assert [row[:4] for row in written[1:]] == [
            ["50", "'=1+1", "52.50", "high"], ["5", "Ulm, old", "30", "low"], ["55", "", "60", "high"],
        ]  # fmt: skip
        assert all(0.5 <= float(row[4]) <= 1 for row in written[1:])
        report = json.loads(pellucid("predict", people_run, "new.csv", "--json").out)["predictions"]
        assert [list(entry) for entry in report] == [["input", "class", "probabilities"]] * 3
        assert [entry["input"] for entry in report] == ["new.csv, line 2", "new.csv, line 3", "new.csv, line 4"]
        assert [entry["class"] for entry in report] == ["high", "low", "high"]

    def test_a_cell_at_fault_is_named_and_the_other_rows_are_answered(self, pellucid, people_run: Path, tmp_path: Path):
        (tmp_path / "new.csv").write_text("hours,city,age\n50,Ulm,52\nmany,Ulm,30\n5,Ulm,30\n")
        outcome = pellucid("predict", people_run, "new.csv", "--out", "answered.csv")
        assert outcome.code == 1
        assert "new.csv, line 3: " in outcome.err
        written = rows_of(tmp_path / "answered.csv")
        assert [row[3:4] for row in written] == [["prediction"], ["high"], [""], ["low"]]
        stopped = pellucid("predict", people_run, "new.csv", "--on-error", "stop", "--out", "stopped.csv")
        assert (stopped.code, stopped.out) == (1, "")
        assert not (tmp_path / "stopped.csv").exists()

    def test_pictures_folders_and_zip_files_are_answered_together(
        self, pellucid, pictures: Path, pictures_run: Path, tmp_path: Path
    ):
        with zipfile.ZipFile(tmp_path / "some.zip", "w") as file:
            for number in (1, 2):
                file.write(pictures / "blue" / f"{number}.png", f"here/{number}.png")
        single = pictures / "red" / "0.png"
        outcome = pellucid("predict", pictures_run, single, "some.zip", pictures / "red", "--json", "--out", "all.csv")
        assert outcome.code == 0, outcome.err
        report = json.loads(outcome.out)["predictions"]
        assert [entry["input"] for entry in report[:3]] == [str(single), "here/1.png", "here/2.png"]
        assert len(report) == 3 + 24
        assert [entry["class"] for entry in report] == ["red", "blue", "blue", *["red"] * 24]
        written = rows_of(tmp_path / "all.csv")
        assert written[0] == ["input", "prediction", "probability"]
        assert len(written) == 28
        seen = pellucid("predict", pictures_run, single, "--save-normalised", "seen")
        assert seen.code == 0, seen.err
        with Image.open("seen/0-normalised.png") as picture:
            assert (picture.size, picture.mode) == ((5, 6), "RGB")

    def test_nothing_but_the_model_file_is_needed(self, pictures: Path, pictures_run: Path, tmp_path: Path):
        """In another process, from another folder, with a copy of the model alone."""
        shutil.copy(pictures_run / "model.safetensors", tmp_path / "alone.safetensors")
        shutil.copy(pictures / "blue" / "5.png", tmp_path / "photo.png")
        command = [sys.executable, "-m", "pellucid.cli", "predict", "alone.safetensors", "photo.png", "--json"]
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert json.loads(result.stdout)["predictions"][0]["class"] == "blue"

    def test_texts_are_answered_from_the_command_line_and_from_files(self, pellucid, texts_run: Path, tmp_path: Path):
        said = ("win a prize, call now", "lunch?\x1b[31m")
        outcome = pellucid("predict", texts_run, "--text", said[0], "--text", said[1], "--json")
        assert outcome.code == 0, outcome.err
        report = json.loads(outcome.out)["predictions"]
        assert [(entry["input"], entry["class"]) for entry in report] == [(said[0], "spam"), (said[1], "ham")]
        assert "\x1b" not in pellucid("predict", texts_run, "--text", said[1]).out
        (tmp_path / "new.txt").write_text("see you\nprize, call now\n")
        assert (
            pellucid("predict", texts_run, "new.txt").out.splitlines()[1].startswith("new.txt, line 2: spam   (spam ")
        )
        (tmp_path / "new.csv").write_text("number,message\n1,see you at lunch\n2,prize to win\n")
        assert pellucid("predict", texts_run, "new.csv", "--out", "answered.csv").code == 0
        assert (tmp_path / "answered.csv").read_text().splitlines()[2].startswith("2,prize to win,spam,0.")

    def test_sounds_are_answered(self, pellucid, tmp_path: Path):
        encoder = SoundEncoder(rate=8000, bands=4, frames=3)
        features = Features(encoder, 0.1, -20.0)
        network = pl.Network.random([12, 2], output="softmax", seed=0)
        pl.save(Model(network, "cross-entropy", ("low", "high"), features), "sounds.safetensors")
        for name, tone in (("a.wav", 300), ("b.wav", 2000)):
            samples = (8000 * np.sin(np.arange(4000) * 2 * np.pi * tone / 8000)).astype("<i2")
            with wave.open(name, "wb") as file:
                file.setparams((1, 2, 8000, 0, "NONE", ""))
                file.writeframes(samples.tobytes())
        (tmp_path / "c.wav").write_bytes((tmp_path / "b.wav").read_bytes()[:30])
        outcome = pellucid("predict", "sounds.safetensors", "a.wav", "c.wav", "b.wav", "--json")
        assert outcome.code == 1
        assert outcome.err.startswith("error: c.wav: ")
        assert [entry["input"] for entry in json.loads(outcome.out)["predictions"]] == ["a.wav", "b.wav"]

    def test_arrays_are_answered_and_others_refused(self, pellucid, tmp_path: Path):
        network = pl.Network.random([4, 2], output="softmax", seed=0)
        model = Model(
            network, "cross-entropy", ("a", "b"), Features(pl.load_data("digits").features.encoder.__class__((2, 2)))
        )
        pl.save(model, "pixels.safetensors")
        np.save("pixels.npy", np.arange(12, dtype=np.uint8).reshape(3, 2, 2))
        outcome = pellucid("predict", "pixels.safetensors", "pixels.npy")
        assert outcome.code == 0, outcome.err
        assert len(outcome.out.splitlines()) == 3
        np.save("others.npy", np.arange(27, dtype=np.uint8).reshape(3, 3, 3))
        assert pellucid("predict", "pixels.safetensors", "others.npy").code == 1

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ([], "error: predict: a FILE or --text TEXT is required, got neither"),
            (
                ["--text", "hello"],
                "error: --text: a model of texts is required, this one takes 5 numbers, of 3 columns",
            ),
            (["missing.csv"], "missing.csv"),
            (["x.csv", "--on-error", "go"], "error: --on-error: 'go' is not known"),
            (["x.csv", "--save-normalised", "seen"], "error: --save-normalised: it is for models of pictures"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, pellucid, people_run: Path, arguments: list[str], message: str):
        outcome = pellucid("predict", people_run, *arguments)
        assert outcome.code == 1
        assert message in outcome.err
        assert outcome.out == ""

    def test_files_of_another_kind_are_named(self, pellucid, people_run: Path, pictures: Path):
        outcome = pellucid("predict", people_run, pictures / "red" / "0.png")
        assert outcome.code == 1
        assert outcome.err == f"error: {pictures / 'red' / '0.png'}: rows of a table are required, pictures arrived\n"


@pytest.fixture(scope="module")
def houses(place: Path) -> Path:
    generator = np.random.default_rng(1)
    area = generator.uniform(40, 200, 120)
    lines = [f"{a:.1f},{2500 * a + 10_000:.0f}\n" for a in area]
    (place / "houses.csv").write_text("area,price\n" + "".join(lines))
    return place / "houses.csv"


@pytest.fixture(scope="module")
def houses_run(place: Path, houses: Path) -> Path:
    return train(place / "houses-run", houses, "--epochs", "30", "--hidden", "none", "--learning-rate", "0.05")


@pytest.mark.usefixtures("unrendered")
class TestRegression:
    def test_numbers_are_judged_and_predicted(self, pellucid, houses_run: Path, houses: Path, tmp_path: Path):
        report = json.loads(pellucid("evaluate", houses_run, houses, "--json").out)
        assert list(report) == ["r2", "rmse", "mae", "cost", "n_samples"]
        assert report["r2"] > 0.99
        assert "test: root mean square error " in pellucid("evaluate", houses_run, houses).out
        (tmp_path / "new.csv").write_text("area\n100\n")
        (prediction,) = json.loads(pellucid("predict", houses_run, "new.csv", "--json").out)["predictions"]
        assert list(prediction) == ["input", "class", "probabilities", "value"]
        assert (prediction["class"], prediction["probabilities"]) == (None, {})
        assert prediction["value"] == pytest.approx(260_000, rel=0.1)
        assert pellucid("predict", houses_run, "new.csv").out == f"new.csv, line 2: {prediction['value']:.6g}\n"
        assert pellucid("predict", houses_run, "new.csv", "--out", "out.csv").code == 0
        assert (tmp_path / "out.csv").read_text().splitlines() == ["area,prediction", f"100,{prediction['value']:.7g}"]

    def test_a_number_is_explained(self, pellucid, houses_run: Path, houses: Path):
        text = pellucid("explain", houses_run, "--data", houses, "--sample", "2", "neuron", "2:1").out
        assert "test example 2 of" in text
        assert ": the target is " in " ".join(text.split())
        assert "input 1, area" in text
        asked = ("explain", houses_run, "--input", houses, "--sample", "1", "cost")
        assert pellucid(*asked, "--expected", "250000").code == 0
        refused = pellucid(*asked, "--expected", "much")
        assert refused.err == "error: --expected: a number is required for this model, got 'much'\n"


class TestExplain:
    def test_a_row_of_a_table(self, pellucid, people_run: Path, people: Path):
        document = json.loads(
            pellucid("explain", people_run, "--data", people, "--sample", "1", "neuron", "2:1", "--format", "json").out
        )
        assert document["steps"][0]["name"].startswith("from the raw example to the input vector: input ")
        text = pellucid("explain", people_run, "--input", people, "--sample", "4", "decision").out
        assert "people.csv, line 6: the network says " in text
        assert "what it is" in text
        outside = pellucid("explain", people_run, "--input", people, "--sample", "160", "decision")
        assert outside.err == f"error: --sample: {people} has samples 0 to 159, got 160\n"

    def test_a_text(self, pellucid, texts_run: Path):
        text = pellucid("explain", texts_run, "--text", "win a prize", "decision").out
        assert "'win a prize': the network says spam." in text
        assert 'word "prize"' in text
        page = pellucid(
            "explain", texts_run, "--text", "<script>alert(1)</script> prize", "decision", "--format", "html"
        )
        assert page.code == 0, page.err
        assert "<script" not in page.out

    def test_a_picture_in_colour(self, pellucid, pictures: Path, pictures_run: Path):
        photo = pictures / "red" / "7.png"
        outcome = pellucid("explain", pictures_run, "--input", photo, "decision", "--picture", "why.png")
        assert outcome.code == 0, outcome.err
        assert "7.png: the network says red." in " ".join(outcome.out.split())
        assert Path("why.png").read_bytes().startswith(b"\x89PNG")
        text = pellucid("explain", pictures_run, "--input", photo, "neuron", "2:1").out
        assert "of pixel (" in text

    def test_several_sources_or_none_are_refused(self, pellucid, texts_run: Path):
        both = pellucid("explain", texts_run, "--text", "a", "--data", "digits", "decision")
        assert both.err.startswith(
            "error: one example is explained: give one of --data DATA --sample I, --input FILE and "
        )
        assert pellucid("explain", texts_run, "decision").err.startswith(
            "error: one of --data DATA --sample I, --input"
        )
