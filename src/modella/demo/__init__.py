"""The stand-in hub: Civitai, Hugging Face and a file host on this machine, kind for the demo, nasty for the tests."""
