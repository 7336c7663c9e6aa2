"""The settings editor: every setting of the project with its description, its default, and whether it was changed."""
