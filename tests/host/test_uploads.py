"""Uploading a file as a page does it, on both hosts."""

from typing import Any

import frappe
import httpx
import pytest

from tests.app.conftest import user
from tests.files import PNG

UPLOAD = "/api/method/upload_file"


def upload(client: httpx.Client, **fields: str) -> httpx.Response:
	return client.post(UPLOAD, data=fields, files={"file": ("shop.png", PNG, "image/png")})


@pytest.mark.parametrize(("private", "folder"), [("0", "/files/"), ("1", "/private/files/")])
def test_file_is_kept_with_its_owner(site: Any, web: Any, private: str, folder: str) -> None:
	client = web.login("Administrator")
	answer = upload(client, is_private=private, folder="Home").raise_for_status().json()["message"]
	assert answer["file_url"].startswith(folder)
	assert client.get(answer["file_url"]).content == PNG
	frappe.db.commit()
	assert frappe.db.get_value("File", answer["name"], ["owner", "is_private"]) == (
		"Administrator",
		int(private),
	)


def test_guest_uploads_nothing(site: Any, web: Any) -> None:
	assert upload(web.client).status_code == 403


def test_a_document_that_the_user_may_not_change_gets_no_file(site: Any, web: Any) -> None:
	name = user("whatsapp-uploader@example.com", "Agent")
	place = {"doctype": "WhatsApp Channel Settings", "docname": "WhatsApp Channel Settings"}
	assert upload(web.login(name), **place).status_code == 403
