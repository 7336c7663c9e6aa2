"""``python -m mockstytch`` runs the command line."""

from mockstytch.cli import main

if __name__ == "__main__":
    main()
