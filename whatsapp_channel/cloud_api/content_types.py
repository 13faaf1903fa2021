"""The content of a message as typed values, with the readable text of each; `content` parses them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

YES, NO = "Yes", "No"


@dataclass(frozen=True, slots=True)
class ErrorObject:
	"""An error that Meta reports inside a webhook, as worded by Meta."""

	code: int | None
	title: str | None
	message: str | None
	details: str | None


@dataclass(frozen=True, slots=True)
class Text:
	"""A text message, in WhatsApp's own formatting."""

	body: str

	@property
	def words(self) -> str | None:
		"""The readable text, possibly of several lines; None when there is none."""
		return self.body or None


@dataclass(frozen=True, slots=True)
class Media:
	"""A file. `kind` is image, video, audio, document or sticker; `sha256` is lower-case hex, of the whole file.

	`id` is valid for 7 days, `url` (http or https) for 5 minutes; `voice`: a voice message recorded in the chat.
	"""

	kind: str
	id: str | None = None
	mime_type: str | None = None
	sha256: str | None = None
	filename: str | None = None
	caption: str | None = None
	voice: bool = False
	animated: bool = False
	url: str | None = None

	@property
	def words(self) -> str | None:
		"""The caption, else the name of a document."""
		return self.caption or self.filename


@dataclass(frozen=True, slots=True)
class Location:
	"""A place. Latitude and longitude in degrees, both or neither; `url` is http or https."""

	latitude: float | None = None
	longitude: float | None = None
	name: str | None = None
	address: str | None = None
	url: str | None = None

	@property
	def coordinates(self) -> str | None:
		"""ISO 6709 order and decimal degrees, as maps take it: "37.44, -122.16"."""
		if self.latitude is None or self.longitude is None:
			return None
		return f"{_degrees(self.latitude)}, {_degrees(self.longitude)}"

	@property
	def words(self) -> str | None:
		"""Name, address and web page, else the coordinates."""
		return _lines(self.name, self.address, self.url) or self.coordinates


@dataclass(frozen=True, slots=True)
class Person:
	"""One shared contact; numbers as they were written, with their types. `more` is what this version has no name for."""

	name: str | None = None
	phones: tuple[str, ...] = ()
	emails: tuple[str, ...] = ()
	organisation: str | None = None
	urls: tuple[str, ...] = ()
	addresses: tuple[str, ...] = ()
	birthday: str | None = None
	more: tuple[str, ...] = ()

	@property
	def parts(self) -> tuple[str, ...]:
		"""All that the card says, the name first."""
		known = (self.name, *self.phones, *self.emails, self.organisation, *self.urls, *self.addresses)
		return tuple(part for part in (*known, self.birthday, *self.more) if part)

	@property
	def words(self) -> str | None:
		"""The whole card on one line."""
		return ", ".join(self.parts) or None


@dataclass(frozen=True, slots=True)
class Contacts:
	"""Shared contacts, the answer to a request for the number among them."""

	people: tuple[Person, ...] = ()

	@property
	def words(self) -> str | None:
		"""A line per person."""
		return _lines(*(person.words for person in self.people))


@dataclass(frozen=True, slots=True)
class Choice:
	"""A pressed button of a template ("button") or a chosen reply ("button_reply", "list_reply"); `id` is the sender's."""

	kind: str
	title: str | None = None
	id: str | None = None
	description: str | None = None

	@property
	def words(self) -> str | None:
		"""The words on the button."""
		return self.title or self.id


@dataclass(frozen=True, slots=True)
class Form:
	"""A filled-in flow: pairs of field name and answer. A name is "" where the answers are no list of fields.

	An answer that is yes or no is a bool. `files` came with the answers, which name them.
	"""

	name: str | None = None
	body: str | None = None
	answers: tuple[tuple[str, str | bool], ...] = ()
	files: tuple[Media, ...] = ()

	@property
	def words(self) -> str | None:
		"""Meta's name of the form and one answer per line."""
		said = ((name, spoken(answer)) for name, answer in self.answers)
		return (
			_lines(self.body, *(f"{name}: {answer}" if name else answer for name, answer in said))
			or self.name
		)


@dataclass(frozen=True, slots=True)
class CallPermission:
	"""Whether the customer may be called; None: in Meta's word `response`, which is new. `until` is UTC, None: for good
	or unknown. `automatic`: given by WhatsApp's rules, such as after a call of the customer's."""

	allowed: bool | None = None
	response: str | None = None
	permanent: bool = False
	until: datetime | None = None
	automatic: bool = False

	@property
	def words(self) -> str | None:
		"""Meta's word."""
		return self.response


@dataclass(frozen=True, slots=True)
class Payment:
	"""How the customer chose to pay: Meta's word for the way, what it ends in, and the business's own reference."""

	method: str | None = None
	last_digits: str | None = None
	reference: str | None = None

	@property
	def words(self) -> str | None:
		"""All of it on one line."""
		digits = f"•••• {self.last_digits}" if self.last_digits else None
		return ", ".join(part for part in (self.method, digits, self.reference) if part) or None


