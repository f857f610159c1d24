"""VLMEvalKit's run with SpaceVista-Bench among its data sets.

SPACEVISTA_BENCH=/data/SpaceVista-Bench python integrations/vlmevalkit/run.py --data SpaceVista-Bench --model MODEL
"""

from spacevista_dataset import register
from vlmeval import run

if __name__ == "__main__":
    register()
    run.load_env()
    run.main()
