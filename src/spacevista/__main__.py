"""`python -m spacevista`, and so `accelerate launch -m spacevista`, for several processes."""

import sys

from spacevista.cli import main

if __name__ == "__main__":
    sys.exit(main())
