"""The street on which browser tests play: the pages open, and what they need is there."""

import pytest

LANGUAGES = ["en", "zh-CN", "ja", "ar"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shop_has_a_front_page_in_each_language(open_shop, picture, language):
    page = open_shop(f"/?locale={language}")
    assert page.locator("h1").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")


def test_the_shop_page_carries_the_app_embed(shop_page):
    assert shop_page.locator("caseroom-chat").count() == 1


def test_a_customer_signs_in_at_the_shop(open_shop):
    page = open_shop("/products/amber")
    page.get_by_role("link", name="Sign in").click()
    assert "7001" in page.get_by_role("link", name="Sign out").inner_text()


def test_a_web_page_of_no_shop_loads_the_launcher_from_the_service(open_website, street):
    page = open_website()
    assert page.locator("caseroom-chat").count() == 1
    assert page.locator("script").get_attribute("src") == f"{street.urls['service']}/widget.js"
