"""Clients of a run's events that one may ask for: the history as CSV, TensorBoard's files, snapshots."""

from pellucid.training.clients.csv_log import CsvLog
from pellucid.training.clients.snapshots import Snapshots
from pellucid.training.clients.tensorboard import TensorBoard

__all__ = ["CsvLog", "Snapshots", "TensorBoard"]
