"""All the pictures of a training run, drawn into its folder."""

from pathlib import Path

from pellucid.data import Dataset, Part
from pellucid.figures.activation import activation_graph
from pellucid.figures.confusion import confusion_matrix
from pellucid.figures.curves import learning_curves
from pellucid.figures.mistakes import most_wrong
from pellucid.figures.network import network_diagram
from pellucid.figures.save import save_figure
from pellucid.figures.weights import first_layer_weights
from pellucid.model import Model, evaluate, predicted_classes, probabilities
from pellucid.model.evaluation import outputs_of
from pellucid.training import TrainingResult


def draw_run(folder: Path, result: TrainingResult, data: Dataset) -> None:
    """Draws learning curves, network, activation function, first-layer weights, confusion matrix and worst mistakes.

    The last two are of the test part, or without one of the validation part; weights and mistakes are drawn where the
    examples are pictures.
    """
    network = result.network
    if result.history:
        save_figure(learning_curves(result.history, result.best_epoch), folder / "learning-curves")
    save_figure(network_diagram(network, output_names=data.classes), folder / "network")
    save_figure(activation_graph(network.activations[0]), folder / "activation")
    shape = data.feature_shape
    if len(shape) == 2:
        save_figure(first_layer_weights(network.layers[0].weights, shape), folder / "first-layer-weights")
    judged = data.test or data.validation
    if judged is not None and data.classes is not None:
        confusion = evaluate(result.model, judged).confusion
        if confusion is not None:
            save_figure(confusion_matrix(confusion, data.classes), folder / "confusion")
        if len(shape) == 2:
            draw_mistakes(folder / "most-wrong", result.model, judged, data.classes)


def draw_mistakes(path: Path, model: Model, part: Part, classes: tuple[str, ...]) -> None:
    """Draws the pictures that the model was surest of and wrong about."""
    _, outputs = outputs_of(model.network, part)
    said = predicted_classes(outputs)
    sureness = probabilities(outputs, model.network.output)[range(part.n_samples), said]
    images = part.raw.reshape(-1, *part.features.shape)
    save_figure(most_wrong(images, part.labels, said, sureness, classes), path)
