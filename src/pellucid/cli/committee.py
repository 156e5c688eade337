"""`pellucid committee`: several trained models in one file, which answers with their mean."""

from pathlib import Path
from typing import Annotated

import typer

from pellucid.cli.console import AsJson, print_json, say


def committee(
    models: Annotated[
        list[str], typer.Argument(metavar="MODEL MODEL…", help="Run folders or .safetensors files, 2 to 64 networks.")
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The committee's file, which ends in .safetensors.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make one model of several: a committee, which answers with the mean of its members' outputs.

    The members take the same inputs and name the same classes; their layers may differ. The file is used as any
    model's: with predict, evaluate and explain.

    \b
    pellucid committee runs/digits-1 runs/digits-2 runs/digits-3 --out three.safetensors
    pellucid evaluate three.safetensors digits
    pellucid explain three.safetensors --data digits --sample 3 decision
    pellucid explain three.safetensors --member 2 --data digits --sample 3 neuron 3:1
    """
    from pellucid.errors import AlreadyExistsError, InvalidValueError
    from pellucid.model import Committee, load, save

    if out.suffix != ".safetensors":
        raise InvalidValueError(f"out: a file that ends in .safetensors is required, got {out.name}")
    if out.exists() and not overwrite:
        raise AlreadyExistsError(f"{out}: exists already; choose another name, move it away, or say --overwrite")
    made = Committee([load(model) for model in models])
    save(made, out)
    if as_json:
        print_json({"model": str(out), "members": len(made.members)})
        return
    say(f"a committee of {len(made.members)}: {out}")
