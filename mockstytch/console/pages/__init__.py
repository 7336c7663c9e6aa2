"""The pages, one module for each subject. A page is a function that gets a ``PageRequest`` and returns the response."""
