"""`python -m spacevista`: the command line."""

import sys

from spacevista.cli import main

if __name__ == "__main__":
    sys.exit(main())
