"""A pool of processes that do the stages' work: ordered to one process each, limited in time and memory, replaced when
they die, and gone when their worker is."""
