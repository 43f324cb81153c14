"""The command line: `redefluss COMMAND`; one file per command or group of commands."""
