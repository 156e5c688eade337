"""Recipes: every choice of a training run as plain data, checked against one table."""

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from importlib import resources
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np

from pellucid.data import Reading
from pellucid.errors import FormatError, InvalidValueError, is_whole, look_up
from pellucid.files import readable
from pellucid.maths import ACTIVATIONS, L1, L2, OPTIMIZERS, ElasticNet, Layer, Network, Optimizer, Penalty, find_cost
from pellucid.training.regularisation import Regularisation

if TYPE_CHECKING:
    from pellucid.data import Dataset

STANDARD_READING = Reading()
Rows: TypeAlias = tuple[tuple[float, ...], ...]
"""The weights of a layer, neuron by neuron; or the biases of a network, layer by layer."""
AS_COST_NEEDS = {"squared-error": "sigmoid", "half-squared-error": "sigmoid"}
"""What the output layer is with a cost that fits several, on classes; in regression it is the identity."""


@dataclass(frozen=True)
class Recipe:
    """The choices of a training run. The defaults train well on any data.

    Attributes:
        hidden: neurons of each hidden layer; none: a single layer of weights.
        activation: of the hidden layers: one name, or one a layer.
        output: of the output layer; None: it follows from the cost.
        initializer: how the network starts.
        weights, biases: what it starts with instead, layer by layer; none: it is drawn.
        cost: what is made small; None: cross-entropy on classes, half-squared-error in regression.
        optimizer: how; `momentum` and `nesterov` are of sgd alone, `weight_decay` of adamw.
        learning_rate: r; None: the optimizer's usual one.
        weight_decay: λ; None: the optimizer's usual one.
        l2, l1: strengths of penalties on the weights; 0: none.
        dropout: the share of each layer's values that is left out, from the input to the last hidden layer; one share
            is that of each hidden layer. The other regularisers are as `Regularisation` has them, 0 standing for none.
        distort: how examples are changed by chance each time they are met, as `Distortions.read` takes it.
        batch_size: examples a step, or "full".
        epochs: at most so many.
        patience: stop after so many epochs without a better one; 0: never. `least_gain`: by how much better.
        schedule: how the learning rate moves on, as `read_schedule` takes it.
        balance: what is done about classes of different sizes: none, weights or resample, as `train` has it.
    """

    hidden: tuple[int, ...] = (128,)
    activation: tuple[str, ...] = ("relu",)
    output: str | None = None
    initializer: str = "auto"
    weights: tuple[Rows, ...] = ()
    biases: Rows = ()
    cost: str | None = None
    optimizer: str = "adam"
    learning_rate: float | None = None
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float | None = None
    l2: float = 0.0
    l1: float = 0.0
    dropout: tuple[float, ...] = ()
    input_noise: float = 0.0
    label_smoothing: float = 0.0
    max_norm: float = 0.0
    clip_norm: float = 0.0
    averaging: float = 0.0
    distort: str = ""
    batch_size: int | str = 64
    epochs: int = 100
    patience: int = 10
    least_gain: float = 0.0
    schedule: str = "constant"
    balance: str = "none"

    def with_choices(self, choices: Mapping[str, Any]) -> "Recipe":
        """The recipe with other choices where they are given (not None).

        Another optimizer does not keep the rate, the momentum and the decay that were chosen for the one before, nor
        another cost its output layer.
        """
        given = {name: value for name, value in choices.items() if value is not None}
        if given.get("optimizer", self.optimizer) != self.optimizer:
            given = {"learning_rate": None, "momentum": 0.0, "nesterov": False, "weight_decay": None} | given
        if given.get("cost", self.cost) != self.cost:
            given = {"output": None} | given
        return replace(self, **given)

    def resolved(self, data: "Dataset") -> "Recipe":
        """The recipe with nothing left open: cost, output activation and learning rate as they follow from the data.

        Raises:
            UnknownNameError: an unknown cost or optimizer.
        """
        is_classification = data.task == "classification"
        cost = find_cost(self.cost or ("cross-entropy" if is_classification else "half-squared-error"))
        usual = AS_COST_NEEDS.get(cost.name, "identity") if is_classification else "identity"
        return replace(
            self,
            cost=cost.name,
            output=self.output or cost.output or usual,
            learning_rate=self.build_optimizer().learning_rate,
        )

    def network_for(self, data: "Dataset", seed: int) -> Network:
        """A network of this shape for the data: random, or of the recipe's own weights.

        Two classes under binary cross-entropy are the two values of one output neuron; otherwise there is one a class,
        or one a target.

        Raises:
            InvalidValueError: sizes, names, counts or weights that do not fit.
        """
        resolved = self.resolved(data)
        look_up(resolved.output or "identity", ACTIVATIONS, "output")
        if len(self.activation) not in (1, len(self.hidden)):
            raise InvalidValueError(
                f"activation: one name, or one for each of the {len(self.hidden)} hidden layers, is required, "
                f"got {len(self.activation)}"
            )
        names = self.activation * len(self.hidden) if len(self.activation) == 1 else self.activation
        is_yes_or_no = resolved.cost == "binary-cross-entropy" and len(data.classes or ()) == 2
        sizes = [data.features.n_features, *self.hidden, 1 if is_yes_or_no else data.train.n_outputs]
        activations = [*names, resolved.output or "identity"]
        if not (self.weights or self.biases):
            return Network.random(sizes, activation=activations, initializer=self.initializer, seed=seed)
        if not len(self.weights) == len(self.biases) == len(activations):
            raise InvalidValueError(
                f"weights, biases: an entry for each of {len(activations)} layers is required, "
                f"got {len(self.weights)} and {len(self.biases)}"
            )
        given = zip(self.weights, self.biases, activations, strict=True)
        network = Network([Layer(weights, biases, name) for weights, biases, name in given]).astype(np.float32)
        if network.sizes != tuple(sizes):
            raise InvalidValueError(
                f"weights: a network of sizes {'-'.join(map(str, sizes))} is required, "
                f"got one of {'-'.join(map(str, network.sizes))}"
            )
        return network

    def build_optimizer(self) -> Optimizer:
        """The optimizer chosen, with its rate.

        Raises:
            InvalidValueError: an unknown name, a rate out of range, a momentum for an optimizer other than sgd, or a
                weight decay for another than adamw.
        """
        kind = look_up(self.optimizer, OPTIMIZERS, "optimizer")
        choices: dict[str, Any] = {}
        if self.optimizer == "sgd":
            choices = {"learning_rate": 0.1, "momentum": self.momentum, "nesterov": self.nesterov}
        elif self.momentum or self.nesterov:
            raise InvalidValueError(f"momentum, nesterov: they belong to the optimizer sgd, got {self.optimizer}")
        if self.weight_decay is not None:
            if self.optimizer != "adamw":
                raise InvalidValueError(
                    f"weight_decay: it belongs to the optimizer adamw, got {self.optimizer}; l2 goes with any"
                )
            choices["weight_decay"] = self.weight_decay
        if self.learning_rate is not None:
            choices["learning_rate"] = self.learning_rate
        return kind(**choices)

    def training_choices(self, data: "Dataset") -> dict[str, Any]:
        """The arguments of `train` that this recipe stands for.

        Numbers to predict are scaled while they are learnt, if the output layer is the identity.

        Raises:
            InvalidValueError: a choice is unknown or out of range.
        """
        if not is_whole(self.patience, 0):
            raise InvalidValueError(f"patience: a whole number from 0, for never, is required, got {self.patience!r}")
        if len(self.dropout) == 1 and not self.hidden:
            raise InvalidValueError("dropout: one share is that of each hidden layer, there is none; leave it out")
        resolved = self.resolved(data)
        regularisation = Regularisation(
            dropout=(0.0, *self.dropout * len(self.hidden)) if len(self.dropout) == 1 else self.dropout,
            input_noise=self.input_noise,
            label_smoothing=self.label_smoothing,
            max_norm=self.max_norm or None,
            clip_norm=self.clip_norm or None,
            averaging=self.averaging or None,
        )
        return {
            "cost": resolved.cost,
            "optimizer": self.build_optimizer(),
            "penalty": self.build_penalty(),
            "regularisation": regularisation,
            "batch_size": self.batch_size,
            "epochs": self.epochs,
            "patience": self.patience or None,
            "least_gain": self.least_gain,
            "schedule": self.schedule,
            "distortions": self.distort,
            "balance": self.balance,
            "scale_targets": data.task == "regression" and resolved.output == "identity",
        }

    def build_penalty(self) -> Penalty | None:
        """The penalty chosen, if there is one.

        Raises:
            InvalidValueError: a strength is out of range.
        """
        first, second = L1(self.l1), L2(self.l2)
        if self.l1 and self.l2:
            return ElasticNet(self.l1 + self.l2, self.l1 / (self.l1 + self.l2))
        return first if self.l1 else second if self.l2 else None

    def to_toml(self, **others: Any) -> str:
        """The recipe, and the other choices of a run, as a TOML document; choices left open are not written."""
        entries = {field.name: getattr(self, field.name) for field in fields(self)} | others
        return "".join(f"{name} = {toml_value(value)}\n" for name, value in entries.items() if value is not None)


