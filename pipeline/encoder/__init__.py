"""The encoder at run time: word pieces, embeddings and ONNX graphs, without PyTorch."""
