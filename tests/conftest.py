"""What tests of several floors share: the switches of the whole run, the real data, and a publisher on this machine."""

import ast
import math
import operator
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import jaxtyping
import pytest
from hypothesis import settings

# Every annotation of Pellucid's is checked at run time, array shapes included, in all tests and doctests. The hook acts
# on modules imported after it, so it stands before the first import of Pellucid. An int will do for a float, as it
# does for type checkers.
jaxtyping.install_import_hook("pellucid", "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))")

settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts what runs in the background so, and Ctrl-C would then not be heard by what is tested either.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """Lets all processes of a test run, workers and those that tests start, share what JAX compiles.

    The folder is new for each test run, and goes with it. A program that another process is just writing cannot be
    read: JAX warns and compiles it itself. XLA takes two preferences of its own for features that the processor lacks,
    and says so for each program, unless it is told to be silent.
    """
    if hasattr(config, "workerinput"):
        return
    folder = tempfile.TemporaryDirectory(prefix="pellucid-compiled-", ignore_cleanup_errors=True)
    config.add_cleanup(folder.cleanup)
    os.environ["JAX_COMPILATION_CACHE_DIR"] = folder.name
    os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["PYTHONWARNINGS"] = "ignore:Error reading persistent compilation cache entry"


@pytest.fixture
def compiled_anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In this test, each program is compiled where it runs: by this process, and by those that it starts."""
    import jax
    from jax.experimental.compilation_cache import compilation_cache

    monkeypatch.setenv("JAX_ENABLE_COMPILATION_CACHE", "false")
    jax.config.update("jax_enable_compilation_cache", False)
    compilation_cache.reset_cache()
    yield
    jax.config.update("jax_enable_compilation_cache", True)
    compilation_cache.reset_cache()


@pytest.fixture
def unrendered(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this test, figures are composed and saved under their names as ever, but as empty files.

    To render those of a run takes several times as long as a short training itself. What figures show, and that they
    come out as pictures, is tested in tests/figures, and of each command that draws some in its own test.
    """
    monkeypatch.setattr("pellucid.figures.save.figure_bytes", lambda figure, format: b"")  # noqa: A006


@pytest.fixture
def unchecked() -> Iterator[None]:
    """In this test annotations are not checked at run time: it makes the same few calls many thousand times.

    To check a call takes several times as long as the call itself does; other tests make the same ones.
    """
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
FUNCTIONS = {name: getattr(math, name) for name in ("exp", "log", "tanh", "sqrt", "erf", "cos")} | {
    "max": max,
    "min": min,
    "abs": abs,
}


def _value_of(node: ast.AST) -> float:
    match node:
        case ast.Expression(body=body):
            return _value_of(body)
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value_of(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return OPERATORS[type(op)](_value_of(left), _value_of(right))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
            return FUNCTIONS[name](*map(_value_of, arguments))
    raise ValueError(f"not in the grammar of formulas: {ast.dump(node)}")


@pytest.fixture(scope="session")
def read_formula() -> Callable[[str], float]:
    """Reads infix text as any programming language would: `+ - * / ** ( )` and the functions of the contract."""
    return lambda text: _value_of(ast.parse(text, mode="eval"))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data sets, laid out one folder a set."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("PELLUCID_DATA", beside))
    if not folder.is_dir():
        pytest.skip("no real data: set PELLUCID_DATA to a folder with mnist/ and fashion-mnist/")
    return folder


class Publisher:
    """A web server on 127.0.0.1 that misbehaves as it is told.

    `behaviours` holds one word a request; the last one stays for all that follow. `ranges` collects what was asked for.
    """

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.behaviours = ["good"]
        self.ranges: list[str | None] = []
        self.is_over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def close(self) -> None:
        self.is_over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler_of(publisher: Publisher) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            publisher.ranges.append(asked)
            behaviours = publisher.behaviours
            behaviour = behaviours.pop(0) if len(behaviours) > 1 else behaviours[0]
            content = publisher.contents[self.path.lstrip("/")]
            start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
            if behaviour == "ignores-range":
                start = 0
            body = content[start:]
            length = len(body)
            if behaviour.isdigit():
                self.send_error(int(behaviour))
                return
            if behaviour == "redirects-to-file":
                self.send_response(302)
                self.send_header("Location", "file:///etc/hostname")
                self.end_headers()
                return
            if behaviour in ("cuts", "stalls"):
                body = body[: len(content) // 3]
            elif behaviour == "sends-nothing":
                body = b""
            elif behaviour == "claims-less":
                length = max(1, len(body) // 2)
            elif behaviour == "claims-more":
                length = len(body) + 1_000
            elif behaviour == "sends-more":
                body, length = body + b"x" * 1_000, length + 1_000
            elif behaviour == "sends-garbage":
                body = bytes(len(body))
            self.send_response(206 if start or behaviour == "wrong-range" else 200)
            if start or behaviour == "wrong-range":
                first = start + 7 if behaviour == "wrong-range" else start
                self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
            if behaviour != "no-length":
                self.send_header("Content-Length", str(length))
            self.end_headers()
            with suppress(ConnectionError):  # The client has all it wants.
                self.wfile.write(body)
            if behaviour == "stalls":
                publisher.is_over.wait(10)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    return Handler


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    """A publisher of files, closed after the test; no proxy stands between."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = Publisher()
    yield server
    server.close()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of this test's own, and no PELLUCID_DATA."""
    folder = tmp_path / "cache"
    monkeypatch.delenv("PELLUCID_DATA", raising=False)
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(folder / name))
    return folder / "pellucid" / "data"
