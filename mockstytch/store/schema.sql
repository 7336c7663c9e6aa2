CREATE TABLE authorizations_copies (
	project_id VARCHAR NOT NULL, 
	authorization_id VARCHAR NOT NULL, 
	grant_id VARCHAR NOT NULL, 
	code VARCHAR NOT NULL, 
	redirect_uri VARCHAR NOT NULL, 
	scopes TEXT NOT NULL, 
	nonce VARCHAR NOT NULL, 
	code_challenge VARCHAR NOT NULL, 
	resources TEXT NOT NULL, 
	member_session_id VARCHAR, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	used_at DATETIME, 
	revoked_at DATETIME, 
	PRIMARY KEY (project_id, authorization_id)
)
 WITHOUT ROWID;
CREATE TABLE connected_app_grants_copies (
	project_id VARCHAR NOT NULL, 
	grant_id VARCHAR NOT NULL, 
	client_id VARCHAR NOT NULL, 
	organization_id VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	scopes TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	uninstalled_at DATETIME, 
	PRIMARY KEY (project_id, grant_id)
)
 WITHOUT ROWID;
CREATE TABLE connected_apps (
	project_id VARCHAR NOT NULL, 
	client_id VARCHAR NOT NULL, 
	client_name VARCHAR NOT NULL, 
	client_description VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	client_type VARCHAR NOT NULL, 
	redirect_urls TEXT NOT NULL, 
	post_logout_redirect_urls TEXT NOT NULL, 
	full_access_allowed BOOLEAN NOT NULL, 
	bypass_consent_for_offline_access BOOLEAN NOT NULL, 
	access_token_expiry_minutes BIGINT NOT NULL, 
	access_token_custom_audience VARCHAR NOT NULL, 
	access_token_template_content VARCHAR NOT NULL, 
	id_token_template_content VARCHAR NOT NULL, 
	logo_url VARCHAR NOT NULL, 
	creation_method VARCHAR NOT NULL, 
	registration_key VARCHAR, 
	metadata_url VARCHAR, 
	metadata_fetched_at DATETIME, 
	secret_hash VARCHAR, 
	client_secret_last_four VARCHAR, 
	next_secret_hash VARCHAR, 
	next_client_secret_last_four VARCHAR, 
	created_at DATETIME NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, client_id)
);
CREATE INDEX connected_apps_metadata_url_index ON connected_apps (project_id, metadata_url);
CREATE INDEX connected_apps_position_index ON connected_apps (project_id, position);
CREATE INDEX connected_apps_registration_key_index ON connected_apps (project_id, registration_key);
CREATE TABLE connected_apps_copies (
	project_id VARCHAR NOT NULL, 
	client_id VARCHAR NOT NULL, 
	client_name VARCHAR NOT NULL, 
	client_description VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	client_type VARCHAR NOT NULL, 
	redirect_urls TEXT NOT NULL, 
	post_logout_redirect_urls TEXT NOT NULL, 
	full_access_allowed BOOLEAN NOT NULL, 
	bypass_consent_for_offline_access BOOLEAN NOT NULL, 
	access_token_expiry_minutes BIGINT NOT NULL, 
	access_token_custom_audience VARCHAR NOT NULL, 
	access_token_template_content VARCHAR NOT NULL, 
	id_token_template_content VARCHAR NOT NULL, 
	logo_url VARCHAR NOT NULL, 
	creation_method VARCHAR NOT NULL, 
	registration_key VARCHAR, 
	metadata_url VARCHAR, 
	metadata_fetched_at DATETIME, 
	secret_hash VARCHAR, 
	client_secret_last_four VARCHAR, 
	next_secret_hash VARCHAR, 
	next_client_secret_last_four VARCHAR, 
	created_at DATETIME NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, client_id)
)
 WITHOUT ROWID;
CREATE TABLE default_email_templates (
	project_id VARCHAR NOT NULL, 
	project_slug VARCHAR NOT NULL, 
	template_type VARCHAR NOT NULL, 
	template_id VARCHAR NOT NULL, 
	PRIMARY KEY (project_id, project_slug, template_type)
);
CREATE TABLE default_email_templates_copies (
	project_id VARCHAR NOT NULL, 
	project_slug VARCHAR NOT NULL, 
	template_type VARCHAR NOT NULL, 
	template_id VARCHAR NOT NULL, 
	PRIMARY KEY (project_id, project_slug, template_type)
)
 WITHOUT ROWID;
CREATE TABLE deliveries_copies (
	project_id VARCHAR NOT NULL, 
	event_id VARCHAR NOT NULL, 
	url VARCHAR NOT NULL, 
	position BIGINT NOT NULL, 
	event_type VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	attempts TEXT NOT NULL, 
	tries BIGINT NOT NULL, 
	failures BIGINT NOT NULL, 
	next_attempt_at DATETIME, 
	leased_until DATETIME, 
	PRIMARY KEY (project_id, event_id, url)
)
 WITHOUT ROWID;
CREATE TABLE devices (
	project_id VARCHAR NOT NULL, 
	telemetry_id VARCHAR NOT NULL, 
	action VARCHAR, 
	reasons TEXT NOT NULL, 
	detected_device_type VARCHAR NOT NULL, 
	is_authentic_device BOOLEAN NOT NULL, 
	visitor_id VARCHAR, 
	browser_id VARCHAR, 
	visitor_fingerprint VARCHAR NOT NULL, 
	browser_fingerprint VARCHAR NOT NULL, 
	hardware_fingerprint VARCHAR NOT NULL, 
	network_fingerprint VARCHAR NOT NULL, 
	ip_address VARCHAR NOT NULL, 
	asn VARCHAR NOT NULL, 
	asn_name VARCHAR NOT NULL, 
	asn_network VARCHAR NOT NULL, 
	city VARCHAR NOT NULL, 
	region VARCHAR NOT NULL, 
	country VARCHAR NOT NULL, 
	is_proxy BOOLEAN NOT NULL, 
	is_vpn BOOLEAN NOT NULL, 
	user_agent VARCHAR NOT NULL, 
	external_metadata TEXT NOT NULL, 
	raw_signals TEXT, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (project_id, telemetry_id)
);
CREATE TABLE devices_copies (
	project_id VARCHAR NOT NULL, 
	telemetry_id VARCHAR NOT NULL, 
	action VARCHAR, 
	reasons TEXT NOT NULL, 
	detected_device_type VARCHAR NOT NULL, 
	is_authentic_device BOOLEAN NOT NULL, 
	visitor_id VARCHAR, 
	browser_id VARCHAR, 
	visitor_fingerprint VARCHAR NOT NULL, 
	browser_fingerprint VARCHAR NOT NULL, 
	hardware_fingerprint VARCHAR NOT NULL, 
	network_fingerprint VARCHAR NOT NULL, 
	ip_address VARCHAR NOT NULL, 
	asn VARCHAR NOT NULL, 
	asn_name VARCHAR NOT NULL, 
	asn_network VARCHAR NOT NULL, 
	city VARCHAR NOT NULL, 
	region VARCHAR NOT NULL, 
	country VARCHAR NOT NULL, 
	is_proxy BOOLEAN NOT NULL, 
	is_vpn BOOLEAN NOT NULL, 
	user_agent VARCHAR NOT NULL, 
	external_metadata TEXT NOT NULL, 
	raw_signals TEXT, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (project_id, telemetry_id)
)
 WITHOUT ROWID;
CREATE TABLE email_reservations_copies (
	project_id VARCHAR NOT NULL, 
	reservation_id VARCHAR NOT NULL, 
	organization_id VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	email_address VARCHAR NOT NULL, 
	use VARCHAR NOT NULL, 
	expires_at DATETIME, 
	PRIMARY KEY (project_id, reservation_id)
)
 WITHOUT ROWID;
