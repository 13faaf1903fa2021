"""Meta's error codes, one `ErrorRule` per row of its page, grouped as the page groups them.

Source: developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes (18 June 2026), the
phone number, registration and template pages, and recorded answers.
"""

from .access_errors import ACCESS
from .phone_number_errors import NUMBERS
from .sending_errors import SENDING
from .template_errors import TEMPLATES

TABLE = (*ACCESS, *SENDING, *TEMPLATES, *NUMBERS)

__all__ = ["TABLE"]
