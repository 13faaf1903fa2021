"""A local WhatsApp Cloud API with signed webhooks, faults and a customer's phone in the browser.

    with Sandbox(callback_url="http://localhost:8000/webhook") as sandbox, serve(sandbox) as server:
        ada = sandbox.customer("+14155550123", "Ada")
        ada.sends("Hello")
        sandbox.flush()

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
