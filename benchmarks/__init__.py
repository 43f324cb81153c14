"""What the stream costs: measured side by side with its limit and with what people would build instead."""
