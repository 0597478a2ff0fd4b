"""The only room that knows every concrete class: settings in, use cases put together out."""
