"""Writes the generated documents, or says which are stale (`--check`)."""

import sys

from pipelines.handbook.handbook import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
