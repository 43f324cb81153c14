"""The learned quote model at run time: onnxruntime and numpy, no PyTorch."""
