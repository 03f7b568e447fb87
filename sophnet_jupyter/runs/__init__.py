"""Many questions at once: the rows of a table, each with its answer. Asks nobody by itself."""
