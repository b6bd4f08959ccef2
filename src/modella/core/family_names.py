"""The names that a family of files gets when its model file gets another one."""

from collections.abc import Iterable

from modella.core.naming import suffix_of


def renamed(names: Iterable[str], old: str, new: str) -> dict[str, str]:
    """Old name → new name of the model file and of everything that bears its name or its stem; only what changes."""
    old_stem, new_stem = old.removesuffix(suffix_of(old)), new.removesuffix(suffix_of(new))
    found = {}
    for name in names:
        if name == old:
            found[name] = new
        elif name.casefold().startswith(f"{old}.".casefold()):
            found[name] = new + name[len(old) :]
        elif name.casefold().startswith(old_stem.casefold()) and name[len(old_stem) :][:1] in {".", "_"}:
            found[name] = new_stem + name[len(old_stem) :]
    return {name: other for name, other in found.items() if name != other}
