"""The documents of the API, made from what the hub is: OpenAPI, AsyncAPI, and the page that shows them."""