CREATE TABLE email_risks (
	project_id VARCHAR NOT NULL, 
	email_address VARCHAR NOT NULL, 
	action VARCHAR, 
	risk_score BIGINT, 
	has_known_bounces BOOLEAN, 
	has_mx_or_a_record BOOLEAN, 
	is_disposable_domain BOOLEAN, 
	is_suspected_role_address BOOLEAN, 
	PRIMARY KEY (project_id, email_address)
);
CREATE TABLE email_risks_copies (
	project_id VARCHAR NOT NULL, 
	email_address VARCHAR NOT NULL, 
	action VARCHAR, 
	risk_score BIGINT, 
	has_known_bounces BOOLEAN, 
	has_mx_or_a_record BOOLEAN, 
	is_disposable_domain BOOLEAN, 
	is_suspected_role_address BOOLEAN, 
	PRIMARY KEY (project_id, email_address)
)
 WITHOUT ROWID;
CREATE TABLE email_templates (
	project_id VARCHAR NOT NULL, 
	project_slug VARCHAR NOT NULL, 
	template_id VARCHAR NOT NULL, 
	name VARCHAR, 
	sender_information TEXT, 
	prebuilt_customization TEXT, 
	custom_html_customization TEXT, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, project_slug, template_id)
);
CREATE TABLE email_templates_copies (
	project_id VARCHAR NOT NULL, 
	project_slug VARCHAR NOT NULL, 
	template_id VARCHAR NOT NULL, 
	name VARCHAR, 
	sender_information TEXT, 
	prebuilt_customization TEXT, 
	custom_html_customization TEXT, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, project_slug, template_id)
)
 WITHOUT ROWID;
CREATE TABLE environments (
	project_id VARCHAR NOT NULL, 
	project_slug VARCHAR NOT NULL, 
	environment_slug VARCHAR NOT NULL, 
	environment_project_id VARCHAR NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, project_slug, environment_slug)
);
CREATE UNIQUE INDEX environments_environment_project_id_unique ON environments (project_id, environment_project_id);
CREATE TABLE environments_copies (
	project_id VARCHAR NOT NULL, 
	project_slug VARCHAR NOT NULL, 
	environment_slug VARCHAR NOT NULL, 
	environment_project_id VARCHAR NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, project_slug, environment_slug)
)
 WITHOUT ROWID;
CREATE TABLE events (
	project_id VARCHAR NOT NULL, 
	event_id VARCHAR NOT NULL, 
	position BIGINT NOT NULL, 
	source VARCHAR NOT NULL, 
	object_type VARCHAR NOT NULL, 
	action VARCHAR NOT NULL, 
	id VARCHAR NOT NULL, 
	entity TEXT, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (project_id, event_id)
);
CREATE INDEX events_position_index ON events (project_id, position);
CREATE TABLE events_copies (
	project_id VARCHAR NOT NULL, 
	event_id VARCHAR NOT NULL, 
	position BIGINT NOT NULL, 
	source VARCHAR NOT NULL, 
	object_type VARCHAR NOT NULL, 
	action VARCHAR NOT NULL, 
	id VARCHAR NOT NULL, 
	entity TEXT, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (project_id, event_id)
)
 WITHOUT ROWID;
CREATE TABLE external_connections_copies (
	project_id VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	organization_id VARCHAR NOT NULL, 
	external_organization_id VARCHAR NOT NULL, 
	external_connection_id VARCHAR NOT NULL, 
	display_name VARCHAR NOT NULL, 
	roles TEXT NOT NULL, 
	group_roles TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, connection_id)
)
 WITHOUT ROWID;
CREATE TABLE fraud_rules (
	project_id VARCHAR NOT NULL, 
	rule_type VARCHAR NOT NULL, 
	identifier VARCHAR NOT NULL, 
	action VARCHAR NOT NULL, 
	description VARCHAR, 
	position BIGINT NOT NULL, 
	created_at DATETIME NOT NULL, 
	last_updated_at DATETIME, 
	expires_at DATETIME, 
	PRIMARY KEY (project_id, rule_type, identifier)
);
CREATE INDEX fraud_rules_position_index ON fraud_rules (project_id, position);
CREATE TABLE fraud_rules_copies (
	project_id VARCHAR NOT NULL, 
	rule_type VARCHAR NOT NULL, 
	identifier VARCHAR NOT NULL, 
	action VARCHAR NOT NULL, 
	description VARCHAR, 
	position BIGINT NOT NULL, 
	created_at DATETIME NOT NULL, 
	last_updated_at DATETIME, 
	expires_at DATETIME, 
	PRIMARY KEY (project_id, rule_type, identifier)
)
 WITHOUT ROWID;
CREATE TABLE idp_access_tokens_copies (
	project_id VARCHAR NOT NULL, 
	jti VARCHAR NOT NULL, 
	authorization_id VARCHAR NOT NULL, 
	refresh_token VARCHAR, 
	scopes TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	exchanged_at DATETIME, 
	revoked_at DATETIME, 
	PRIMARY KEY (project_id, jti)
)
 WITHOUT ROWID;
CREATE TABLE idp_grants_copies (
	project_id VARCHAR NOT NULL, 
	code VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	person_key VARCHAR NOT NULL, 
	redirect_uri VARCHAR NOT NULL, 
	nonce VARCHAR NOT NULL, 
	scopes TEXT NOT NULL, 
	access_token VARCHAR, 
	refresh_token VARCHAR, 
	token_expires_at DATETIME, 
	expires_at DATETIME NOT NULL, 
	used_at DATETIME, 
	PRIMARY KEY (project_id, code)
)
 WITHOUT ROWID;
CREATE TABLE idp_keys (
	project_id VARCHAR NOT NULL, 
	kid VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	private_key VARCHAR NOT NULL, 
	jwk TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, kid)
);
CREATE TABLE idp_keys_copies (
	project_id VARCHAR NOT NULL, 
	kid VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	private_key VARCHAR NOT NULL, 
	jwk TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, kid)
)
 WITHOUT ROWID;
CREATE TABLE idp_people (
	project_id VARCHAR NOT NULL, 
	person_key VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	identity TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, person_key)
);
CREATE INDEX idp_people_connection_id_index ON idp_people (project_id, connection_id);
CREATE TABLE idp_people_copies (
	project_id VARCHAR NOT NULL, 
	person_key VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	identity TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, person_key)
)
 WITHOUT ROWID;
CREATE TABLE idp_refresh_tokens_copies (
	project_id VARCHAR NOT NULL, 
	token VARCHAR NOT NULL, 
	authorization_id VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	used_at DATETIME, 
	replaced_by VARCHAR, 
	revoked_at DATETIME, 
	PRIMARY KEY (project_id, token)
)
 WITHOUT ROWID;
CREATE TABLE impersonation_tokens_copies (
	project_id VARCHAR NOT NULL, 
	token VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	impersonator_id VARCHAR NOT NULL, 
	impersonator_email_address VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	used_at DATETIME, 
	PRIMARY KEY (project_id, token)
)
 WITHOUT ROWID;
CREATE TABLE intermediate_sessions (
	project_id VARCHAR NOT NULL, 
	intermediate_session_token VARCHAR NOT NULL, 
	email_address VARCHAR NOT NULL, 
	organization_id VARCHAR, 
	member_id VARCHAR, 
	authentication_factors TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	used_at DATETIME, 
	PRIMARY KEY (project_id, intermediate_session_token)
);
CREATE TABLE intermediate_sessions_copies (
	project_id VARCHAR NOT NULL, 
	intermediate_session_token VARCHAR NOT NULL, 
	email_address VARCHAR NOT NULL, 
	organization_id VARCHAR, 
	member_id VARCHAR, 
	authentication_factors TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	used_at DATETIME, 
	PRIMARY KEY (project_id, intermediate_session_token)
)
 WITHOUT ROWID;
