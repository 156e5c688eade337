"""Ctrl-C that waits for the block to end, so that nothing is lost."""

import signal
import threading
from types import FrameType, TracebackType


class Interruption:
    """While it is entered, the first Ctrl-C only sets `requested`; a second one interrupts at once, as usual."""

    def __init__(self) -> None:
        self.requested = False
        self._before: signal._HANDLER = None  # pyright: ignore[reportPrivateUsage]

    def __enter__(self) -> "Interruption":
        # Python lets only the main thread handle signals; elsewhere Ctrl-C is somebody else's affair.
        is_main = threading.current_thread() is threading.main_thread()
        if is_main and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # nohup: nobody is to interrupt
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.requested = True
        self._restore()

    def _restore(self) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            self._before = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._restore()
