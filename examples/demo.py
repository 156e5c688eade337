"""The main job on real digits: train the essay's network, judge it on unseen examples, and look inside."""

import subprocess
import sys

RUN = "runs/demo"
COMMANDS = (
    ["train", "digits", "--recipe", "essay", "--out", RUN, "--overwrite"],
    ["evaluate", RUN, "digits"],
    ["explain", RUN, "--data", "digits", "--sample", "1", "neuron", "4:2"],
    ["explain", RUN, "--data", "digits", "--sample", "1", "update", "4:2,5"],
)

for command in COMMANDS:
    print(f"\n$ pellucid {' '.join(command)}\n", flush=True)
    subprocess.run([sys.executable, "-m", "pellucid.cli", *command], check=True)  # noqa: S603 - the commands above

print(f"\nThe model, its history and its pictures are in {RUN}. Next: pellucid walkthrough")
