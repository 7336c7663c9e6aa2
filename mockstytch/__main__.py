"""``python -m mockstytch`` runs the command line."""

import gc

if __name__ == "__main__":
    gc.disable()  # also while the command line itself is imported: see ``main``

    from mockstytch.cli import main

    main()