CREATE TABLE m2m_clients (
	project_id VARCHAR NOT NULL, 
	client_id VARCHAR NOT NULL, 
	client_name VARCHAR NOT NULL, 
	client_description VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	scopes TEXT NOT NULL, 
	secret_hash VARCHAR NOT NULL, 
	client_secret_last_four VARCHAR NOT NULL, 
	next_secret_hash VARCHAR, 
	next_client_secret_last_four VARCHAR, 
	trusted_metadata TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, client_id)
);
CREATE INDEX m2m_clients_position_index ON m2m_clients (project_id, position);
CREATE TABLE m2m_clients_copies (
	project_id VARCHAR NOT NULL, 
	client_id VARCHAR NOT NULL, 
	client_name VARCHAR NOT NULL, 
	client_description VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	scopes TEXT NOT NULL, 
	secret_hash VARCHAR NOT NULL, 
	client_secret_last_four VARCHAR NOT NULL, 
	next_secret_hash VARCHAR, 
	next_client_secret_last_four VARCHAR, 
	trusted_metadata TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, client_id)
)
 WITHOUT ROWID;
CREATE TABLE management_projects (
	project_id VARCHAR NOT NULL, 
	project_slug VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	vertical VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, project_slug)
);
CREATE TABLE management_projects_copies (
	project_id VARCHAR NOT NULL, 
	project_slug VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	vertical VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, project_slug)
)
 WITHOUT ROWID;
CREATE TABLE member_counts (
	project_id VARCHAR NOT NULL, 
	organization_id VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	is_breakglass BOOLEAN NOT NULL, 
	has_password BOOLEAN NOT NULL, 
	has_totp BOOLEAN NOT NULL, 
	members BIGINT NOT NULL, 
	changes BIGINT NOT NULL, 
	PRIMARY KEY (project_id, organization_id, status, is_breakglass, has_password, has_totp)
);
CREATE TABLE member_sessions_copies (
	project_id VARCHAR NOT NULL, 
	member_session_id VARCHAR NOT NULL, 
	organization_id VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	session_token VARCHAR NOT NULL, 
	authentication_factors TEXT NOT NULL, 
	custom_claims TEXT NOT NULL, 
	started_at DATETIME NOT NULL, 
	last_accessed_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	revoked_at DATETIME, 
	PRIMARY KEY (project_id, member_session_id)
)
 WITHOUT ROWID;
CREATE TABLE members_copies (
	project_id VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	organization_id VARCHAR NOT NULL, 
	email_id VARCHAR NOT NULL, 
	email_address VARCHAR NOT NULL, 
	email_domain VARCHAR NOT NULL, 
	email_address_verified BOOLEAN NOT NULL, 
	status VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	external_id VARCHAR, 
	is_breakglass BOOLEAN NOT NULL, 
	mfa_enrolled BOOLEAN NOT NULL, 
	mfa_phone_id VARCHAR NOT NULL, 
	mfa_phone_number VARCHAR NOT NULL, 
	phone_key VARCHAR, 
	mfa_phone_number_verified BOOLEAN NOT NULL, 
	default_mfa_method VARCHAR NOT NULL, 
	totp_registration_id VARCHAR NOT NULL, 
	member_password_id VARCHAR NOT NULL, 
	retired_email_addresses TEXT NOT NULL, 
	oauth_registrations TEXT NOT NULL, 
	sso_registrations TEXT NOT NULL, 
	scim_registration TEXT, 
	failed_attempts BIGINT NOT NULL, 
	lock_created_at DATETIME, 
	lock_expires_at DATETIME, 
	roles TEXT NOT NULL, 
	trusted_metadata TEXT NOT NULL, 
	untrusted_metadata TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, member_id)
)
 WITHOUT ROWID;
CREATE TABLE messages (
	project_id VARCHAR NOT NULL, 
	message_id VARCHAR NOT NULL, 
	position BIGINT NOT NULL, 
	channel VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	"to" VARCHAR NOT NULL, 
	subject VARCHAR, 
	text VARCHAR NOT NULL, 
	html VARCHAR, 
	link VARCHAR, 
	token VARCHAR, 
	token_type VARCHAR, 
	redirect_url VARCHAR, 
	code VARCHAR, 
	organization_id VARCHAR, 
	member_id VARCHAR, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (project_id, message_id)
);
CREATE INDEX messages_position_index ON messages (project_id, position);
CREATE INDEX messages_to_position_index ON messages (project_id, "to", position);
CREATE TABLE messages_copies (
	project_id VARCHAR NOT NULL, 
	message_id VARCHAR NOT NULL, 
	position BIGINT NOT NULL, 
	channel VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	"to" VARCHAR NOT NULL, 
	subject VARCHAR, 
	text VARCHAR NOT NULL, 
	html VARCHAR, 
	link VARCHAR, 
	token VARCHAR, 
	token_type VARCHAR, 
	redirect_url VARCHAR, 
	code VARCHAR, 
	organization_id VARCHAR, 
	member_id VARCHAR, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (project_id, message_id)
)
 WITHOUT ROWID;
CREATE TABLE next_identities (
	project_id VARCHAR NOT NULL, 
	next_identity_id VARCHAR NOT NULL, 
	provider VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	identity TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, next_identity_id)
);
CREATE INDEX next_identities_provider_position_index ON next_identities (project_id, provider, position);
CREATE TABLE next_identities_copies (
	project_id VARCHAR NOT NULL, 
	next_identity_id VARCHAR NOT NULL, 
	provider VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	identity TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, next_identity_id)
)
 WITHOUT ROWID;
CREATE TABLE oauth_flows (
	project_id VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	provider VARCHAR NOT NULL, 
	organization_id VARCHAR, 
	login_url VARCHAR NOT NULL, 
	signup_url VARCHAR NOT NULL, 
	pkce_code_challenge VARCHAR NOT NULL, 
	scopes TEXT NOT NULL, 
	code VARCHAR, 
	account_key VARCHAR, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	used_at DATETIME, 
	PRIMARY KEY (project_id, state)
);
CREATE UNIQUE INDEX oauth_flows_code_unique ON oauth_flows (project_id, code) WHERE oauth_flows.code IS NOT NULL;
CREATE TABLE oauth_flows_copies (
	project_id VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	provider VARCHAR NOT NULL, 
	organization_id VARCHAR, 
	login_url VARCHAR NOT NULL, 
	signup_url VARCHAR NOT NULL, 
	pkce_code_challenge VARCHAR NOT NULL, 
	scopes TEXT NOT NULL, 
	code VARCHAR, 
	account_key VARCHAR, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	used_at DATETIME, 
	PRIMARY KEY (project_id, state)
)
 WITHOUT ROWID;
CREATE TABLE oauth_registrations_copies (
	project_id VARCHAR NOT NULL, 
	member_oauth_registration_id VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	account_key VARCHAR NOT NULL, 
	provider VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (project_id, member_oauth_registration_id)
)
 WITHOUT ROWID;
CREATE TABLE oidc_connections_copies (
	project_id VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	organization_id VARCHAR NOT NULL, 
	display_name VARCHAR NOT NULL, 
	identity_provider VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	client_id VARCHAR NOT NULL, 
	client_secret VARCHAR NOT NULL, 
	issuer VARCHAR NOT NULL, 
	authorization_url VARCHAR NOT NULL, 
	token_url VARCHAR NOT NULL, 
	userinfo_url VARCHAR NOT NULL, 
	jwks_url VARCHAR NOT NULL, 
	custom_scopes VARCHAR NOT NULL, 
	attribute_mapping TEXT NOT NULL, 
	secret_in_body BOOLEAN NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, connection_id)
)
 WITHOUT ROWID;
