"""Small apps with the official SDKs, in the languages and frameworks of customers. README.md is their contract."""
