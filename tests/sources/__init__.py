"""Tests of the sources: one suite for all, one file of examples each."""
