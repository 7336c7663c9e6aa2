"""``python -m demo_app``"""

import sys

import uvicorn

from . import Settings, create_app


def main() -> None:
    try:
        settings = Settings.from_env()
    except ValueError as e:
        sys.exit(f"demo_app: {e}")
    uvicorn.run(create_app(settings), host=settings.host, port=settings.port)


if __name__ == "__main__":
    main()
