"""The door for people: the command line, one file per noun."""
