"""`pellucid check`: are a network's gradients right?"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from pellucid.cli.console import AsJson, output, print_json, say
from pellucid.cli.evaluate import ModelPath, PartName
from pellucid.cli.examples import DataOption, SampleOption, choose, expected_of

if TYPE_CHECKING:
    import numpy as np

    from pellucid.explain.checking.check import Comparison, GradientCheck
    from pellucid.model import Model


def check(
    model: ModelPath,
    data: DataOption = None,
    sample: SampleOption = "0",
    part: PartName = "test",
    every: Annotated[
        bool, typer.Option("--all", help="Check every weight and bias of a large network too, not a sample of 1,000.")
    ] = False,
    seed: Annotated[
        int, typer.Option(metavar="N", help="Of the random example and of the weights and biases drawn.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Check backpropagation against central differences and automatic differentiation.

    Without --data, on a random input and random expected outputs.
    """
    import numpy as np

    from pellucid.errors import InvalidValueError
    from pellucid.explain.checking.check import check_gradients
    from pellucid.model import load

    if seed < 0:
        raise InvalidValueError(f"seed: must be a whole number of at least 0, got {seed}")
    loaded = load(model)
    if data is None:
        name = f"a random input and random expected outputs (seed {seed})"
        x, expected = random_example(loaded, seed)
    else:
        chosen = choose(loaded, data, sample, part)
        name, expected = chosen.name, expected_of(loaded, None, chosen)
        x = np.asarray(loaded.features.vectors(chosen.raw))
    n_checked = loaded.network.parameter_count if every else None
    with progress_bar() as progress:
        result = check_gradients(
            loaded.network, x, expected, cost=loaded.cost, sample=n_checked, seed=seed, progress=progress
        )
    if as_json:
        print_json({"example": name, **result.to_dict()})
    else:
        say("\n".join(lines_of(result, name)))
    if not result.passed:
        raise InvalidValueError(reason(result))


def random_example(model: "Model", seed: int) -> "tuple[np.ndarray, np.ndarray]":
    """An input vector of numbers from 0 to 1 and a class; in regression, targets from the normal distribution."""
    import numpy as np

    generator = np.random.default_rng(seed)
    sizes = model.network.sizes
    x = generator.uniform(0, 1, sizes[0])
    if model.classes is None:
        return x, generator.normal(0, 1, sizes[-1])
    return x, np.eye(sizes[-1])[generator.integers(sizes[-1])]


def lines_of(result: "GradientCheck", name: str) -> list[str]:
    """How many were checked on what, the worst error of each comparison, and the verdict."""
    many = f"{result.n_checked:,} of {result.n_parameters:,}"
    kinks = f"; {result.n_at_kinks:,} at a kink are left out" if result.n_at_kinks else ""
    return [
        f"checked {many} weights and biases on {name}{kinks}",
        *(described(comparison) for comparison in (result.differences, result.automatic)),
        outcome(result),
    ]


def outcome(result: "GradientCheck") -> str:
    """The verdict in a line."""
    if result.passed:
        return "the gradients are right"
    return "the gradients are not known to be right" if result.faulty_layer is None else "the gradients are wrong"


def described(comparison: "Comparison") -> str:
    """One comparison in a line."""
    return (
        f"against {comparison.name}: worst relative error {comparison.worst:.1e} at {comparison.symbol.text} "
        f"({comparison.backpropagation:.10g}, there {comparison.other:.10g}), up to {comparison.threshold:.0e} passes"
    )


def reason(result: "GradientCheck") -> str:
    """Why the check failed, in a sentence."""
    if result.faulty_layer is None:
        return "gradients: at least one must be compared, but all that were drawn stand at kinks; take other data"
    n_wrong = max(result.differences.n_wrong, result.automatic.n_wrong)
    return f"gradients: {n_wrong:,} of {result.n_checked:,} checked are wrong, from layer {result.faulty_layer} back"


@contextmanager
def progress_bar() -> "Iterator[Callable[[int, int], None]]":
    """Draws a bar on standard error while gradients are checked; only on a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = output(is_error=True)
    columns = TextColumn("checking gradients"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("checking", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