CREATE TABLE old_data (
	project_id VARCHAR NOT NULL, 
	data_key VARCHAR NOT NULL, 
	delete_at BIGINT NOT NULL, 
	PRIMARY KEY (project_id, data_key)
);
CREATE TABLE one_time_tokens (
	project_id VARCHAR NOT NULL, 
	token VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	organization_id VARCHAR, 
	member_id VARCHAR, 
	email_address VARCHAR NOT NULL, 
	code VARCHAR NOT NULL, 
	account_key VARCHAR, 
	connection_id VARCHAR, 
	pkce_code_challenge VARCHAR NOT NULL, 
	landing_url VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	used_at DATETIME, 
	PRIMARY KEY (project_id, token)
);
CREATE INDEX one_time_tokens_email_address_kind_index ON one_time_tokens (project_id, email_address, kind);
CREATE INDEX one_time_tokens_member_id_index ON one_time_tokens (project_id, member_id);
CREATE TABLE one_time_tokens_copies (
	project_id VARCHAR NOT NULL, 
	token VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	organization_id VARCHAR, 
	member_id VARCHAR, 
	email_address VARCHAR NOT NULL, 
	code VARCHAR NOT NULL, 
	account_key VARCHAR, 
	connection_id VARCHAR, 
	pkce_code_challenge VARCHAR NOT NULL, 
	landing_url VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	used_at DATETIME, 
	PRIMARY KEY (project_id, token)
)
 WITHOUT ROWID;
CREATE TABLE organization_domains_copies (
	project_id VARCHAR NOT NULL, 
	domain_id VARCHAR NOT NULL, 
	organization_id VARCHAR NOT NULL, 
	use VARCHAR NOT NULL, 
	domain VARCHAR NOT NULL, 
	PRIMARY KEY (project_id, domain_id)
)
 WITHOUT ROWID;
CREATE TABLE organizations (
	project_id VARCHAR NOT NULL, 
	organization_id VARCHAR NOT NULL, 
	organization_name VARCHAR NOT NULL, 
	organization_slug VARCHAR NOT NULL, 
	slug_key VARCHAR NOT NULL, 
	organization_external_id VARCHAR, 
	organization_logo_url VARCHAR NOT NULL, 
	trusted_metadata TEXT NOT NULL, 
	sso_connections TEXT NOT NULL, 
	scim_connection TEXT, 
	sso_default_connection_id VARCHAR, 
	sso_jit_provisioning VARCHAR NOT NULL, 
	sso_jit_provisioning_allowed_connections TEXT NOT NULL, 
	email_allowed_domains TEXT NOT NULL, 
	email_jit_provisioning VARCHAR NOT NULL, 
	email_invites VARCHAR NOT NULL, 
	auth_methods VARCHAR NOT NULL, 
	allowed_auth_methods TEXT NOT NULL, 
	mfa_policy VARCHAR NOT NULL, 
	mfa_methods VARCHAR NOT NULL, 
	allowed_mfa_methods TEXT NOT NULL, 
	rbac_email_implicit_role_assignments TEXT NOT NULL, 
	oauth_tenant_jit_provisioning VARCHAR NOT NULL, 
	allowed_oauth_tenants TEXT NOT NULL, 
	claimed_email_domains TEXT NOT NULL, 
	first_party_connected_apps_allowed_type VARCHAR NOT NULL, 
	allowed_first_party_connected_apps TEXT NOT NULL, 
	third_party_connected_apps_allowed_type VARCHAR NOT NULL, 
	allowed_third_party_connected_apps TEXT NOT NULL, 
	custom_roles TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, organization_id)
);
CREATE UNIQUE INDEX organizations_organization_external_id_unique ON organizations (project_id, organization_external_id) WHERE organizations.organization_external_id IS NOT NULL;
CREATE INDEX organizations_position_index ON organizations (project_id, position);
CREATE UNIQUE INDEX organizations_slug_key_unique ON organizations (project_id, slug_key);
CREATE TABLE organizations_copies (
	project_id VARCHAR NOT NULL, 
	organization_id VARCHAR NOT NULL, 
	organization_name VARCHAR NOT NULL, 
	organization_slug VARCHAR NOT NULL, 
	slug_key VARCHAR NOT NULL, 
	organization_external_id VARCHAR, 
	organization_logo_url VARCHAR NOT NULL, 
	trusted_metadata TEXT NOT NULL, 
	sso_connections TEXT NOT NULL, 
	scim_connection TEXT, 
	sso_default_connection_id VARCHAR, 
	sso_jit_provisioning VARCHAR NOT NULL, 
	sso_jit_provisioning_allowed_connections TEXT NOT NULL, 
	email_allowed_domains TEXT NOT NULL, 
	email_jit_provisioning VARCHAR NOT NULL, 
	email_invites VARCHAR NOT NULL, 
	auth_methods VARCHAR NOT NULL, 
	allowed_auth_methods TEXT NOT NULL, 
	mfa_policy VARCHAR NOT NULL, 
	mfa_methods VARCHAR NOT NULL, 
	allowed_mfa_methods TEXT NOT NULL, 
	rbac_email_implicit_role_assignments TEXT NOT NULL, 
	oauth_tenant_jit_provisioning VARCHAR NOT NULL, 
	allowed_oauth_tenants TEXT NOT NULL, 
	claimed_email_domains TEXT NOT NULL, 
	first_party_connected_apps_allowed_type VARCHAR NOT NULL, 
	allowed_first_party_connected_apps TEXT NOT NULL, 
	third_party_connected_apps_allowed_type VARCHAR NOT NULL, 
	allowed_third_party_connected_apps TEXT NOT NULL, 
	custom_roles TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, organization_id)
)
 WITHOUT ROWID;
CREATE TABLE passwords_copies (
	project_id VARCHAR NOT NULL, 
	member_password_id VARCHAR NOT NULL, 
	scope VARCHAR NOT NULL, 
	member_id VARCHAR, 
	hash VARCHAR NOT NULL, 
	reset_required BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (project_id, member_password_id)
)
 WITHOUT ROWID;
CREATE TABLE projects (
	project_id VARCHAR NOT NULL, 
	secret VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	vertical VARCHAR NOT NULL, 
	project_slug VARCHAR NOT NULL, 
	other_public_token VARCHAR NOT NULL, 
	label VARCHAR NOT NULL, 
	run_id VARCHAR NOT NULL, 
	deleted BOOLEAN NOT NULL, 
	clock TEXT NOT NULL, 
	settings TEXT NOT NULL, 
	counters TEXT NOT NULL, 
	has_faults BOOLEAN NOT NULL, 
	position BIGINT NOT NULL, 
	data_key VARCHAR NOT NULL, 
	PRIMARY KEY (project_id)
);
CREATE UNIQUE INDEX projects_data_key_unique ON projects (data_key);
CREATE TABLE provider_accounts (
	project_id VARCHAR NOT NULL, 
	account_key VARCHAR NOT NULL, 
	provider VARCHAR NOT NULL, 
	provider_subject VARCHAR NOT NULL, 
	email_address VARCHAR NOT NULL, 
	email_verified BOOLEAN NOT NULL, 
	name VARCHAR NOT NULL, 
	profile_picture_url VARCHAR NOT NULL, 
	locale VARCHAR NOT NULL, 
	tenant_ids TEXT NOT NULL, 
	scopes TEXT NOT NULL, 
	access_token VARCHAR NOT NULL, 
	access_token_expires_at DATETIME, 
	refresh_token VARCHAR NOT NULL, 
	issued_refresh_token BOOLEAN NOT NULL, 
	id_token VARCHAR NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, account_key)
);
CREATE INDEX provider_accounts_provider_position_index ON provider_accounts (project_id, provider, position);
CREATE TABLE provider_accounts_copies (
	project_id VARCHAR NOT NULL, 
	account_key VARCHAR NOT NULL, 
	provider VARCHAR NOT NULL, 
	provider_subject VARCHAR NOT NULL, 
	email_address VARCHAR NOT NULL, 
	email_verified BOOLEAN NOT NULL, 
	name VARCHAR NOT NULL, 
	profile_picture_url VARCHAR NOT NULL, 
	locale VARCHAR NOT NULL, 
	tenant_ids TEXT NOT NULL, 
	scopes TEXT NOT NULL, 
	access_token VARCHAR NOT NULL, 
	access_token_expires_at DATETIME, 
	refresh_token VARCHAR NOT NULL, 
	issued_refresh_token BOOLEAN NOT NULL, 
	id_token VARCHAR NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, account_key)
)
 WITHOUT ROWID;
