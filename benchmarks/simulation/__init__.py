"""A simulation of the stream, fed with measured costs, for sizes that no single machine can measure."""
