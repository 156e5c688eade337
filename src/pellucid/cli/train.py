"""`pellucid train`: from labelled data to a run folder with the trained model."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pellucid.cli import reading as options
from pellucid.cli import training_options as choice
from pellucid.cli.console import AsJson, say
from pellucid.cli.followers import CsvOption, SnapshotsOption, TensorBoardOption
from pellucid.cli.resuming import require_fitting, resume_run
from pellucid.cli.training_run import load_told, run_training

if TYPE_CHECKING:
    from pellucid.data import Reading
    from pellucid.training.recipe import Recipe

RUN = choice.RUN


def train(
    data: Annotated[
        str | None, typer.Argument(metavar="DATA", help="A named data set (pellucid data list) or a path.")
    ] = None,
    hidden: choice.HiddenOption = None,
    activation: choice.ActivationOption = None,
    output: choice.OutputOption = None,
    initializer: choice.InitializerOption = None,
    cost: choice.CostOption = None,
    optimizer: choice.OptimizerOption = None,
    learning_rate: choice.LearningRateOption = None,
    momentum: choice.MomentumOption = None,
    nesterov: choice.NesterovOption = None,
    schedule: choice.ScheduleOption = None,
    batch_size: choice.BatchSizeOption = None,
    epochs: choice.EpochsOption = None,
    patience: choice.PatienceOption = None,
    least_gain: choice.LeastGainOption = None,
    clip_norm: choice.ClipNormOption = None,
    balance: choice.BalanceOption = None,
    weight_decay: choice.WeightDecayOption = None,
    l2: choice.L2Option = None,
    l1: choice.L1Option = None,
    dropout: choice.DropoutOption = None,
    input_noise: choice.InputNoiseOption = None,
    label_smoothing: choice.LabelSmoothingOption = None,
    max_norm: choice.MaxNormOption = None,
    averaging: choice.AveragingOption = None,
    distort: choice.DistortOption = None,
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            help="Of the start, of the examples' order and of chance. Default: 0.",
            rich_help_panel=RUN,
        ),
    ] = None,
    recipe: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Ready-made choices (pellucid recipes list). Other options go over them; another optimizer or cost "
            "brings its own learning rate or output layer.",
            rich_help_panel=RUN,
        ),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(metavar="N", help="Stop after N minutes of training. Default: never.", rich_help_panel=RUN),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="RUN", help="The new run folder. Default: runs/DATA-1, -2, …", rich_help_panel=RUN),
    ] = None,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite",
            help="Replace the run folder if there is one, as soon as the new run has a checkpoint.",
            rich_help_panel=RUN,
        ),
    ] = False,
    resume: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN",
            help="Go on with a run that was interrupted, or with --epochs N on beyond its end. With it go only DATA "
            "(should it lie elsewhere now), --epochs, --patience, --minutes, --device and --json.",
            rich_help_panel=RUN,
        ),
    ] = None,
    checkpoint_minutes: Annotated[
        float | None,
        typer.Option(
            metavar="N",
            help="Save after each epoch, and within a long one every N minutes. Default: 5.",
            rich_help_panel=RUN,
        ),
    ] = None,
    log_gradients: Annotated[
        bool,
        typer.Option(
            "--log-gradients",
            help="Keep in gradients.jsonl how large gradients, weights and corrections were, by epoch and layer.",
            rich_help_panel=RUN,
        ),
    ] = False,
    csv: CsvOption = None,
    tensorboard: TensorBoardOption = None,
    snapshots: SnapshotsOption = None,
    label: options.LabelOption = None,
    features: options.FeaturesOption = None,
    ignore: options.IgnoreOption = None,
    test: options.TestOption = None,
    validation: options.ValidationOption = None,
    pattern: options.PatternOption = None,
    task: options.TaskOption = None,
    on_error: options.OnErrorOption = None,
    encoding: options.EncodingOption = None,
    memory: options.MemoryOption = None,
    device: Annotated[
        str | None, typer.Option(metavar="cpu|gpu", help="Where to compute. Default: cpu.", rich_help_panel=RUN)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train a network on labelled data, keep its best epoch by validation, and judge it once on the test part.

    DATA is a name, or the path of a table (CSV, TSV, NDJSON, Parquet), of a folder or zip file with a sub-folder of
    pictures, sounds or texts for each class, of a file with a label and a text a line, or of arrays (.npz, .npy). What
    it was taken for is said.

    Without options: the recipe that is named like the set, if there is one; else one hidden layer of 128 ReLU neurons,
    softmax with cross-entropy, Adam, mini-batches of 64, and an end after 10 epochs without a better one on the
    validation part: what trains well on most data. `--recipe essay` is the set-up of the essay that Pellucid starts
    from.

    Ctrl-C ends training at any time and saves where it stands; --resume RUN goes on from there, or from the last
    checkpoint where a run was killed, to the very same numbers.

    \b
    pellucid train digits
    pellucid train mnist --recipe nielsen-30 --seed 1
    pellucid train mnist --hidden 512,512 --batch-size 128 --dropout 0.2,0.5,0.5 --out runs/wide
    pellucid train people.csv --label income --ignore id
    pellucid train photos/ --encoding size=32x32,colour=grey
    pellucid train --resume runs/wide
    """
    given = [name for name, value in locals().items() if value is not None and value is not False]
    if resume is not None:
        require_fitting(given)
        choices = {"data": data, "epochs": epochs, "patience": patience, "device": device}
        resume_run(resume, choices, minutes=minutes, as_json=as_json)
        return
    if data is None:
        raise typer.BadParameter("a data set is required, or --resume RUN", param_hint="'DATA'")
    reading = options.reading_of(
        label=label, features=features, ignore=ignore, test=test, validation=validation, pattern=pattern, task=task,
        on_error=on_error, encoding=encoding, memory=memory,
    )  # fmt: skip
    base, recipe = base_recipe(data, reading, recipe)
    chosen = base.with_choices(
        choice.choices_of(
            {
                "hidden": hidden,
                "activation": activation,
                "output": output,
                "initializer": initializer,
                "cost": cost,
                "optimizer": optimizer,
                "learning_rate": learning_rate,
                "momentum": momentum,
                "nesterov": nesterov,
                "schedule": schedule,
                "batch_size": batch_size,
                "epochs": epochs,
                "patience": patience,
                "least_gain": least_gain,
                "clip_norm": clip_norm,
                "balance": balance,
                "weight_decay": weight_decay,
                "l2": l2,
                "l1": l1,
                "dropout": dropout,
                "input_noise": input_noise,
                "label_smoothing": label_smoothing,
                "max_norm": max_norm,
                "averaging": averaging,
                "distort": distort,
            }
        )
    )
    from pellucid.training.run_config import CHECKPOINT_MINUTES, RunConfig
    from pellucid.training.run_folder import NewRun

    labelled = load_told(data, reading, chosen.balance)
    config = RunConfig(
        chosen.resolved(labelled),
        data,
        reading,
        recipe,
        seed or 0,
        device or "cpu",
        CHECKPOINT_MINUTES if checkpoint_minutes is None else checkpoint_minutes,
        log_gradients,
        csv and str(csv),
        tensorboard and str(tensorboard),
        snapshots,
    )
    with NewRun(out, labelled.name, overwrite=overwrite) as folder:
        run_training(config, labelled, folder, minutes=minutes, as_json=as_json)


def base_recipe(data: str, reading: "Reading", name: str | None) -> "tuple[Recipe, str | None]":
    """The recipe that options go over, and its name: the one that is chosen, else the one named like the set."""
    from pellucid.training.recipe import default_recipe, load_recipe

    if name is not None:
        return load_recipe(name)[0], name
    base, found = default_recipe(data, reading)
    own = default_recipe(data)[1]
    if found is not None:
        say(f"By the recipe {found} (pellucid recipes show {found}); other options go over it.", is_error=True)
    elif own is not None:
        say(f"Not by the recipe {own}, which is for the set's own label: by the usual choices.", is_error=True)
    return base, found
