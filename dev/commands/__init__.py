"""The commands, one module each; its first line is its help, ``run(arguments)`` returns the exit code."""
