"""What a command shows while it works: a live line, or a line for each layer."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

_LAYERS = {
    "start": "starting",
    "land": "landing exports",
    "stage": "typing rows",
    "check": "checking",
    "compute": "computing",
    "report": "building reports",
    "publish": "publishing",
}
_SAY_AGAIN_SECONDS = 30.0  # where a layer takes longer, what it is at


class StepDisplay:
    """A line that says what long work is doing; plain lines where there is no terminal."""

    def __init__(self, quiet: bool = False) -> None:
        self._console = Console(stderr=True, quiet=quiet)
        self._live = self._console.is_terminal and not quiet
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )
        self._task = self._progress.add_task("starting", total=None)

    def __enter__(self) -> StepDisplay:
        if self._live:
            self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            self._progress.stop()

    def step(self, message: str) -> None:
        """Say what is being done now."""
        if self._live:
            self._progress.update(self._task, description=message)
        else:
            self._console.print(message, highlight=False, markup=False)


class RunDisplay(StepDisplay):
    """The progress of a run: a live line, or one line for each layer."""

    def __init__(self, quiet: bool = False) -> None:
        super().__init__(quiet)
        self._layer = ""
        self._count = 0
        self._began = time.perf_counter()
        self._said = 0.0

    def __enter__(self) -> RunDisplay:
        super().__enter__()
        return self

    def progress(self, layer: str, message: str) -> None:
        """Called by the run for everything it begins."""
        self._count += 1
        words = _LAYERS.get(layer, layer)
        if self._live:
            self.step(f"{words}: {message}")
        elif layer != "check":  # models and their checks take turns
            spent = time.perf_counter() - self._began
            if layer != self._layer:
                self._say(spent, words)
            elif spent - self._said >= _SAY_AGAIN_SECONDS:
                self._say(spent, f"{words}: {message}")
            self._layer = layer

    def _say(self, spent: float, words: str) -> None:
        self.step(f"{spent:6.1f} s  {words}")
        self._said = spent
