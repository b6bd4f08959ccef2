"""The hands: the only modules that touch the world."""
