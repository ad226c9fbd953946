"""`python -m pipelines.cli` is the `attain` command."""

from pipelines.cli.main import main

if __name__ == "__main__":
    main()
