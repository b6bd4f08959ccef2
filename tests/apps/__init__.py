"""Tests of the apps that use models: which one lies where, and what each of them sees."""
