"""A story creates what an operation needs, and ends with a successful call of it.

It is registered under the name of that operation.
"""

from collections.abc import Callable
from typing import Any

from tests.support.given import Given

Story = Callable[[Given], Any]
STORIES: dict[str, Story] = {}


def story(name: str) -> Callable[[Story], Story]:
    def register(function: Story) -> Story:
        STORIES[name] = function
        return function

    return register
