"""`python -m agents.cli`, for where the installed command is not on the path."""

from agents.cli.entry_point import main

if __name__ == "__main__":
    main()
