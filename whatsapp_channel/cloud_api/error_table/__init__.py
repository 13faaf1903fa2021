"""Meta's error codes, one `ErrorRule` per row of its page, grouped as the page groups them.

Source: developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes (18 June 2026), the
phone number, registration and template pages, and recorded answers.
"""

from .access import ACCESS
from .numbers import NUMBERS
from .sending import SENDING
from .templates import TEMPLATES

TABLE = (*ACCESS, *SENDING, *TEMPLATES, *NUMBERS)

__all__ = ["TABLE"]