CREATE TABLE public_tokens (
	project_id VARCHAR NOT NULL, 
	public_token VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, public_token)
);
CREATE INDEX public_tokens_public_token_index ON public_tokens (public_token);
CREATE TABLE recovery_codes_copies (
	project_id VARCHAR NOT NULL, 
	recovery_code_id VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	code VARCHAR NOT NULL, 
	position BIGINT NOT NULL, 
	created_at DATETIME NOT NULL, 
	used_at DATETIME, 
	PRIMARY KEY (project_id, recovery_code_id)
)
 WITHOUT ROWID;
CREATE TABLE saml_assertions (
	project_id VARCHAR NOT NULL, 
	assertion_key VARCHAR NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (project_id, assertion_key)
);
CREATE INDEX saml_assertions_expires_at_index ON saml_assertions (project_id, expires_at);
CREATE TABLE saml_assertions_copies (
	project_id VARCHAR NOT NULL, 
	assertion_key VARCHAR NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (project_id, assertion_key)
)
 WITHOUT ROWID;
CREATE TABLE saml_connections_copies (
	project_id VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	organization_id VARCHAR NOT NULL, 
	display_name VARCHAR NOT NULL, 
	identity_provider VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	idp_entity_id VARCHAR NOT NULL, 
	idp_sso_url VARCHAR NOT NULL, 
	attribute_mapping TEXT NOT NULL, 
	verification_certificates TEXT NOT NULL, 
	signing_certificates TEXT NOT NULL, 
	signing_private_key VARCHAR NOT NULL, 
	encryption_private_keys TEXT NOT NULL, 
	roles TEXT NOT NULL, 
	group_roles TEXT NOT NULL, 
	alternative_audience_uri VARCHAR NOT NULL, 
	alternative_acs_url VARCHAR NOT NULL, 
	nameid_format VARCHAR NOT NULL, 
	idp_initiated_auth_disabled BOOLEAN NOT NULL, 
	allow_gateway_callback BOOLEAN NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, connection_id)
)
 WITHOUT ROWID;
CREATE TABLE scim_connections_copies (
	project_id VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	organization_id VARCHAR NOT NULL, 
	display_name VARCHAR NOT NULL, 
	identity_provider VARCHAR NOT NULL, 
	bearer_token VARCHAR NOT NULL, 
	bearer_token_expires_at DATETIME NOT NULL, 
	next_bearer_token VARCHAR NOT NULL, 
	next_bearer_token_expires_at DATETIME, 
	own_token VARCHAR NOT NULL, 
	group_roles TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (project_id, connection_id)
)
 WITHOUT ROWID;
CREATE TABLE scim_groups_copies (
	project_id VARCHAR NOT NULL, 
	group_id VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	organization_id VARCHAR NOT NULL, 
	group_name VARCHAR NOT NULL, 
	external_id VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, group_id)
)
 WITHOUT ROWID;
CREATE TABLE scim_memberships_copies (
	project_id VARCHAR NOT NULL, 
	group_id VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	PRIMARY KEY (project_id, group_id, member_id)
)
 WITHOUT ROWID;
CREATE TABLE scim_users_copies (
	project_id VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	user_name_key VARCHAR NOT NULL, 
	attributes TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, member_id)
)
 WITHOUT ROWID;
CREATE TABLE secrets (
	project_id VARCHAR NOT NULL, 
	secret_id VARCHAR NOT NULL, 
	secret VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	used_at DATETIME, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, secret_id)
);
CREATE UNIQUE INDEX secrets_secret_unique ON secrets (project_id, secret);
CREATE TABLE signing_keys (
	project_id VARCHAR NOT NULL, 
	kid VARCHAR NOT NULL, 
	private_key VARCHAR NOT NULL, 
	jwk TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, kid)
);
CREATE TABLE signing_keys_copies (
	project_id VARCHAR NOT NULL, 
	kid VARCHAR NOT NULL, 
	private_key VARCHAR NOT NULL, 
	jwk TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, kid)
)
 WITHOUT ROWID;
CREATE TABLE snapshots (
	project_id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	project TEXT NOT NULL, 
	rows BIGINT NOT NULL, 
	position BIGINT NOT NULL, 
	data_key VARCHAR NOT NULL, 
	PRIMARY KEY (project_id, name)
);
CREATE TABLE sso_accounts (
	project_id VARCHAR NOT NULL, 
	account_key VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	external_id VARCHAR NOT NULL, 
	email_address VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	groups TEXT NOT NULL, 
	attributes TEXT NOT NULL, 
	trusted_metadata TEXT NOT NULL, 
	scopes TEXT NOT NULL, 
	id_token VARCHAR NOT NULL, 
	access_token VARCHAR NOT NULL, 
	access_token_expires_at DATETIME, 
	refresh_token VARCHAR NOT NULL, 
	PRIMARY KEY (project_id, account_key)
);
CREATE TABLE sso_accounts_copies (
	project_id VARCHAR NOT NULL, 
	account_key VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	external_id VARCHAR NOT NULL, 
	email_address VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	groups TEXT NOT NULL, 
	attributes TEXT NOT NULL, 
	trusted_metadata TEXT NOT NULL, 
	scopes TEXT NOT NULL, 
	id_token VARCHAR NOT NULL, 
	access_token VARCHAR NOT NULL, 
	access_token_expires_at DATETIME, 
	refresh_token VARCHAR NOT NULL, 
	PRIMARY KEY (project_id, account_key)
)
 WITHOUT ROWID;
CREATE TABLE sso_flows_copies (
	project_id VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	idp_connection_id VARCHAR NOT NULL, 
	organization_id VARCHAR NOT NULL, 
	login_url VARCHAR NOT NULL, 
	signup_url VARCHAR NOT NULL, 
	pkce_code_challenge VARCHAR NOT NULL, 
	request_id VARCHAR NOT NULL, 
	acs_url VARCHAR NOT NULL, 
	scopes TEXT NOT NULL, 
	expires_at DATETIME NOT NULL, 
	used_at DATETIME, 
	PRIMARY KEY (project_id, state)
)
 WITHOUT ROWID;
CREATE TABLE sso_registrations_copies (
	project_id VARCHAR NOT NULL, 
	registration_id VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	account_key VARCHAR NOT NULL, 
	PRIMARY KEY (project_id, registration_id)
)
 WITHOUT ROWID;
CREATE TABLE totp_registrations_copies (
	project_id VARCHAR NOT NULL, 
	totp_registration_id VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	secret VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	last_step BIGINT NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (project_id, totp_registration_id)
)
 WITHOUT ROWID;
CREATE TABLE verdict_reason_overrides (
	project_id VARCHAR NOT NULL, 
	verdict_reason VARCHAR NOT NULL, 
	override_action VARCHAR NOT NULL, 
	override_description VARCHAR, 
	override_created_at DATETIME NOT NULL, 
	PRIMARY KEY (project_id, verdict_reason)
);
CREATE TABLE verdict_reason_overrides_copies (
	project_id VARCHAR NOT NULL, 
	verdict_reason VARCHAR NOT NULL, 
	override_action VARCHAR NOT NULL, 
	override_description VARCHAR, 
	override_created_at DATETIME NOT NULL, 
	PRIMARY KEY (project_id, verdict_reason)
)
 WITHOUT ROWID;
