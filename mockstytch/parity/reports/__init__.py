"""Reports of a run: on the terminal, as Markdown, and as JSON that can be contributed."""
