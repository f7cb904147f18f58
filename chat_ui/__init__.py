"""What runs in browsers, and how it is built: the storefront's widget and the agents' pane (MIT, see LICENSE)."""
