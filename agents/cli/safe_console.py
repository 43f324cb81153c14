"""A console for what comes from articles, which may hold what a terminal would obey."""

import sys
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from agents.cli.console import HARMLESS, abandon


class SafeConsole(Console):
    """Prints what articles hold without obeying it: escape sequences in a text move no cursor and set no title."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The segments of `renderable`, with control characters in texts replaced."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(segment.text.translate(HARMLESS), segment.style)

    def on_broken_pipe(self) -> None:
        """Drop further notes if nobody reads stderr any more, and go on; end the command if nobody reads its results.

        Raises:
            BrokenPipeError: nobody reads the results.
        """
        if not self.stderr:
            raise BrokenPipeError
        abandon(sys.stderr)
