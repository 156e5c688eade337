"""`pellucid recipes`: the ready-made choices for training."""

from typing import Annotated

import typer

from pellucid.cli.console import AsJson, print_json, say

app = typer.Typer(help="List and show the ready-made choices for training.", no_args_is_help=True)


@app.command("list")
def list_recipes(as_json: AsJson = False) -> None:
    """The recipes that come with Pellucid."""
    from pellucid.training.recipe import load_recipe, recipe_names

    descriptions = {name: load_recipe(name)[1] for name in recipe_names()}
    if as_json:
        print_json({"recipes": [{"name": name, "description": text} for name, text in descriptions.items()]})
        return
    for name, text in descriptions.items():
        say(f"{name}: {text}")


@app.command("show")
def show(name: Annotated[str, typer.Argument(metavar="NAME", help="A name that `list` prints.")]) -> None:
    """A recipe's choices, as the TOML that a run's config.toml also holds."""
    from pellucid.training.recipe import load_recipe

    recipe, description = load_recipe(name)
    say(f"# {description}\n{recipe.to_toml()}".rstrip())
