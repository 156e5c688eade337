"""`pellucid find-rate`: the learning-rate range test, its picture, and the rate that it suggests."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pellucid.cli.borrowing import chosen_recipe, reading_chosen, with_options_of_train
from pellucid.cli.console import AsJson, print_json, say
from pellucid.cli.training_run import load_told

if TYPE_CHECKING:
    from pellucid.training.rate_test import RateTest

TEST = "The test"


@with_options_of_train("learning_rate", "epochs", "patience", "least_gain", "schedule")
def find_rate(
    data: Annotated[str, typer.Argument(metavar="DATA", help="A named data set (pellucid data list) or a path.")],
    lowest: Annotated[
        float, typer.Option(metavar="R", help="The rate of the first step.", rich_help_panel=TEST)
    ] = 1e-6,
    highest: Annotated[
        float, typer.Option(metavar="R", help="The rate of the last step.", rich_help_panel=TEST)
    ] = 100.0,
    n_steps: Annotated[
        int, typer.Option("--steps", metavar="N", help="Steps, 20 to 10,000.", rich_help_panel=TEST)
    ] = 400,
    seed: Annotated[
        int, typer.Option(metavar="N", min=0, help="Of the start and of the examples' order.", rich_help_panel=TEST)
    ] = 0,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the test: a file that ends in .png or .svg.", rich_help_panel=TEST),
    ] = None,
    as_json: AsJson = False,
    **chosen: Any,
) -> None:
    """Find a learning rate: train for some hundred steps at rates that rise from step to step, and watch the cost.

    Too small a rate changes nothing; at a good one the cost falls quickly; too large a one throws it up again. A tenth
    of the rate at which the smoothed cost is least is suggested. Nothing is kept of the network. Network, rule and data
    are chosen as for `pellucid train`.

    \b
    pellucid find-rate digits
    pellucid find-rate mnist --recipe nielsen-30 --out rate.png
    pellucid find-rate people.csv --label income --hidden 64,64 --optimizer sgd --json
    """
    from pellucid.training.plan import Plan
    from pellucid.training.rate_test import find_rate_by

    require_picture(out)
    recipe = chosen_recipe(data, chosen)[0]
    labelled = load_told(data, reading_chosen(chosen), recipe.balance)
    network = recipe.network_for(labelled, seed)
    plan = Plan.of(seed=seed, **recipe.training_choices(labelled))
    say(f"{network} on {labelled.name}: {recipe.optimizer}, {n_steps} steps", is_error=True)
    device = chosen.get("device") or "cpu"
    test = find_rate_by(plan, network, labelled, lowest=lowest, highest=highest, n_steps=n_steps, device=device)
    if out is not None:
        draw(test, out)
    if as_json:
        print_json(test.to_dict() | {"picture": None if out is None else str(out)})
        return
    print_test(test, out)


def require_picture(out: Path | None) -> None:
    """Checks the name of the picture before anything is computed.

    Raises:
        InvalidValueError: it ends otherwise than a picture does.
    """
    from pellucid.errors import InvalidValueError

    if out is not None and out.suffix.lower() not in (".png", ".svg"):
        raise InvalidValueError(f"out: a file that ends in .png or .svg is required, got {out.name}")


def draw(test: "RateTest", out: Path) -> None:
    """Draws the test into that file."""
    from pellucid.figures.rate_test import rate_test_chart
    from pellucid.figures.save import figure_bytes
    from pellucid.files import write_atomically

    write_atomically(out, figure_bytes(rate_test_chart(test), out.suffix.lower().removeprefix(".")))


def print_test(test: "RateTest", out: Path | None) -> None:
    """Prints what was found, and how to train with it."""
    say(f"{len(test.costs)} steps, rates from {test.rates[0]:.2g} to {test.rates[-1]:.2g} ({test.stopped_because})")
    if test.suggestion is None and test.stopped_because == "interrupted":
        say("No suggestion: it ended before its rates were tried.")
    elif test.suggestion is None:
        say(f"{test.rule} Try a wider range (--lowest, --highest), more --steps, or look at the inputs' scale.")
    else:
        say(f"suggested: --learning-rate {test.suggestion:g}")
        say(test.rule)
        if test.least_at == test.rates[-1] and test.stopped_because == "all steps made":
            say("The cost still fell at the highest rate: a greater --highest may suggest more.")
    if out is not None:
        say(f"picture: {out}")
