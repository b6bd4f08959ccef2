"""The files that other tools leave beside a model: bytes and names in, values out; a file here is a format."""
