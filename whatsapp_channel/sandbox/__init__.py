"""A local WhatsApp Cloud API with signed webhooks, faults and a customer's phone in the browser.

    with Sandbox(callback_url="http://localhost:8000/webhook") as sandbox, serve(sandbox) as server:
        ada = sandbox.customer("+14155550123", "Ada")
        ada.sends("Hello")
        sandbox.flush()

Packages import downwards only (tests/sandbox/test_layers.py): `control/` (the control API) on `simulation.py` (what tests call
in Python) on `page/` (phones and their page) and `signup/` (the pop-up) on `graph/` (what Meta answers and decides) on
`webhooks/` (what Meta posts, and all connections) on `state/` (the stored data). Pending faults are state, since both Graph
and webhooks use them. The server is Werkzeug, which every bench already has.

See README.md in this folder. Nothing here imports frappe.
"""

from whatsapp_channel.sandbox.cli import main, run
from whatsapp_channel.sandbox.core import Sandbox
from whatsapp_channel.sandbox.page.customer_phone import Customer
from whatsapp_channel.sandbox.server import Running, serve
from whatsapp_channel.sandbox.state.model import Config, MediaFile, Message, SandboxError, Settings
from whatsapp_channel.sandbox.state.webhook_items import Item

__all__ = [
	"Config", "Customer", "Item", "MediaFile", "Message", "Running", "Sandbox", "SandboxError", "Settings",
	"main", "run", "serve",
]  # fmt: skip
