"""The commands, one module each. The first docstring line is the help; ``run(arguments)`` returns the exit code."""
