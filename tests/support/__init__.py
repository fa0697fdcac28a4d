"""What tests share: real servers, a real browser, a clean environment. Never a stand-in for the product."""
