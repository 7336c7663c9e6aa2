"""Stories told one after the other, and what became of them."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib import import_module

from . import STORIES, title
from ._story import SEED, Story, StoryFailed, StorySkipped
from ._voice import Voice, shortened

Run = Callable[[Story], None]

DEFAULT_URL = "http://127.0.0.1:4700"


@dataclass
class Outcome:
    """What became of the stories.

    Attributes:
        told: those that were told to the end.
        skipped: those that can't be told here, with the reason.
        failed: the others, with the step that failed and what was wrong with it.
    """

    told: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        parts = {"told": self.told, "failed": self.failed, "skipped": self.skipped}
        return ", ".join(f"{len(stories)} {what}" for what, stories in parts.items() if stories)


def tell(names: Iterable[str], url: str, seed: int = SEED, voice: Voice | None = None) -> Outcome:
    """Tell stories by name, all of them where none is named.

    Raises:
        ModuleNotFoundError: an optional package that they need is not installed.
        StoryFailed: the server can't be reached, or lets no new projects in.
    """
    voice, outcome, start = voice or Voice(sys.stdout), Outcome(), time.perf_counter()
    chosen = list(names) or list(STORIES)
    for name in chosen:
        run: Run = import_module(f"{__package__}.{name}").run
        tell_one(name, title(name), run, url, seed, voice, outcome)
    if len(chosen) > 1:
        voice.summary(f"{outcome} in {time.perf_counter() - start:.1f} s")
    return outcome


def tell_one(name: str, title: str, run: Run, url: str, seed: int, voice: Voice, outcome: Outcome) -> None:
    """Tell one story, and note in ``outcome`` what became of it. Raises what ``tell`` raises."""
    start, story = time.perf_counter(), Story(url, seed, voice)
    voice.title(title)
    try:
        with story:
            run(story)
    except ModuleNotFoundError:
        raise
    except StorySkipped as e:
        outcome.skipped[name] = str(e)
        voice.skipped(str(e))
    except Exception as e:  # whatever it was: who listens wants to know the step, and not this program's insides
        where = f'step {story.at_step}, "{story.step_text}"' if story.at_step else "before the first step"
        outcome.failed[name] = f"{where}: {_reason(e)}"
        voice.failed(outcome.failed[name])
    else:
        outcome.told.append(name)
        voice.told(time.perf_counter() - start)


def _reason(e: Exception) -> str:
    details = getattr(e, "details", None)  # the official client's own error
    if details is not None:
        said = f"refused with {details.status_code} {details.error_type}: {details.error_message}"
    else:
        said = str(e) if isinstance(e, StoryFailed) else f"{type(e).__name__}: {e}"
    return shortened(" ".join(said.split()))[:500]


def main(run: Run, arguments: list[str] | None = None) -> None:
    """``python -m scenarios.<name>``: one story, told to the terminal. Exits with 0 (told), 1 or 2 (misused)."""
    module = sys.modules[run.__module__]
    name = module.__spec__.name if module.__spec__ else run.__module__
    doc = (module.__doc__ or name).splitlines()[0].rstrip(".")
    parser = argparse.ArgumentParser(prog=f"python -m {name}", description=doc)
    parser.add_argument(
        "--url", default=os.environ.get("MOCKSTYTCH_URL", DEFAULT_URL), help="the server [default: %(default)s]"
    )
    parser.add_argument("--seed", type=int, default=SEED, help="decides who appears [default: %(default)s]")
    given = parser.parse_args(arguments)
    outcome = Outcome()
    try:
        tell_one(name, doc, run, given.url, given.seed, Voice(sys.stdout), outcome)
    except ModuleNotFoundError as e:
        sys.exit(f"{name} needs the package {e.name!r}. Install all of its needs with: pip install 'mockstytch[demo]'")
    except StoryFailed as e:
        sys.exit(str(e))
    sys.exit(1 if outcome.failed else 0)
