"""The sandbox's credentials where a test has to know them beforehand; it makes up its own otherwise."""

APP_SECRET, VERIFY_TOKEN, TOKEN = "tests-app-secret", "tests-verify-token", "tests-token"
GIVEN = {"app_secret": APP_SECRET, "verify_token": VERIFY_TOKEN, "token": TOKEN}
