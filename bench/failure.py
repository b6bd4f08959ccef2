"""The one error of the harness: something could not be measured, in a sentence for whoever ran it."""


class BenchFailure(Exception):
    """A measurement could not be made; the text says why and what to do."""
