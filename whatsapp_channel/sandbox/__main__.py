"""python -m whatsapp_channel.sandbox"""

import sys

from whatsapp_channel.sandbox.cli import run

sys.exit(run())
