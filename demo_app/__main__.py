"""``python -m demo_app``"""

import logging
import sys

import uvicorn

from . import Settings, create_app


def main() -> None:
    try:
        settings = Settings.from_env()
    except ValueError as e:
        sys.exit(f"demo_app: {e}")
    logging.basicConfig(format="%(levelname)s:     %(message)s")  # as uvicorn's
    logging.getLogger("demo_app").setLevel(logging.INFO)
    uvicorn.run(create_app(settings), host=settings.host, port=settings.port)


if __name__ == "__main__":
    main()
