"""What developers of this project run: ``python -m tools.docs``."""
