"""``python -m demo_app``"""

import sys

import uvicorn

from . import Settings, create_app


def main() -> None:
    try:
        settings = Settings.from_env()
    except ValueError as e:
        sys.exit(f"demo_app: {e}")
    uvicorn.run(create_app(settings), host="127.0.0.1", port=settings.port)


if __name__ == "__main__":
    main()