CREATE TABLE deliveries (
	project_id VARCHAR NOT NULL, 
	event_id VARCHAR NOT NULL, 
	url VARCHAR NOT NULL, 
	position BIGINT NOT NULL, 
	event_type VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	attempts TEXT NOT NULL, 
	tries BIGINT NOT NULL, 
	failures BIGINT NOT NULL, 
	next_attempt_at DATETIME, 
	leased_until DATETIME, 
	PRIMARY KEY (project_id, event_id, url), 
	FOREIGN KEY(project_id, event_id) REFERENCES events (project_id, event_id) ON DELETE CASCADE
);
CREATE INDEX deliveries_next_attempt_at_index ON deliveries (next_attempt_at);
CREATE INDEX deliveries_position_index ON deliveries (project_id, position);
CREATE INDEX deliveries_url_next_attempt_at_index ON deliveries (project_id, url, next_attempt_at);
CREATE TABLE external_connections (
	project_id VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	organization_id VARCHAR NOT NULL, 
	external_organization_id VARCHAR NOT NULL, 
	external_connection_id VARCHAR NOT NULL, 
	display_name VARCHAR NOT NULL, 
	roles TEXT NOT NULL, 
	group_roles TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, connection_id), 
	FOREIGN KEY(project_id, organization_id) REFERENCES organizations (project_id, organization_id) ON DELETE CASCADE
);
CREATE INDEX external_connections_external_connection_id_index ON external_connections (project_id, external_connection_id);
CREATE UNIQUE INDEX external_connections_organization_id_external_connecti_641e55fe ON external_connections (project_id, organization_id, external_connection_id);
CREATE TABLE members (
	project_id VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	organization_id VARCHAR NOT NULL, 
	email_id VARCHAR NOT NULL, 
	email_address VARCHAR NOT NULL, 
	email_domain VARCHAR NOT NULL, 
	email_address_verified BOOLEAN NOT NULL, 
	status VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	external_id VARCHAR, 
	is_breakglass BOOLEAN NOT NULL, 
	mfa_enrolled BOOLEAN NOT NULL, 
	mfa_phone_id VARCHAR NOT NULL, 
	mfa_phone_number VARCHAR NOT NULL, 
	phone_key VARCHAR, 
	mfa_phone_number_verified BOOLEAN NOT NULL, 
	default_mfa_method VARCHAR NOT NULL, 
	totp_registration_id VARCHAR NOT NULL, 
	member_password_id VARCHAR NOT NULL, 
	retired_email_addresses TEXT NOT NULL, 
	oauth_registrations TEXT NOT NULL, 
	sso_registrations TEXT NOT NULL, 
	scim_registration TEXT, 
	failed_attempts BIGINT NOT NULL, 
	lock_created_at DATETIME, 
	lock_expires_at DATETIME, 
	roles TEXT NOT NULL, 
	trusted_metadata TEXT NOT NULL, 
	untrusted_metadata TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, member_id), 
	FOREIGN KEY(project_id, organization_id) REFERENCES organizations (project_id, organization_id) ON DELETE CASCADE
);
CREATE INDEX members_email_address_index ON members (project_id, email_address);
CREATE UNIQUE INDEX members_organization_id_email_address_unique ON members (project_id, organization_id, email_address) WHERE members.status != 'deleted';
CREATE INDEX members_organization_id_email_domain_index ON members (project_id, organization_id, email_domain);
CREATE UNIQUE INDEX members_organization_id_external_id_unique ON members (project_id, organization_id, external_id) WHERE members.status != 'deleted' AND members.external_id IS NOT NULL;
CREATE INDEX members_organization_id_mfa_phone_number_not_mfa_phone_number ON members (project_id, organization_id, mfa_phone_number) WHERE members.mfa_phone_number != '';
CREATE UNIQUE INDEX members_organization_id_phone_key_unique ON members (project_id, organization_id, phone_key) WHERE members.status != 'deleted' AND members.phone_key IS NOT NULL;
CREATE INDEX members_organization_id_position_not_is_breakglass ON members (project_id, organization_id, position) WHERE members.is_breakglass != 0;
CREATE INDEX members_organization_id_position_not_member_password_id ON members (project_id, organization_id, position) WHERE members.member_password_id != '';
CREATE INDEX members_organization_id_position_not_roles ON members (project_id, organization_id, position) WHERE members.roles != '[]';
CREATE INDEX members_organization_id_position_not_totp_registration_id ON members (project_id, organization_id, position) WHERE members.totp_registration_id != '';
CREATE INDEX members_organization_id_position_status_index ON members (project_id, organization_id, position, status);
CREATE INDEX members_organization_id_status_position_not_status ON members (project_id, organization_id, status, position) WHERE members.status != 'active';
CREATE TABLE oidc_connections (
	project_id VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	organization_id VARCHAR NOT NULL, 
	display_name VARCHAR NOT NULL, 
	identity_provider VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	client_id VARCHAR NOT NULL, 
	client_secret VARCHAR NOT NULL, 
	issuer VARCHAR NOT NULL, 
	authorization_url VARCHAR NOT NULL, 
	token_url VARCHAR NOT NULL, 
	userinfo_url VARCHAR NOT NULL, 
	jwks_url VARCHAR NOT NULL, 
	custom_scopes VARCHAR NOT NULL, 
	attribute_mapping TEXT NOT NULL, 
	secret_in_body BOOLEAN NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, connection_id), 
	FOREIGN KEY(project_id, organization_id) REFERENCES organizations (project_id, organization_id) ON DELETE CASCADE
);
CREATE INDEX oidc_connections_connection_id_index ON oidc_connections (connection_id);
CREATE INDEX oidc_connections_organization_id ON oidc_connections (project_id, organization_id);
CREATE TABLE organization_domains (
	project_id VARCHAR NOT NULL, 
	domain_id VARCHAR NOT NULL, 
	organization_id VARCHAR NOT NULL, 
	use VARCHAR NOT NULL, 
	domain VARCHAR NOT NULL, 
	PRIMARY KEY (project_id, domain_id), 
	FOREIGN KEY(project_id, organization_id) REFERENCES organizations (project_id, organization_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX organization_domains_organization_id_use_domain_unique ON organization_domains (project_id, organization_id, use, domain);
CREATE INDEX organization_domains_use_domain_index ON organization_domains (project_id, use, domain);
CREATE TABLE saml_connections (
	project_id VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	organization_id VARCHAR NOT NULL, 
	display_name VARCHAR NOT NULL, 
	identity_provider VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	idp_entity_id VARCHAR NOT NULL, 
	idp_sso_url VARCHAR NOT NULL, 
	attribute_mapping TEXT NOT NULL, 
	verification_certificates TEXT NOT NULL, 
	signing_certificates TEXT NOT NULL, 
	signing_private_key VARCHAR NOT NULL, 
	encryption_private_keys TEXT NOT NULL, 
	roles TEXT NOT NULL, 
	group_roles TEXT NOT NULL, 
	alternative_audience_uri VARCHAR NOT NULL, 
	alternative_acs_url VARCHAR NOT NULL, 
	nameid_format VARCHAR NOT NULL, 
	idp_initiated_auth_disabled BOOLEAN NOT NULL, 
	allow_gateway_callback BOOLEAN NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, connection_id), 
	FOREIGN KEY(project_id, organization_id) REFERENCES organizations (project_id, organization_id) ON DELETE CASCADE
);
CREATE INDEX saml_connections_connection_id_index ON saml_connections (connection_id);
CREATE INDEX saml_connections_organization_id ON saml_connections (project_id, organization_id);
CREATE TABLE scim_connections (
	project_id VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	organization_id VARCHAR NOT NULL, 
	display_name VARCHAR NOT NULL, 
	identity_provider VARCHAR NOT NULL, 
	bearer_token VARCHAR NOT NULL, 
	bearer_token_expires_at DATETIME NOT NULL, 
	next_bearer_token VARCHAR NOT NULL, 
	next_bearer_token_expires_at DATETIME, 
	own_token VARCHAR NOT NULL, 
	group_roles TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (project_id, connection_id), 
	FOREIGN KEY(project_id, organization_id) REFERENCES organizations (project_id, organization_id) ON DELETE CASCADE
);
CREATE INDEX scim_connections_connection_id_index ON scim_connections (connection_id);
CREATE UNIQUE INDEX scim_connections_organization_id_unique ON scim_connections (project_id, organization_id);
CREATE TABLE sso_flows (
	project_id VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	idp_connection_id VARCHAR NOT NULL, 
	organization_id VARCHAR NOT NULL, 
	login_url VARCHAR NOT NULL, 
	signup_url VARCHAR NOT NULL, 
	pkce_code_challenge VARCHAR NOT NULL, 
	request_id VARCHAR NOT NULL, 
	acs_url VARCHAR NOT NULL, 
	scopes TEXT NOT NULL, 
	expires_at DATETIME NOT NULL, 
	used_at DATETIME, 
	PRIMARY KEY (project_id, state), 
	FOREIGN KEY(project_id, organization_id) REFERENCES organizations (project_id, organization_id) ON DELETE CASCADE
);
CREATE INDEX sso_flows_organization_id ON sso_flows (project_id, organization_id);
CREATE TABLE connected_app_grants (
	project_id VARCHAR NOT NULL, 
	grant_id VARCHAR NOT NULL, 
	client_id VARCHAR NOT NULL, 
	organization_id VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	scopes TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	uninstalled_at DATETIME, 
	PRIMARY KEY (project_id, grant_id), 
	FOREIGN KEY(project_id, client_id) REFERENCES connected_apps (project_id, client_id) ON DELETE CASCADE, 
	FOREIGN KEY(project_id, organization_id) REFERENCES organizations (project_id, organization_id) ON DELETE CASCADE, 
	FOREIGN KEY(project_id, member_id) REFERENCES members (project_id, member_id) ON DELETE CASCADE
);
CREATE INDEX connected_app_grants_client_id ON connected_app_grants (project_id, client_id);
CREATE UNIQUE INDEX connected_app_grants_member_id_client_id_unique ON connected_app_grants (project_id, member_id, client_id);
CREATE INDEX connected_app_grants_organization_id ON connected_app_grants (project_id, organization_id);
CREATE TABLE email_reservations (
	project_id VARCHAR NOT NULL, 
	reservation_id VARCHAR NOT NULL, 
	organization_id VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	email_address VARCHAR NOT NULL, 
	use VARCHAR NOT NULL, 
	expires_at DATETIME, 
	PRIMARY KEY (project_id, reservation_id), 
	FOREIGN KEY(project_id, organization_id) REFERENCES organizations (project_id, organization_id) ON DELETE CASCADE, 
	FOREIGN KEY(project_id, member_id) REFERENCES members (project_id, member_id) ON DELETE CASCADE
);
CREATE INDEX email_reservations_member_id ON email_reservations (project_id, member_id);
CREATE UNIQUE INDEX email_reservations_organization_id_email_address_unique ON email_reservations (project_id, organization_id, email_address);
CREATE TABLE idp_grants (
	project_id VARCHAR NOT NULL, 
	code VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	person_key VARCHAR NOT NULL, 
	redirect_uri VARCHAR NOT NULL, 
	nonce VARCHAR NOT NULL, 
	scopes TEXT NOT NULL, 
	access_token VARCHAR, 
	refresh_token VARCHAR, 
	token_expires_at DATETIME, 
	expires_at DATETIME NOT NULL, 
	used_at DATETIME, 
	PRIMARY KEY (project_id, code), 
	FOREIGN KEY(project_id, connection_id) REFERENCES oidc_connections (project_id, connection_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX idp_grants_access_token_unique ON idp_grants (project_id, access_token) WHERE idp_grants.access_token IS NOT NULL;
CREATE INDEX idp_grants_connection_id ON idp_grants (project_id, connection_id);
CREATE UNIQUE INDEX idp_grants_refresh_token_unique ON idp_grants (project_id, refresh_token) WHERE idp_grants.refresh_token IS NOT NULL;
CREATE TABLE impersonation_tokens (
	project_id VARCHAR NOT NULL, 
	token VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	impersonator_id VARCHAR NOT NULL, 
	impersonator_email_address VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	used_at DATETIME, 
	PRIMARY KEY (project_id, token), 
	FOREIGN KEY(project_id, member_id) REFERENCES members (project_id, member_id) ON DELETE CASCADE
);
CREATE INDEX impersonation_tokens_member_id ON impersonation_tokens (project_id, member_id);
CREATE TABLE member_sessions (
	project_id VARCHAR NOT NULL, 
	member_session_id VARCHAR NOT NULL, 
	organization_id VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	session_token VARCHAR NOT NULL, 
	authentication_factors TEXT NOT NULL, 
	custom_claims TEXT NOT NULL, 
	started_at DATETIME NOT NULL, 
	last_accessed_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	revoked_at DATETIME, 
	PRIMARY KEY (project_id, member_session_id), 
	FOREIGN KEY(project_id, organization_id) REFERENCES organizations (project_id, organization_id) ON DELETE CASCADE, 
	FOREIGN KEY(project_id, member_id) REFERENCES members (project_id, member_id) ON DELETE CASCADE
);
CREATE INDEX member_sessions_member_id ON member_sessions (project_id, member_id);
CREATE INDEX member_sessions_organization_id ON member_sessions (project_id, organization_id);
CREATE UNIQUE INDEX member_sessions_session_token_unique ON member_sessions (project_id, session_token);
CREATE TABLE oauth_registrations (
	project_id VARCHAR NOT NULL, 
	member_oauth_registration_id VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	account_key VARCHAR NOT NULL, 
	provider VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (project_id, member_oauth_registration_id), 
	FOREIGN KEY(project_id, member_id) REFERENCES members (project_id, member_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX oauth_registrations_member_id_account_key_unique ON oauth_registrations (project_id, member_id, account_key);
CREATE TABLE passwords (
	project_id VARCHAR NOT NULL, 
	member_password_id VARCHAR NOT NULL, 
	scope VARCHAR NOT NULL, 
	member_id VARCHAR, 
	hash VARCHAR NOT NULL, 
	reset_required BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (project_id, member_password_id), 
	FOREIGN KEY(project_id, member_id) REFERENCES members (project_id, member_id) ON DELETE CASCADE
);
CREATE INDEX passwords_member_id ON passwords (project_id, member_id);
CREATE UNIQUE INDEX passwords_scope_unique ON passwords (project_id, scope);
CREATE TABLE recovery_codes (
	project_id VARCHAR NOT NULL, 
	recovery_code_id VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	code VARCHAR NOT NULL, 
	position BIGINT NOT NULL, 
	created_at DATETIME NOT NULL, 
	used_at DATETIME, 
	PRIMARY KEY (project_id, recovery_code_id), 
	FOREIGN KEY(project_id, member_id) REFERENCES members (project_id, member_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX recovery_codes_member_id_code_unique ON recovery_codes (project_id, member_id, code);
CREATE TABLE scim_groups (
	project_id VARCHAR NOT NULL, 
	group_id VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	organization_id VARCHAR NOT NULL, 
	group_name VARCHAR NOT NULL, 
	external_id VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, group_id), 
	FOREIGN KEY(project_id, connection_id) REFERENCES scim_connections (project_id, connection_id) ON DELETE CASCADE
);
CREATE INDEX scim_groups_connection_id_position_index ON scim_groups (project_id, connection_id, position);
CREATE TABLE scim_users (
	project_id VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	user_name_key VARCHAR NOT NULL, 
	attributes TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, member_id), 
	FOREIGN KEY(project_id, member_id) REFERENCES members (project_id, member_id) ON DELETE CASCADE, 
	FOREIGN KEY(project_id, connection_id) REFERENCES scim_connections (project_id, connection_id) ON DELETE CASCADE
);
CREATE INDEX scim_users_connection_id_position_index ON scim_users (project_id, connection_id, position);
CREATE UNIQUE INDEX scim_users_connection_id_user_name_key_unique ON scim_users (project_id, connection_id, user_name_key);
CREATE TABLE sso_registrations (
	project_id VARCHAR NOT NULL, 
	registration_id VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	connection_id VARCHAR NOT NULL, 
	account_key VARCHAR NOT NULL, 
	PRIMARY KEY (project_id, registration_id), 
	FOREIGN KEY(project_id, member_id) REFERENCES members (project_id, member_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX sso_registrations_connection_id_account_key_unique ON sso_registrations (project_id, connection_id, account_key);
CREATE UNIQUE INDEX sso_registrations_connection_id_member_id_unique ON sso_registrations (project_id, connection_id, member_id);
CREATE INDEX sso_registrations_member_id ON sso_registrations (project_id, member_id);
CREATE TABLE totp_registrations (
	project_id VARCHAR NOT NULL, 
	totp_registration_id VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	secret VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	last_step BIGINT NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (project_id, totp_registration_id), 
	FOREIGN KEY(project_id, member_id) REFERENCES members (project_id, member_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX totp_registrations_member_id_unique ON totp_registrations (project_id, member_id);
CREATE TABLE authorizations (
	project_id VARCHAR NOT NULL, 
	authorization_id VARCHAR NOT NULL, 
	grant_id VARCHAR NOT NULL, 
	code VARCHAR NOT NULL, 
	redirect_uri VARCHAR NOT NULL, 
	scopes TEXT NOT NULL, 
	nonce VARCHAR NOT NULL, 
	code_challenge VARCHAR NOT NULL, 
	resources TEXT NOT NULL, 
	member_session_id VARCHAR, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	used_at DATETIME, 
	revoked_at DATETIME, 
	PRIMARY KEY (project_id, authorization_id), 
	FOREIGN KEY(project_id, grant_id) REFERENCES connected_app_grants (project_id, grant_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX authorizations_code_unique ON authorizations (project_id, code);
CREATE INDEX authorizations_grant_id ON authorizations (project_id, grant_id);
CREATE TABLE scim_memberships (
	project_id VARCHAR NOT NULL, 
	group_id VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	PRIMARY KEY (project_id, group_id, member_id), 
	FOREIGN KEY(project_id, group_id) REFERENCES scim_groups (project_id, group_id) ON DELETE CASCADE, 
	FOREIGN KEY(project_id, member_id) REFERENCES scim_users (project_id, member_id) ON DELETE CASCADE
);
CREATE INDEX scim_memberships_member_id ON scim_memberships (project_id, member_id);
CREATE TABLE idp_access_tokens (
	project_id VARCHAR NOT NULL, 
	jti VARCHAR NOT NULL, 
	authorization_id VARCHAR NOT NULL, 
	refresh_token VARCHAR, 
	scopes TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	exchanged_at DATETIME, 
	revoked_at DATETIME, 
	PRIMARY KEY (project_id, jti), 
	FOREIGN KEY(project_id, authorization_id) REFERENCES authorizations (project_id, authorization_id) ON DELETE CASCADE
);
CREATE INDEX idp_access_tokens_authorization_id ON idp_access_tokens (project_id, authorization_id);
CREATE INDEX idp_access_tokens_refresh_token_index ON idp_access_tokens (project_id, refresh_token);
CREATE TABLE idp_refresh_tokens (
	project_id VARCHAR NOT NULL, 
	token VARCHAR NOT NULL, 
	authorization_id VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	used_at DATETIME, 
	replaced_by VARCHAR, 
	revoked_at DATETIME, 
	PRIMARY KEY (project_id, token), 
	FOREIGN KEY(project_id, authorization_id) REFERENCES authorizations (project_id, authorization_id) ON DELETE CASCADE
);
CREATE INDEX idp_refresh_tokens_authorization_id ON idp_refresh_tokens (project_id, authorization_id);
CREATE TRIGGER members_added AFTER INSERT ON members BEGIN INSERT INTO member_counts (project_id, organization_id, status, is_breakglass, has_password, has_totp, members, changes) VALUES (NEW.project_id, NEW.organization_id, NEW.status, NEW.is_breakglass, NEW.member_password_id != '', NEW.totp_registration_id != '', 1, 1) ON CONFLICT (project_id, organization_id, status, is_breakglass, has_password, has_totp) DO UPDATE SET members = member_counts.members + 1, changes = member_counts.changes + 1; END;
CREATE TRIGGER members_removed AFTER DELETE ON members BEGIN UPDATE member_counts SET members = members - 1, changes = changes + 1 WHERE (project_id, organization_id, status, is_breakglass, has_password, has_totp) = (OLD.project_id, OLD.organization_id, OLD.status, OLD.is_breakglass, OLD.member_password_id != '', OLD.totp_registration_id != ''); END;
CREATE TRIGGER members_changed AFTER UPDATE OF organization_id, status, is_breakglass, member_password_id, totp_registration_id, email_address, mfa_phone_number ON members BEGIN UPDATE member_counts SET members = members - 1, changes = changes + 1 WHERE (project_id, organization_id, status, is_breakglass, has_password, has_totp) = (OLD.project_id, OLD.organization_id, OLD.status, OLD.is_breakglass, OLD.member_password_id != '', OLD.totp_registration_id != ''); INSERT INTO member_counts (project_id, organization_id, status, is_breakglass, has_password, has_totp, members, changes) VALUES (NEW.project_id, NEW.organization_id, NEW.status, NEW.is_breakglass, NEW.member_password_id != '', NEW.totp_registration_id != '', 1, 1) ON CONFLICT (project_id, organization_id, status, is_breakglass, has_password, has_totp) DO UPDATE SET members = member_counts.members + 1, changes = member_counts.changes + 1; END;
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 VALUES ('members', 'sqlite_autoindex_members_1', '100000000 10000000 1');
INSERT INTO sqlite_stat1 VALUES ('organizations', 'sqlite_autoindex_organizations_1', '1000000 100000 1');
INSERT INTO sqlite_stat1 VALUES ('organizations', 'organizations_organization_external_id_unique', '1000000 100000 1');
INSERT INTO sqlite_stat1 VALUES ('organizations', 'organizations_position_index', '1000000 100000 1');
INSERT INTO sqlite_stat1 VALUES ('organizations', 'organizations_slug_key_unique', '1000000 100000 1');
INSERT INTO sqlite_stat1 VALUES ('members', 'members_email_address_index', '100000000 10000000 1');
INSERT INTO sqlite_stat1 VALUES ('members', 'members_organization_id_email_address_unique', '100000000 10000000 1000000 1');
INSERT INTO sqlite_stat1 VALUES ('members', 'members_organization_id_email_domain_index', '100000000 10000000 1000000 1000000');
INSERT INTO sqlite_stat1 VALUES ('members', 'members_organization_id_external_id_unique', '100000000 10000000 1000000 1');
INSERT INTO sqlite_stat1 VALUES ('members', 'members_organization_id_mfa_phone_number_not_mfa_phone_number', '100000 10000 1000 1');
INSERT INTO sqlite_stat1 VALUES ('members', 'members_organization_id_phone_key_unique', '100000000 10000000 1000000 1');
INSERT INTO sqlite_stat1 VALUES ('members', 'members_organization_id_position_not_is_breakglass', '100000 10000 1000 1');
INSERT INTO sqlite_stat1 VALUES ('members', 'members_organization_id_position_not_member_password_id', '100000 10000 1000 1');
INSERT INTO sqlite_stat1 VALUES ('members', 'members_organization_id_position_not_roles', '100000 10000 1000 1');
INSERT INTO sqlite_stat1 VALUES ('members', 'members_organization_id_position_not_totp_registration_id', '100000 10000 1000 1');
INSERT INTO sqlite_stat1 VALUES ('members', 'members_organization_id_position_status_index', '100000000 10000000 1000000 1 1');
INSERT INTO sqlite_stat1 VALUES ('members', 'members_organization_id_status_position_not_status', '100000 10000 1000 1000 1');
ANALYZE sqlite_schema
