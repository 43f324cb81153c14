"""The encoder at run time: word pieces, embeddings and ONNX graphs, without PyTorch."""

import os

# ONNX Runtime for Linux and macOS reports its use to its maker, from 1.29 on, and keeps a number for the machine below
# the home folder. It looks at this variable when it is imported, and never again.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