@dataclass(frozen=True, slots=True)
class Offer:
	"""A message of the business with something to press. `kind` is Meta's word; `options` are the words to press."""

	kind: str
	text: str | None = None
	options: tuple[str, ...] = ()

	@property
	def words(self) -> str | None:
		"""Header, body and footer, and the options."""
		return _lines(self.text, *self.options)


@dataclass(frozen=True, slots=True)
class Template:
	"""A template message of the business: its name at Meta, and what was filled in."""

	name: str | None = None
	values: tuple[str, ...] = ()

	@property
	def words(self) -> str | None:
		"""The name and a value per line."""
		return _lines(self.name, *self.values)


@dataclass(frozen=True, slots=True)
class Reaction:
	"""A reaction to the message `target`; without an emoji it was removed."""

	target: str | None = None
	emoji: str | None = None

	@property
	def words(self) -> str | None:
		"""The emoji."""
		return self.emoji


@dataclass(frozen=True, slots=True)
class Product:
	"""One line of an order; the name is the product's id in the catalogue, the price is for one piece."""

	name: str
	quantity: Decimal | None = None
	price: Decimal | None = None
	currency: str | None = None

	@property
	def words(self) -> str:
		"""Quantity, product and price on one line."""
		amount = f"{number_text(self.quantity)} × " if self.quantity is not None else ""
		cost = f" ({self.cost})" if self.cost else ""
		return f"{amount}{self.name}{cost}"

	@property
	def cost(self) -> str | None:
		"""Price and currency."""
		if self.price is None:
			return None
		return f"{number_text(self.price)} {self.currency or ''}".strip()


@dataclass(frozen=True, slots=True)
class Order:
	"""A basket of products from a catalogue."""

	text: str | None = None
	catalog: str | None = None
	products: tuple[Product, ...] = ()

	@property
	def words(self) -> str | None:
		"""The customer's text and one line per product."""
		return _lines(self.text, *(product.words for product in self.products))


@dataclass(frozen=True, slots=True)
class System:
	"""A change of the customer's account; `body` is Meta's English sentence."""

	kind: str | None = None
	body: str | None = None
	new_wa_id: str | None = None
	new_user_id: str | None = None
	old_user_id: str | None = None

	@property
	def words(self) -> str | None:
		"""Meta's sentence."""
		return self.body


@dataclass(frozen=True, slots=True)
class Revoke:
	"""The message `target` was deleted by its author."""

	target: str | None = None

	@property
	def words(self) -> str | None:
		"""There are none."""
		return None


@dataclass(frozen=True, slots=True)
class Unsupported:
	"""Something that Meta does not pass on; `kind` is its word for what it was, when it says so."""

	kind: str | None = None
	errors: tuple[ErrorObject, ...] = ()

	@property
	def words(self) -> str | None:
		"""There are none."""
		return None


@dataclass(frozen=True, slots=True)
class Unknown:
	"""A type that this version does not know, with the first text of its object."""

	type: str
	text: str | None = None

	@property
	def words(self) -> str | None:
		"""The text, if one was found."""
		return self.text


@dataclass(frozen=True, slots=True)
class Edit:
	"""The message `target` says `content` from now on."""

	target: str | None
	content: Content

	@property
	def words(self) -> str | None:
		"""The new words. A file that lost its caption has none: its name was not edited."""
		return self.content.caption if isinstance(self.content, Media) else self.content.words


Content = (
	Text
	| Media
	| Location
	| Contacts
	| Choice
	| Form
	| CallPermission
	| Payment
	| Offer
	| Template
	| Reaction
	| Order
	| System
	| Edit
	| Revoke
	| Unsupported
	| Unknown
)


@dataclass(frozen=True, slots=True)
class Referral:
	"""The advertisement, post or status that led the customer here; `source_url` is http or https.

	`click_id` is Meta's id of the click, absent for status ads; `welcome` is the greeting that he saw.
	"""

	headline: str | None = None
	body: str | None = None
	source_url: str | None = None
	source_type: str | None = None
	source_id: str | None = None
	media_type: str | None = None
	click_id: str | None = None
	welcome: str | None = None


@dataclass(frozen=True, slots=True)
class ReferredProduct:
	"""The product of a catalogue that a message asks about."""

	catalog: str | None = None
	product: str | None = None


def spoken(answer: str | bool) -> str:
	"""An answer of a form in words."""
	return answer if isinstance(answer, str) else YES if answer else NO


def number_text(number: Decimal) -> str:
	"""A number without exponent and without zeros at the end."""
	text = f"{number:f}"
	return text.rstrip("0").rstrip(".") if "." in text else text


def _degrees(value: float) -> str:
	return number_text(Decimal(f"{value:.12f}"))


def _lines(*parts: str | None) -> str | None:
	return "\n".join(part for part in parts if part) or None
