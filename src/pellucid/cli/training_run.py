"""A run of `train`: the data told, the network trained and saved, the report."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pellucid.cli.console import say
from pellucid.cli.followers import followers, require_outside
from pellucid.cli.progress import counting_progress, download_progress, training_progress
from pellucid.cli.training_report import report, report_interrupted, tell_data
from pellucid.errors import WriteError, counted
from pellucid.files import write_atomically
from pellucid.training.events import Callback

if TYPE_CHECKING:
    from pellucid.data import Dataset, Reading
    from pellucid.training.checkpoint import Checkpoint
    from pellucid.training.interruption import Interruption
    from pellucid.training.run import Run
    from pellucid.training.run_config import RunConfig
    from pellucid.training.run_folder import RunFolder


class Beginning(Callback):
    """Writes the configuration once a run that goes on has been found to fit it; ends one that was interrupted before.

    Parameters:
        path: of the configuration.
        text: that it is to hold.
        interruption: by which somebody may have pressed Ctrl-C before the run could begin to listen.
    """

    def __init__(self, path: Path, text: str, interruption: "Interruption") -> None:
        self.path, self.text, self.interruption = path, text, interruption

    def run_begins(self, run: "Run") -> None:
        """Does both."""
        if not self.path.exists() or self.path.read_text(encoding="utf-8") != self.text:
            write_atomically(self.path, self.text.encode())
        if self.interruption.requested:
            run.stop("interrupted")


def load_told(data: str, reading: "Reading", balance: str) -> "Dataset":
    """The labelled data, of which is told what they were taken for.

    Raises:
        InvalidValueError: they have no classes to balance; and as `load_data`.
    """
    from pellucid.data import load_with
    from pellucid.data.balance import require_balance

    with download_progress() as progress, counting_progress() as encoding_progress:
        labelled = load_with(data, reading, progress=progress, encoding_progress=encoding_progress)
    require_balance(balance, has_classes=labelled.task == "classification")
    for sentence in tell_data(labelled, balance):
        say(sentence, is_error=True)
    return labelled


def run_training(
    config: "RunConfig",
    data: "Dataset",
    folder: "RunFolder",
    *,
    resume: "Checkpoint | None" = None,
    minutes: float | None = None,
    as_json: bool = False,
) -> None:
    """Trains, saving as it goes; judges the test part, draws the pictures, and reports.

    Parameters:
        config: with nothing left open.
        data: what is learnt.
        folder: of the run, entered.
        resume: where the run goes on; None: it begins.
        minutes: after which it ends.
        as_json: whether one JSON object is to be printed, and nothing else.
    """
    from pellucid.figures import draw_run
    from pellucid.model import evaluate
    from pellucid.training import train
    from pellucid.training.interruption import Interruption
    from pellucid.training.run_folder import CONFIG_FILE
    from pellucid.training.saving import Saving
    from pellucid.training.trained_on import TRAINED_ON_FILE, write_trained_on

    if folder.place != folder.folder:
        require_outside(folder.folder, csv=config.csv, tensorboard=config.tensorboard)
    network = config.recipe.network_for(data, config.seed)
    choices = config.recipe.training_choices(data)
    say(f"{network} on {data.name}: {counted(data.train.n_samples, 'example')}", is_error=True)
    with Interruption() as interruption:  # the first Ctrl-C ends training; a second must not cut the writing short
        beginning = Beginning(folder.place / CONFIG_FILE, config.to_toml(), interruption)
        if resume is None:
            write_atomically(beginning.path, beginning.text.encode())
        if not (folder.place / TRAINED_ON_FILE).exists():
            write_trained_on(folder.place / TRAINED_ON_FILE, data)
        saving = Saving(
            folder,
            data,
            lambda sentence: say(sentence, is_error=True),
            made_by=config.made_by,
            config=config.deciding,
            minutes=config.checkpoint_minutes,
            logs_gradients=config.log_gradients,
        )
        asked = followers(
            lambda: folder.place,
            csv=config.csv,
            tensorboard=config.tensorboard,
            snapshots=config.snapshots,
            logs_gradients=config.log_gradients,
        )
        try:
            with training_progress(choices["epochs"]) as progress:
                result = train(
                    network,
                    data,
                    seed=config.seed,
                    device=config.device,
                    minutes=minutes,
                    callbacks=[beginning, saving, progress, *asked],
                    resume=resume,
                    **choices,
                )
        except WriteError as error:
            raise WriteError(f"{error}{what_stays(folder)}") from error
    seconds = sum(float(timing["seconds"]) for timing in saving.timings)
    if result.stopped_because.startswith("interrupted"):
        report_interrupted(folder.folder, result, seconds, as_json=as_json)
        return
    model = replace(result.model, provenance={**result.model.provenance, **config.made_by})
    parts = {"validation": data.validation, "test": data.test}
    evaluations = {name: evaluate(model, part) if part else None for name, part in parts.items()}
    report(folder.folder, result, seconds, evaluations, as_json=as_json)
    draw_run(folder.folder, result, data)
    if not as_json:
        say(f"pictures: {folder.folder / '*.png'}")


def what_stays(folder: "RunFolder") -> str:
    """What a run that could not be saved at its end has left."""
    if not folder.is_kept:
        return ""
    return f"; the checkpoint before stays: make room, and go on with: pellucid train --resume {folder.folder}"
