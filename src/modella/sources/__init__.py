"""The places models come from, one file each."""
