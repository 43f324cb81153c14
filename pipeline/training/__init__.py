"""The recipes behind `redefluss train`. PyTorch is imported here alone."""
