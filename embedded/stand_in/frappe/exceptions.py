"""Frappe's exception classes, with the HTTP status that each one turns into."""

_BASES_BY_STATUS: dict[str, tuple[type[Exception], int]] = {
	"ValidationError": (Exception, 417),
	"FrappeTypeError": (TypeError, 417),
	"AuthenticationError": (Exception, 401),
	"SessionExpired": (Exception, 401),
	"PermissionError": (Exception, 403),
	"NameError": (Exception, 409),
	"OutgoingEmailError": (Exception, 501),
	"UnsupportedMediaType": (Exception, 415),
	"Redirect": (Exception, 301),
	"TooManyRequestsError": (Exception, 429),
}

# These have no status of their own; the web answers 500.
_WITHOUT_STATUS = (
	"QueryTimeoutError",
	"QueryDeadlockError",
	"RetryBackgroundJobError",
	"SecurityException",
	"SiteNotSpecifiedError",
)

_VALIDATION_ERRORS: dict[str, int] = {
	"DoesNotExistError": 404,
	"PageDoesNotExistError": 404,
	"RateLimitExceededError": 429,
	"InReadOnlyMode": 503,
	"AppNotInstalledError": 417,
	"CannotChangeConstantError": 417,
	"CharacterLengthExceededError": 417,
	"CircularLinkingError": 417,
	"DataError": 417,
	"DocstatusTransitionError": 417,
	"ImplicitCommitError": 417,
	"InvalidEmailAddressError": 417,
	"InvalidNameError": 417,
	"InvalidPhoneNumberError": 417,
	"LinkExistsError": 417,
	"LinkValidationError": 417,
	"MandatoryError": 417,
	"NonNegativeError": 417,
	"TimestampMismatchError": 417,
	"UniqueValidationError": 417,
	"UpdateAfterSubmitError": 417,
}


def _make(name: str, base: type[Exception], status: int | None) -> type[Exception]:
	body: dict[str, object] = {"__module__": __name__}
	if status is not None:
		body["http_status_code"] = status
	return type(name, (base,), body)


for _name, (_base, _status) in _BASES_BY_STATUS.items():
	globals()[_name] = _make(_name, _base, _status)
for _name in _WITHOUT_STATUS:
	globals()[_name] = _make(_name, Exception, None)
for _name, _status in _VALIDATION_ERRORS.items():
	globals()[_name] = _make(_name, globals()["ValidationError"], _status)

DuplicateEntryError = _make("DuplicateEntryError", globals()["NameError"], None)
__all__ = [*_BASES_BY_STATUS, *_WITHOUT_STATUS, *_VALIDATION_ERRORS, "DuplicateEntryError"]
