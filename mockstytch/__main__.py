"""``python -m mockstytch``"""

from mockstytch.cli import main

if __name__ == "__main__":
    main()
