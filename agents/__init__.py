"""The stream: the Faust app, its stages, the broker, the web view and the command line."""
