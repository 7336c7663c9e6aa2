"""The errors of the SAML protocol: certificates and keys, an identity provider's metadata, its responses."""

from mockstytch.errors.kinds import b2b

# fmt: off
# certificates and keys
invalid_x509_certificate = b2b(400, "invalid_x509_certificate", "The x509 certificate could not be parsed. Please provide a PEM certificate with an RSA or an elliptic curve key.")
private_key_too_long = b2b(400, "private_key_too_long", "The private key is too long.")
saml_signing_private_key_format_not_supported = b2b(400, "saml_signing_private_key_format_not_supported", "The private key must be an RSA key in PKCS1 format, beginning with -----BEGIN RSA PRIVATE KEY-----.")
saml_signing_private_key_invalid = b2b(400, "saml_signing_private_key_invalid", "The private key could not be parsed.")

# an identity provider's metadata
invalid_xml_from_saml_metadata_url = b2b(400, "invalid_xml_from_saml_metadata_url", "The document at the metadata URL could not be parsed as XML.")
saml_connection_metadata_invalid_format = b2b(400, "saml_connection_metadata_invalid_format", "The metadata must describe one SAML 2.0 identity provider, with its entity ID, SSO URL and x509 certificate.")

# a response
expired_saml_response = b2b(400, "expired_saml_response", "The SAML response has expired.")
failed_saml_response = b2b(400, "failed_saml_response", "The identity provider answered that the authentication failed.")
invalid_audience_saml_response = b2b(400, "invalid_audience_saml_response", "The SAML response is meant for another audience.")
invalid_saml_response = b2b(400, "invalid_saml_response", "The SAML response is invalid.")
invalid_signature_saml_response = b2b(400, "invalid_signature_saml_response", "The signature of the SAML response could not be verified.")
invalid_xml_saml_response = b2b(400, "invalid_xml_saml_response", "The SAML response could not be parsed as XML.")
missing_saml_response = b2b(400, "missing_saml_response", "SAMLResponse is missing.")
missing_signature_saml_response = b2b(400, "missing_signature_saml_response", "Neither the SAML response nor its assertion is signed.")
not_yet_valid_saml_response = b2b(400, "not_yet_valid_saml_response", "The SAML response is not valid yet.")
unsolicited_saml_response = b2b(400, "unsolicited_saml_response", "The SAML response does not answer the request that was made.")
# fmt: on
