"""M2M clients and connected apps."""

from mockstytch.store.records.oauth_server import ConnectedApp, M2MClient
from mockstytch.wire.values import Wire


def m2m_client(c: M2MClient) -> Wire:
    """Return an M2M client, without its secret."""
    return {
        "client_description": c.client_description,
        "client_id": c.client_id,
        "client_name": c.client_name,
        "client_secret_last_four": c.client_secret_last_four,
        "next_client_secret_last_four": c.next_client_secret_last_four,
        "scopes": c.scopes,
        "status": c.status,
        "trusted_metadata": c.trusted_metadata,
    }


def connected_app(c: ConnectedApp) -> Wire:
    """Return a connected app, without its secret. Responses that contain a new secret leave out ``creation_method``."""
    return {
        "access_token_custom_audience": c.access_token_custom_audience,
        "access_token_expiry_minutes": c.access_token_expiry_minutes,
        "access_token_template_content": c.access_token_template_content,
        "bypass_consent_for_offline_access": c.bypass_consent_for_offline_access,
        "client_description": c.client_description,
        "client_id": c.client_id,
        "client_id_metadata_url": None,
        "client_name": c.client_name,
        "client_secret_last_four": c.client_secret_last_four,
        "client_type": c.client_type,
        "creation_method": c.creation_method,
        "full_access_allowed": c.full_access_allowed,
        "id_token_template_content": c.id_token_template_content,
        "logo_url": c.logo_url,
        "next_client_secret_last_four": c.next_client_secret_last_four,
        "post_logout_redirect_urls": c.post_logout_redirect_urls,
        "redirect_urls": c.redirect_urls,
        "status": c.status,
    }


def connected_app_public(c: ConnectedApp) -> Wire:
    """Return what a member sees of a connected app on the consent page."""
    return {
        "client_description": c.client_description,
        "client_id": c.client_id,
        "client_name": c.client_name,
        "client_type": c.client_type,
        "logo_url": c.logo_url,
    }


def installed_app(c: ConnectedApp) -> Wire:
    """Return a connected app in the list of apps that an organization or a member has installed."""
    return {
        "client_type": c.client_type,
        "connected_app_id": c.client_id,
        "description": c.client_description,
        "logo_url": c.logo_url,
        "name": c.client_name,
    }
