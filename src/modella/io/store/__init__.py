"""The one room that speaks SQL: the queue's database (durable) and the library's index (derived, deletable)."""
