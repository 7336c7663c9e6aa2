"""How a story is registered: under the name of the operation that it ends with."""

from collections.abc import Callable
from typing import Any

from tests.support.given import Given

Story = Callable[[Given], Any]
STORIES: dict[str, Story] = {}


def story(name: str) -> Callable[[Story], Story]:
    def register(tell: Story) -> Story:
        STORIES[name] = tell
        return tell

    return register
