"""Side-by-side measurements of Modella against the tools people use today: `python -m bench`."""
