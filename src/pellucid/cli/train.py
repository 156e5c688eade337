"""`pellucid train`: from labelled data to a run folder with the trained model."""

import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pellucid.cli import reading as options
from pellucid.cli.console import AsJson, print_json, say
from pellucid.cli.evaluate import summary
from pellucid.cli.progress import download_progress, reading_progress, training_progress
from pellucid.data.balance import BALANCES, require_balance
from pellucid.errors import counted
from pellucid.maths import ACTIVATIONS, AUTO, COSTS, INITIALIZERS, OPTIMIZERS
from pellucid.model.storage import MODEL_FILE
from pellucid.training.run_folder import CONFIG_FILE, NewRun, write_results
from pellucid.training.schedules import SCHEDULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pellucid.data import Dataset
    from pellucid.model import Evaluation
    from pellucid.training import TrainingResult
    from pellucid.training.recipe import Recipe

SIZES = re.compile(r" *0*[1-9][0-9]{0,8} *(, *0*[1-9][0-9]{0,8} *)*")
SETUP = "What is trained"
RULE = "How it learns"
RUN = "The run"


def train(
    data: Annotated[str, typer.Argument(metavar="DATA", help="A named data set (pellucid data list) or a path.")],
    hidden: Annotated[
        str | None,
        typer.Option(
            metavar="N[,N…]",
            help="Neurons of each hidden layer; 'none': no hidden layer. Default: 128.",
            rich_help_panel=SETUP,
        ),
    ] = None,
    activation: Annotated[
        str | None,
        typer.Option(
            metavar="NAME[,NAME…]",
            help=f"Of the hidden layers, one for all or one each: {', '.join(ACTIVATIONS)}. Default: relu.",
            rich_help_panel=SETUP,
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Activation of the output layer. Follows from the cost: softmax with cross-entropy, sigmoid with "
            "binary-cross-entropy and with squared errors on classes, else identity.",
            rich_help_panel=SETUP,
        ),
    ] = None,
    initializer: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=f"Where the weights start: {', '.join([AUTO, *INITIALIZERS])}. Default: auto.",
            rich_help_panel=SETUP,
        ),
    ] = None,
    cost: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=f"What is made small: {', '.join(COSTS)}. Default: cross-entropy.",
            rich_help_panel=RULE,
        ),
    ] = None,
    optimizer: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=f"How weights are corrected: {', '.join(OPTIMIZERS)}. Default: adam.",
            rich_help_panel=RULE,
        ),
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(metavar="R", help="r, above 0. Default: 0.001; for sgd 0.1.", rich_help_panel=RULE)
    ] = None,
    momentum: Annotated[
        float | None, typer.Option(metavar="M", help="For sgd, 0 ≤ M < 1. Default: 0.", rich_help_panel=RULE)
    ] = None,
    nesterov: Annotated[
        bool | None, typer.Option("--nesterov", help="Nesterov's momentum, for sgd.", rich_help_panel=RULE)
    ] = None,
    weight_decay: Annotated[
        float | None,
        typer.Option(
            metavar="λ",
            help="For adamw: each step also takes r λ off of each weight. Default: 0.01.",
            rich_help_panel=RULE,
        ),
    ] = None,
    l2: Annotated[
        float | None, typer.Option(metavar="λ", help="Add ½λ‖W‖² to the cost. Default: 0.", rich_help_panel=RULE)
    ] = None,
    batch_size: Annotated[
        str | None,
        typer.Option(metavar="N|full", help="Examples a step, or all of them. Default: 64.", rich_help_panel=RULE),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(metavar="N", help="At most so many. Default: 100.", rich_help_panel=RULE)
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Stop after N epochs without a better one; 0: never. Default: 10.", rich_help_panel=RULE
        ),
    ] = None,
    schedule: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(SCHEDULES),
            help="How the learning rate moves on: not at all, or along half a cosine nearly to 0. Default: constant.",
            rich_help_panel=RULE,
        ),
    ] = None,
    balance: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(BALANCES),
            help="What lets classes of different sizes count alike: weights on their costs, or as many examples of "
            "each. Default: none.",
            rich_help_panel=RULE,
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(metavar="N", min=0, help="Of the start and of the examples' order.", rich_help_panel=RUN)
    ] = 0,
    recipe: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Ready-made choices (pellucid recipes list). Other options go over them; another optimizer or cost "
            "brings its own learning rate or output layer.",
            rich_help_panel=RUN,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="RUN", help="The new run folder. Default: runs/DATA-1, -2, …", rich_help_panel=RUN),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the run folder if there is one.", rich_help_panel=RUN)
    ] = False,
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
    device: Annotated[str, typer.Option(metavar="cpu|gpu", help="Where to compute.", rich_help_panel=RUN)] = "cpu",
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

    \b
    pellucid train digits
    pellucid train mnist --recipe nielsen-30 --seed 1
    pellucid train mnist --hidden 512,512 --batch-size 128 --out runs/wide
    pellucid train people.csv --label income --ignore id
    pellucid train photos/ --encoding size=32x32,colour=grey
    """
    from pellucid.data import load_with
    from pellucid.training.recipe import default_recipe, load_recipe

    reading = options.reading_of(
        label=label, features=features, ignore=ignore, test=test, validation=validation, pattern=pattern, task=task,
        on_error=on_error, encoding=encoding, memory=memory,
    )  # fmt: skip
    if recipe is None:
        base, recipe = default_recipe(data, reading)
        own = default_recipe(data)[1]
        if recipe is not None:
            say(f"By the recipe {recipe} (pellucid recipes show {recipe}); other options go over it.", is_error=True)
        elif own is not None:
            say(f"Not by the recipe {own}, which is for the set's own label: by the usual choices.", is_error=True)
    else:
        base = load_recipe(recipe)[0]
    chosen = base.with_choices(
        {
            "hidden": parse_hidden(hidden),
            "activation": None if activation is None else tuple(activation.split(",")),
            "output": output,
            "initializer": initializer,
            "cost": cost,
            "optimizer": optimizer,
            "learning_rate": learning_rate,
            "momentum": momentum,
            "nesterov": nesterov,
            "weight_decay": weight_decay,
            "l2": l2,
            "batch_size": parse_batch_size(batch_size),
            "epochs": epochs,
            "patience": patience,
            "schedule": schedule,
            "balance": balance,
        }
    )
    with download_progress() as progress, reading_progress() as encoding_progress:
        labelled = load_with(data, reading, progress=progress, encoding_progress=encoding_progress)
    settings = {"data": data, "recipe": recipe, "seed": seed, "device": device}
    run(chosen.resolved(labelled), labelled, NewRun(out, labelled.name, overwrite=overwrite), settings, as_json)


def run(recipe: "Recipe", data: "Dataset", new_run: NewRun, settings: dict[str, Any], as_json: bool) -> None:
    """Trains, writes the run folder, judges the test part, and reports."""
    from pellucid.figures import draw_run
    from pellucid.files import write_atomically
    from pellucid.model import evaluate
    from pellucid.training import train as train_network
    from pellucid.training.interruption import Interruption

    network = recipe.network_for(data, settings["seed"])
    choices = recipe.training_choices(data)
    require_balance(recipe.balance, has_classes=data.task == "classification")
    for sentence in tell_data(data, recipe.balance):
        say(sentence, is_error=True)
    say(f"{network} on {data.name}: {counted(data.train.n_samples, 'example')}", is_error=True)
    with new_run as place, Interruption():  # the first Ctrl-C ends training; a second must not cut the writing short
        write_atomically(place / CONFIG_FILE, recipe.to_toml(**settings).encode())
        with training_progress(choices["epochs"]) as listener:
            result = train_network(
                network, data, seed=settings["seed"], device=settings["device"], listener=listener, **choices
            )
        made_by = {"recipe": {"name": settings["recipe"], **asdict(recipe)}, "device": settings["device"]}
        model = replace(result.model, provenance={**result.model.provenance, **made_by})
        write_results(place, model, result, data)
        folder = new_run.publish()
    validation = evaluate(model, data.validation) if data.validation else None
    test = evaluate(model, data.test) if data.test else None
    if not as_json:
        print_report(folder, result, validation, test)
    draw_run(folder, result, data)
    if not as_json:
        say(f"pictures: {folder / '*.png'}")
    else:
        print_json(
            {
                "run": str(folder),
                "model": str(folder / MODEL_FILE),
                "epochs": len(result.history),
                "best_epoch": result.best_epoch,
                "stopped_because": result.stopped_because,
                "seconds": sum(result.seconds),
                "validation": short_report(validation),
                "test": short_report(test),
            }
        )


def tell_data(data: "Dataset", balance: str) -> "Iterator[str]":
    """What the data were taken for, what was noticed, how they are split, and what is done for small classes."""
    from pellucid.data import imbalance
    from pellucid.data.balance import tell_balance

    if data.report is not None:
        yield from data.report.sentences()
        yield data.split
    if data.classes:
        counts = data.train.class_counts
        warning = imbalance(counts, data.classes) if balance == "none" else None
        yield from (sentence for sentence in (tell_balance(balance, counts, data.classes),) if sentence)
        yield from (f"Warning: {sentence}" for sentence in (warning,) if sentence)


def print_report(
    folder: Path, result: "TrainingResult", validation: "Evaluation | None", test: "Evaluation | None"
) -> None:
    """Prints how training went, how good the network is, and where it lies."""
    epochs = counted(len(result.history), "epoch")
    say(f"{epochs} in {sum(result.seconds):.1f} s, best: epoch {result.best_epoch} ({result.stopped_because})")
    for part, evaluation in (("validation", validation), ("test", test)):
        if evaluation is not None:
            say(summary(evaluation, part))
    is_balanced = result.model.provenance["training"]["balance"] != "none"  # then small classes count as large ones do
    if test is not None and not is_balanced and (test.accuracy or 0) <= (test.baseline_accuracy or -1):
        advice = "more --epochs or a smaller --learning-rate may help"
        say(f"Hint: no better than always naming one class; {advice}.", is_error=True)
    say(f"model and history: {folder}")


def short_report(evaluation: "Evaluation | None") -> dict[str, Any] | None:
    """The main figures of an evaluation, without the confusion matrix and the classes."""
    if evaluation is None:
        return None
    return {name: value for name, value in evaluation.to_dict().items() if name not in ("confusion", "per_class")}


def parse_hidden(text: str | None) -> tuple[int, ...] | None:
    """The sizes of `16,16`; no hidden layer for `none`; None where the option is not given.

    Raises:
        InvalidValueError: it is not written so.
    """
    from pellucid.errors import InvalidValueError

    if text is None:
        return None
    if text == "none":
        return ()
    if SIZES.fullmatch(text) is None:
        raise InvalidValueError(f"hidden: whole numbers above 0 such as 16,16, or 'none', are required, got '{text}'")
    return tuple(map(int, text.split(",")))


def parse_batch_size(text: str | None) -> int | str | None:
    """The number, or `full`; None where the option is not given.

    Raises:
        InvalidValueError: it is neither.
    """
    from pellucid.errors import InvalidValueError

    if text is None or text == "full":
        return text
    try:
        return int(text)
    except ValueError as error:
        raise InvalidValueError(f"batch_size: a whole number above 0 or 'full' is required, got '{text}'") from error
