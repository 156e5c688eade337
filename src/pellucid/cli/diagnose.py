"""`pellucid diagnose`: what is wrong with a training run or a model, why, and what to do about it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pellucid.cli import reading as options
from pellucid.cli.console import AsJson, print_json, say
from pellucid.cli.model_reading import reading_for
from pellucid.cli.progress import counting_progress, download_progress
from pellucid.errors import counted

if TYPE_CHECKING:
    from pellucid.data import Dataset
    from pellucid.diagnosis import Diagnosis, Finding
    from pellucid.model import Model


def diagnose(
    model: Annotated[str, typer.Argument(metavar="RUN|MODEL", help="A run folder, or a .safetensors file.")],
    data: Annotated[
        str | None,
        typer.Argument(
            metavar="[DATA]", help="What it was trained on, by name or path. Default: what the run folder says."
        ),
    ] = None,
    picture: Annotated[
        Path | None,
        typer.Option("--picture", metavar="FOLDER", help="Also draw each finding into this folder, as PNG and SVG."),
    ] = None,
    member: Annotated[
        int | None, typer.Option(metavar="N", help="Of a committee: look at its member N, from 1.")
    ] = None,
    fail: Annotated[bool, typer.Option("--fail", help="End with exit code 1 if a fault is found.")] = False,
    label: options.LabelOption = None,
    pattern: options.PatternOption = None,
    memory: options.MemoryOption = None,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with a training run or a model: each fault with its evidence in numbers, and its cure.

    A run folder tells most: its history, how training left the network, and which data it was given. The test part is
    looked at only for copies of training examples.

    \b
    pellucid diagnose runs/digits-1
    pellucid diagnose runs/digits-1 --picture runs/digits-1-faults
    pellucid diagnose model.safetensors people.csv --json
    """
    from pellucid.diagnosis import examine
    from pellucid.diagnosis.run_reading import case_of, data_of_run
    from pellucid.model import load

    loaded, place = network_of(load(model), member), Path(model)
    asked = options.reading_of(label=label, pattern=pattern, memory=memory)
    source = data or data_of_run(place)
    labelled = None if source is None else labelled_by(loaded, source, asked, is_asked_for=data is not None)
    diagnosis = examine(case_of(place, loaded, labelled, source, is_member=member is not None))
    pictures = [draw(finding, picture, number) for number, finding in enumerate(diagnosis.findings, start=1)]
    if as_json:
        print_json(
            {
                "model": model,
                "data": None if labelled is None else source,
                "healthy": not diagnosis.findings,
                "unchecked": list(diagnosis.unchecked),
                "findings": [
                    {**finding.to_dict(), "picture": None if file is None else str(file)}
                    for finding, file in zip(diagnosis.findings, pictures, strict=True)
                ],
            }
        )
    else:
        print_diagnosis(diagnosis, pictures, has_data=labelled is not None)
    if fail and diagnosis.findings:
        raise typer.Exit(1)


def network_of(model: "Model", member: int | None) -> "Model":
    """The single network that is looked at: the model itself, or the member of a committee that is asked for.

    Raises:
        InvalidValueError: the committee has no such member, none was asked for, or the model is no committee.
    """
    from pellucid.cli.explain import member_of
    from pellucid.errors import InvalidValueError
    from pellucid.model import Committee

    if member is None and isinstance(model, Committee):
        n_members = len(model.members)
        raise InvalidValueError(
            f"member: a committee has its faults member by member; say which of {n_members} with --member, from 1 to "
            f"{n_members}"
        )
    return member_of(model, member)


def labelled_by(model: "Model", source: str, asked: Any, *, is_asked_for: bool) -> "Dataset | None":
    """The data that a model was trained on, as it takes them; None where a run's own are no longer to be found.

    Parameters:
        model: what it is.
        source: the name or path of the data.
        asked: how a person wants them to be read.
        is_asked_for: whether a person named them: they must then be there.
    """
    from pellucid.data import find_named, load_with

    if not is_asked_for and find_named(source) is None and not Path(source).exists():
        say(f"The run's data {source} are not here: only its history is looked at; give DATA.", is_error=True)
        return None
    reading = reading_for(model, source, {name: getattr(asked, name) for name in ("label", "pattern", "memory")})
    with download_progress() as progress, counting_progress() as encoding_progress:
        return load_with(
            source,
            reading,
            features=model.features,
            classes=model.classes,
            progress=progress,
            encoding_progress=encoding_progress,
        )


def draw(finding: "Finding", folder: Path | None, number: int) -> Path | None:
    """The file of the finding's picture, which is drawn; None where none is asked for, or there is none.

    Raises:
        WriteError: the folder cannot be made or written to.
    """
    from pellucid.errors import WriteError
    from pellucid.figures import save_figure

    if folder is None or finding.draw is None:
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(f"--picture: a folder is required, got {folder} ({error.strerror or error})") from error
    return save_figure(finding.picture(), folder / f"{number}-{finding.name}")[0]


def print_diagnosis(diagnosis: "Diagnosis", pictures: list[Path | None], *, has_data: bool) -> None:
    """Prints the findings with evidence and cure; of a healthy run one line."""
    from pellucid.diagnosis import FAULTS

    n_checked = len(FAULTS) - len(diagnosis.unchecked)
    if not diagnosis.findings:
        say(f"healthy: none of {counted(n_checked, 'fault')} looked for was found")
    for number, (finding, file) in enumerate(zip(diagnosis.findings, pictures, strict=True), start=1):
        say(f"{number}. {finding.name}: {finding.fault}")
        say(f"   evidence: {finding.evidence}")
        say(f"   cure:     {finding.cure}")
        if finding.command:
            say(f"             {finding.command}")
        if file is not None:
            say(f"   picture:  {file}")
    if diagnosis.unchecked:
        more = "" if has_data else "; give DATA for most of them"
        say(f"not looked for: {', '.join(diagnosis.unchecked)}{more}", is_error=True)
