"""Reports of a run: on the terminal, as Markdown, and as JSON. Nothing in the files comes from the project."""
