"""The verbs: what Modella does, told in order."""