def toml_value(value: Any) -> str:
    """A number, string, boolean or list of them in TOML, whose notation is JSON's but for characters beyond ASCII."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def is_kind(*kinds: type) -> Callable[[Any], bool]:
    """A check for a value of just these types: in Python True is also a kind of 1, here it is not."""
    return lambda value: type(value) in kinds


def is_list_of(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """A check for a list of values each of which passes a check."""
    return lambda value: isinstance(value, list) and all(map(fits, cast(list[Any], value)))


is_whole_number, is_number, is_text = is_kind(int), is_kind(int, float), is_kind(str)
CHECKS: dict[Any, Callable[[Any], bool]] = {
    int: is_whole_number,
    float: is_number,
    float | None: is_number,
    str: is_text,
    str | None: is_text,
    int | str: is_kind(int, str),
    bool: is_kind(bool),
    tuple[int, ...]: is_list_of(is_whole_number),
    tuple[float, ...]: is_list_of(is_number),
    tuple[str, ...]: is_list_of(is_text),
    Rows: is_list_of(is_list_of(is_number)),
    tuple[Rows, ...]: is_list_of(is_list_of(is_list_of(is_number))),
}
"""What a recipe file may hold for a choice of each type."""
KINDS = {field.name: CHECKS[field.type] for field in fields(Recipe)}
"""The schema of a recipe file."""


def parse_recipe(text: str, name: str) -> tuple[Recipe, str]:
    """The recipe of a TOML document, and its description.

    Raises:
        FormatError: it is no TOML, or an entry is unknown or of another kind.
    """
    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FormatError(f"{name}: no TOML document ({error})") from error
    description = entries.pop("description", "")
    return recipe_of(entries, name), str(description)


def recipe_of(entries: Mapping[str, Any], name: str) -> Recipe:
    """The recipe of these choices, which may be anything.

    Raises:
        FormatError: one is unknown or of another kind; `name` says in the message where it stands.
    """
    for key, value in entries.items():
        if key not in KINDS or not KINDS[key](value):
            odd = readable(f"{key} = {value!r}")
            raise FormatError(f"{name}: {odd} is no choice of a recipe; known: {', '.join(KINDS)}")
    choices: dict[str, Any] = {key: in_tuples(value) for key, value in entries.items()}
    return Recipe(**choices)


def in_tuples(value: Any) -> Any:
    """Lists, and those within them, as tuples; anything else as it is."""
    return tuple(map(in_tuples, cast(list[Any], value))) if isinstance(value, list) else value


def recipe_names() -> list[str]:
    """The recipes that come with Pellucid."""
    folder = resources.files("pellucid.training") / "recipes"
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def load_recipe(name: str) -> tuple[Recipe, str]:
    """A recipe that comes with Pellucid, and its description.

    Raises:
        UnknownNameError: there is none of that name.
    """
    look_up(name, dict.fromkeys(recipe_names()), "recipe")
    file = resources.files("pellucid.training") / "recipes" / f"{name}.toml"
    return parse_recipe(file.read_text(encoding="utf-8"), f"recipe {name}")


def default_recipe(name: str, reading: Reading = STANDARD_READING) -> tuple[Recipe, str | None]:
    """The recipe that data are trained with where none is chosen, and its name.

    Parameters:
        name: of the data: a named set, also with one of its splits (`spoken-digits:unseen-theo`), or anything else.
        reading: how they are read: a set's recipe is for its own label and for classes.

    Returns:
        The recipe that is named like the split, else like the set, if one comes along; else the recipe of every choice
        left as it is, and None.
    """
    from pellucid.data import CATALOG

    place, _, split = name.partition(":")
    is_own = place in CATALOG and reading.label in (None, CATALOG[place].reading.label)
    if is_own and reading.task != "regression":
        known = recipe_names()
        for own in (f"{place}-{split}", place):
            if own in known:
                return load_recipe(own)[0], own
    return Recipe(), None
