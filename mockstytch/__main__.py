"""``python -m mockstytch`` runs the command line."""

import gc

gc.disable()  # also while the command line itself is imported: see ``main``

from mockstytch.cli import main  # noqa: E402

if __name__ == "__main__":
    main()
