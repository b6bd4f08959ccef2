"""Civitai: what its links mean (links), how its answers read (shapes), what its refusals say (refusals), the source."""
