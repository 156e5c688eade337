"""scikit-learn's MLPClassifier, one `fit` an epoch.

Measured: `fit` with `warm_start` takes what an epoch inside one long `fit` takes, to 1 %, so nothing is lost by it but
Adam's memory, which each `fit` begins anew.
"""

import warnings

import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier

from benchmarks.peers import EpochFigures, Finish
from benchmarks.workloads import Workload
from pellucid.data import Dataset

LOG_LOSS_RATE = 0.5
"""r where its log loss stands in for the squared error: the gradient lacks the factor a(1 − a), which is at most ¼."""


def learn(workload: Workload, data: Dataset, finish: Finish) -> None:
    """Trains epoch after epoch."""
    assert data.validation is not None
    inputs, labels = data.train.inputs, data.train.labels
    validation_inputs, validation_labels = data.validation.inputs, data.validation.labels
    classifier = MLPClassifier(
        workload.sizes[1:-1],
        activation="logistic" if workload.activation == "sigmoid" else "relu",
        solver=workload.optimizer,
        alpha=0,
        batch_size=workload.batch_size,
        learning_rate_init=LOG_LOSS_RATE if workload.is_squared else workload.learning_rate,
        momentum=0,
        nesterovs_momentum=False,
        max_iter=1,
        warm_start=True,
        random_state=0,
    )
    warnings.simplefilter("ignore", ConvergenceWarning)
    with sklearn.config_context(assume_finite=True):
        while True:
            classifier.fit(inputs, labels)
            probabilities = classifier.predict_proba(validation_inputs)
            accuracy = float((probabilities.argmax(1) == validation_labels).mean())
            finish(EpochFigures(classifier.loss_, None, log_loss(validation_labels, probabilities), accuracy))
