"""Hugging Face: its links (links), its answers (shapes), which files belong together (bundles), the source."""
