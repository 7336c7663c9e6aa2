CREATE TABLE authorizations_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	authorization_id VARCHAR COLLATE "C" NOT NULL, 
	grant_id VARCHAR COLLATE "C" NOT NULL, 
	code VARCHAR COLLATE "C" NOT NULL, 
	redirect_uri VARCHAR COLLATE "C" NOT NULL, 
	scopes TEXT COLLATE "C" NOT NULL, 
	nonce VARCHAR COLLATE "C" NOT NULL, 
	code_challenge VARCHAR COLLATE "C" NOT NULL, 
	resources TEXT COLLATE "C" NOT NULL, 
	member_session_id VARCHAR COLLATE "C", 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	used_at TIMESTAMP WITH TIME ZONE, 
	revoked_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, authorization_id)
);
CREATE TABLE connected_app_grants_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	grant_id VARCHAR COLLATE "C" NOT NULL, 
	client_id VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C" NOT NULL, 
	member_id VARCHAR COLLATE "C" NOT NULL, 
	scopes TEXT COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	uninstalled_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, grant_id)
);
CREATE TABLE connected_apps (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	client_id VARCHAR COLLATE "C" NOT NULL, 
	client_name VARCHAR COLLATE "C" NOT NULL, 
	client_description VARCHAR COLLATE "C" NOT NULL, 
	status VARCHAR COLLATE "C" NOT NULL, 
	client_type VARCHAR COLLATE "C" NOT NULL, 
	redirect_urls TEXT COLLATE "C" NOT NULL, 
	post_logout_redirect_urls TEXT COLLATE "C" NOT NULL, 
	full_access_allowed BOOLEAN NOT NULL, 
	bypass_consent_for_offline_access BOOLEAN NOT NULL, 
	access_token_expiry_minutes BIGINT NOT NULL, 
	access_token_custom_audience VARCHAR COLLATE "C" NOT NULL, 
	access_token_template_content VARCHAR COLLATE "C" NOT NULL, 
	id_token_template_content VARCHAR COLLATE "C" NOT NULL, 
	logo_url VARCHAR COLLATE "C" NOT NULL, 
	creation_method VARCHAR COLLATE "C" NOT NULL, 
	registration_key VARCHAR COLLATE "C", 
	metadata_url VARCHAR COLLATE "C", 
	metadata_fetched_at TIMESTAMP WITH TIME ZONE, 
	secret_hash VARCHAR COLLATE "C", 
	client_secret_last_four VARCHAR COLLATE "C", 
	next_secret_hash VARCHAR COLLATE "C", 
	next_client_secret_last_four VARCHAR COLLATE "C", 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, client_id)
);
CREATE INDEX connected_apps_metadata_url_index ON connected_apps (project_id, metadata_url);
CREATE INDEX connected_apps_position_index ON connected_apps (project_id, position);
CREATE INDEX connected_apps_registration_key_index ON connected_apps (project_id, registration_key);
CREATE TABLE connected_apps_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	client_id VARCHAR COLLATE "C" NOT NULL, 
	client_name VARCHAR COLLATE "C" NOT NULL, 
	client_description VARCHAR COLLATE "C" NOT NULL, 
	status VARCHAR COLLATE "C" NOT NULL, 
	client_type VARCHAR COLLATE "C" NOT NULL, 
	redirect_urls TEXT COLLATE "C" NOT NULL, 
	post_logout_redirect_urls TEXT COLLATE "C" NOT NULL, 
	full_access_allowed BOOLEAN NOT NULL, 
	bypass_consent_for_offline_access BOOLEAN NOT NULL, 
	access_token_expiry_minutes BIGINT NOT NULL, 
	access_token_custom_audience VARCHAR COLLATE "C" NOT NULL, 
	access_token_template_content VARCHAR COLLATE "C" NOT NULL, 
	id_token_template_content VARCHAR COLLATE "C" NOT NULL, 
	logo_url VARCHAR COLLATE "C" NOT NULL, 
	creation_method VARCHAR COLLATE "C" NOT NULL, 
	registration_key VARCHAR COLLATE "C", 
	metadata_url VARCHAR COLLATE "C", 
	metadata_fetched_at TIMESTAMP WITH TIME ZONE, 
	secret_hash VARCHAR COLLATE "C", 
	client_secret_last_four VARCHAR COLLATE "C", 
	next_secret_hash VARCHAR COLLATE "C", 
	next_client_secret_last_four VARCHAR COLLATE "C", 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, client_id)
);
CREATE TABLE default_email_templates (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	project_slug VARCHAR COLLATE "C" NOT NULL, 
	template_type VARCHAR COLLATE "C" NOT NULL, 
	template_id VARCHAR COLLATE "C" NOT NULL, 
	PRIMARY KEY (project_id, project_slug, template_type)
);
CREATE TABLE default_email_templates_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	project_slug VARCHAR COLLATE "C" NOT NULL, 
	template_type VARCHAR COLLATE "C" NOT NULL, 
	template_id VARCHAR COLLATE "C" NOT NULL, 
	PRIMARY KEY (project_id, project_slug, template_type)
);
CREATE TABLE deliveries_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	event_id VARCHAR COLLATE "C" NOT NULL, 
	url VARCHAR COLLATE "C" NOT NULL, 
	position BIGINT NOT NULL, 
	event_type VARCHAR COLLATE "C" NOT NULL, 
	status VARCHAR COLLATE "C" NOT NULL, 
	attempts TEXT COLLATE "C" NOT NULL, 
	tries BIGINT NOT NULL, 
	failures BIGINT NOT NULL, 
	next_attempt_at TIMESTAMP WITH TIME ZONE, 
	leased_until TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, event_id, url)
);
CREATE TABLE devices (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	telemetry_id VARCHAR COLLATE "C" NOT NULL, 
	action VARCHAR COLLATE "C", 
	reasons TEXT COLLATE "C" NOT NULL, 
	detected_device_type VARCHAR COLLATE "C" NOT NULL, 
	is_authentic_device BOOLEAN NOT NULL, 
	visitor_id VARCHAR COLLATE "C", 
	browser_id VARCHAR COLLATE "C", 
	visitor_fingerprint VARCHAR COLLATE "C" NOT NULL, 
	browser_fingerprint VARCHAR COLLATE "C" NOT NULL, 
	hardware_fingerprint VARCHAR COLLATE "C" NOT NULL, 
	network_fingerprint VARCHAR COLLATE "C" NOT NULL, 
	ip_address VARCHAR COLLATE "C" NOT NULL, 
	asn VARCHAR COLLATE "C" NOT NULL, 
	asn_name VARCHAR COLLATE "C" NOT NULL, 
	asn_network VARCHAR COLLATE "C" NOT NULL, 
	city VARCHAR COLLATE "C" NOT NULL, 
	region VARCHAR COLLATE "C" NOT NULL, 
	country VARCHAR COLLATE "C" NOT NULL, 
	is_proxy BOOLEAN NOT NULL, 
	is_vpn BOOLEAN NOT NULL, 
	user_agent VARCHAR COLLATE "C" NOT NULL, 
	external_metadata TEXT COLLATE "C" NOT NULL, 
	raw_signals TEXT COLLATE "C", 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (project_id, telemetry_id)
);
CREATE TABLE devices_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	telemetry_id VARCHAR COLLATE "C" NOT NULL, 
	action VARCHAR COLLATE "C", 
	reasons TEXT COLLATE "C" NOT NULL, 
	detected_device_type VARCHAR COLLATE "C" NOT NULL, 
	is_authentic_device BOOLEAN NOT NULL, 
	visitor_id VARCHAR COLLATE "C", 
	browser_id VARCHAR COLLATE "C", 
	visitor_fingerprint VARCHAR COLLATE "C" NOT NULL, 
	browser_fingerprint VARCHAR COLLATE "C" NOT NULL, 
	hardware_fingerprint VARCHAR COLLATE "C" NOT NULL, 
	network_fingerprint VARCHAR COLLATE "C" NOT NULL, 
	ip_address VARCHAR COLLATE "C" NOT NULL, 
	asn VARCHAR COLLATE "C" NOT NULL, 
	asn_name VARCHAR COLLATE "C" NOT NULL, 
	asn_network VARCHAR COLLATE "C" NOT NULL, 
	city VARCHAR COLLATE "C" NOT NULL, 
	region VARCHAR COLLATE "C" NOT NULL, 
	country VARCHAR COLLATE "C" NOT NULL, 
	is_proxy BOOLEAN NOT NULL, 
	is_vpn BOOLEAN NOT NULL, 
	user_agent VARCHAR COLLATE "C" NOT NULL, 
	external_metadata TEXT COLLATE "C" NOT NULL, 
	raw_signals TEXT COLLATE "C", 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (project_id, telemetry_id)
);
CREATE TABLE email_reservations_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	reservation_id VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C" NOT NULL, 
	member_id VARCHAR COLLATE "C" NOT NULL, 
	email_address VARCHAR COLLATE "C" NOT NULL, 
	use VARCHAR COLLATE "C" NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, reservation_id)
);
CREATE TABLE email_risks (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	email_address VARCHAR COLLATE "C" NOT NULL, 
	action VARCHAR COLLATE "C", 
	risk_score BIGINT, 
	has_known_bounces BOOLEAN, 
	has_mx_or_a_record BOOLEAN, 
	is_disposable_domain BOOLEAN, 
	is_suspected_role_address BOOLEAN, 
	PRIMARY KEY (project_id, email_address)
);
CREATE TABLE email_risks_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	email_address VARCHAR COLLATE "C" NOT NULL, 
	action VARCHAR COLLATE "C", 
	risk_score BIGINT, 
	has_known_bounces BOOLEAN, 
	has_mx_or_a_record BOOLEAN, 
	is_disposable_domain BOOLEAN, 
	is_suspected_role_address BOOLEAN, 
	PRIMARY KEY (project_id, email_address)
);
CREATE TABLE email_templates (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	project_slug VARCHAR COLLATE "C" NOT NULL, 
	template_id VARCHAR COLLATE "C" NOT NULL, 
	name VARCHAR COLLATE "C", 
	sender_information TEXT COLLATE "C", 
	prebuilt_customization TEXT COLLATE "C", 
	custom_html_customization TEXT COLLATE "C", 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, project_slug, template_id)
);
CREATE TABLE email_templates_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	project_slug VARCHAR COLLATE "C" NOT NULL, 
	template_id VARCHAR COLLATE "C" NOT NULL, 
	name VARCHAR COLLATE "C", 
	sender_information TEXT COLLATE "C", 
	prebuilt_customization TEXT COLLATE "C", 
	custom_html_customization TEXT COLLATE "C", 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, project_slug, template_id)
);
CREATE TABLE environments (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	project_slug VARCHAR COLLATE "C" NOT NULL, 
	environment_slug VARCHAR COLLATE "C" NOT NULL, 
	environment_project_id VARCHAR COLLATE "C" NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, project_slug, environment_slug)
);
CREATE UNIQUE INDEX environments_environment_project_id_unique ON environments (project_id, environment_project_id);
CREATE TABLE environments_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	project_slug VARCHAR COLLATE "C" NOT NULL, 
	environment_slug VARCHAR COLLATE "C" NOT NULL, 
	environment_project_id VARCHAR COLLATE "C" NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, project_slug, environment_slug)
);
CREATE TABLE events (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	event_id VARCHAR COLLATE "C" NOT NULL, 
	position BIGINT NOT NULL, 
	source VARCHAR COLLATE "C" NOT NULL, 
	object_type VARCHAR COLLATE "C" NOT NULL, 
	action VARCHAR COLLATE "C" NOT NULL, 
	id VARCHAR COLLATE "C" NOT NULL, 
	entity TEXT COLLATE "C", 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (project_id, event_id)
);
CREATE INDEX events_position_index ON events (project_id, position);
CREATE TABLE events_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	event_id VARCHAR COLLATE "C" NOT NULL, 
	position BIGINT NOT NULL, 
	source VARCHAR COLLATE "C" NOT NULL, 
	object_type VARCHAR COLLATE "C" NOT NULL, 
	action VARCHAR COLLATE "C" NOT NULL, 
	id VARCHAR COLLATE "C" NOT NULL, 
	entity TEXT COLLATE "C", 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (project_id, event_id)
);
CREATE TABLE external_connections_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C" NOT NULL, 
	external_organization_id VARCHAR COLLATE "C" NOT NULL, 
	external_connection_id VARCHAR COLLATE "C" NOT NULL, 
	display_name VARCHAR COLLATE "C" NOT NULL, 
	roles TEXT COLLATE "C" NOT NULL, 
	group_roles TEXT COLLATE "C" NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, connection_id)
);
CREATE TABLE fraud_rules (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	rule_type VARCHAR COLLATE "C" NOT NULL, 
	identifier VARCHAR COLLATE "C" NOT NULL, 
	action VARCHAR COLLATE "C" NOT NULL, 
	description VARCHAR COLLATE "C", 
	position BIGINT NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	last_updated_at TIMESTAMP WITH TIME ZONE, 
	expires_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, rule_type, identifier)
);
CREATE INDEX fraud_rules_position_index ON fraud_rules (project_id, position);
CREATE TABLE fraud_rules_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	rule_type VARCHAR COLLATE "C" NOT NULL, 
	identifier VARCHAR COLLATE "C" NOT NULL, 
	action VARCHAR COLLATE "C" NOT NULL, 
	description VARCHAR COLLATE "C", 
	position BIGINT NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	last_updated_at TIMESTAMP WITH TIME ZONE, 
	expires_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, rule_type, identifier)
);
CREATE TABLE idp_access_tokens_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	jti VARCHAR COLLATE "C" NOT NULL, 
	authorization_id VARCHAR COLLATE "C" NOT NULL, 
	refresh_token VARCHAR COLLATE "C", 
	scopes TEXT COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	exchanged_at TIMESTAMP WITH TIME ZONE, 
	revoked_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, jti)
);
CREATE TABLE idp_grants_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	code VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	person_key VARCHAR COLLATE "C" NOT NULL, 
	redirect_uri VARCHAR COLLATE "C" NOT NULL, 
	nonce VARCHAR COLLATE "C" NOT NULL, 
	scopes TEXT COLLATE "C" NOT NULL, 
	access_token VARCHAR COLLATE "C", 
	refresh_token VARCHAR COLLATE "C", 
	token_expires_at TIMESTAMP WITH TIME ZONE, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	used_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, code)
);
CREATE TABLE idp_keys (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	kid VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	private_key VARCHAR COLLATE "C" NOT NULL, 
	jwk TEXT COLLATE "C" NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, kid)
);
CREATE TABLE idp_keys_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	kid VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	private_key VARCHAR COLLATE "C" NOT NULL, 
	jwk TEXT COLLATE "C" NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, kid)
);
CREATE TABLE idp_people (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	person_key VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	identity TEXT COLLATE "C" NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, person_key)
);
CREATE INDEX idp_people_connection_id_index ON idp_people (project_id, connection_id);
CREATE TABLE idp_people_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	person_key VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	identity TEXT COLLATE "C" NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, person_key)
);
CREATE TABLE idp_refresh_tokens_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	token VARCHAR COLLATE "C" NOT NULL, 
	authorization_id VARCHAR COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	used_at TIMESTAMP WITH TIME ZONE, 
	replaced_by VARCHAR COLLATE "C", 
	revoked_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, token)
);
CREATE TABLE impersonation_tokens_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	token VARCHAR COLLATE "C" NOT NULL, 
	member_id VARCHAR COLLATE "C" NOT NULL, 
	impersonator_id VARCHAR COLLATE "C" NOT NULL, 
	impersonator_email_address VARCHAR COLLATE "C" NOT NULL, 
	reason VARCHAR COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	used_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, token)
);
CREATE TABLE intermediate_sessions (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	intermediate_session_token VARCHAR COLLATE "C" NOT NULL, 
	email_address VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C", 
	member_id VARCHAR COLLATE "C", 
	authentication_factors TEXT COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	used_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, intermediate_session_token)
);
CREATE TABLE intermediate_sessions_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	intermediate_session_token VARCHAR COLLATE "C" NOT NULL, 
	email_address VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C", 
	member_id VARCHAR COLLATE "C", 
	authentication_factors TEXT COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	used_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, intermediate_session_token)
);
CREATE TABLE m2m_clients (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	client_id VARCHAR COLLATE "C" NOT NULL, 
	client_name VARCHAR COLLATE "C" NOT NULL, 
	client_description VARCHAR COLLATE "C" NOT NULL, 
	status VARCHAR COLLATE "C" NOT NULL, 
	scopes TEXT COLLATE "C" NOT NULL, 
	secret_hash VARCHAR COLLATE "C" NOT NULL, 
	client_secret_last_four VARCHAR COLLATE "C" NOT NULL, 
	next_secret_hash VARCHAR COLLATE "C", 
	next_client_secret_last_four VARCHAR COLLATE "C", 
	trusted_metadata TEXT COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, client_id)
);
CREATE INDEX m2m_clients_position_index ON m2m_clients (project_id, position);
CREATE TABLE m2m_clients_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	client_id VARCHAR COLLATE "C" NOT NULL, 
	client_name VARCHAR COLLATE "C" NOT NULL, 
	client_description VARCHAR COLLATE "C" NOT NULL, 
	status VARCHAR COLLATE "C" NOT NULL, 
	scopes TEXT COLLATE "C" NOT NULL, 
	secret_hash VARCHAR COLLATE "C" NOT NULL, 
	client_secret_last_four VARCHAR COLLATE "C" NOT NULL, 
	next_secret_hash VARCHAR COLLATE "C", 
	next_client_secret_last_four VARCHAR COLLATE "C", 
	trusted_metadata TEXT COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, client_id)
);
CREATE TABLE management_projects (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	project_slug VARCHAR COLLATE "C" NOT NULL, 
	name VARCHAR COLLATE "C" NOT NULL, 
	vertical VARCHAR COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, project_slug)
);
CREATE TABLE management_projects_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	project_slug VARCHAR COLLATE "C" NOT NULL, 
	name VARCHAR COLLATE "C" NOT NULL, 
	vertical VARCHAR COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, project_slug)
);
CREATE TABLE member_counts (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C" NOT NULL, 
	status VARCHAR COLLATE "C" NOT NULL, 
	is_breakglass BOOLEAN NOT NULL, 
	has_password BOOLEAN NOT NULL, 
	has_totp BOOLEAN NOT NULL, 
	members BIGINT NOT NULL, 
	changes BIGINT NOT NULL, 
	PRIMARY KEY (project_id, organization_id, status, is_breakglass, has_password, has_totp)
);
CREATE TABLE member_sessions_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	member_session_id VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C" NOT NULL, 
	member_id VARCHAR COLLATE "C" NOT NULL, 
	session_token VARCHAR COLLATE "C" NOT NULL, 
	authentication_factors TEXT COLLATE "C" NOT NULL, 
	custom_claims TEXT COLLATE "C" NOT NULL, 
	started_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	last_accessed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	revoked_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, member_session_id)
);
CREATE TABLE members_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	member_id VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C" NOT NULL, 
	email_id VARCHAR COLLATE "C" NOT NULL, 
	email_address VARCHAR COLLATE "C" NOT NULL, 
	email_domain VARCHAR COLLATE "C" NOT NULL, 
	email_address_verified BOOLEAN NOT NULL, 
	status VARCHAR COLLATE "C" NOT NULL, 
	name VARCHAR COLLATE "C" NOT NULL, 
	external_id VARCHAR COLLATE "C", 
	is_breakglass BOOLEAN NOT NULL, 
	mfa_enrolled BOOLEAN NOT NULL, 
	mfa_phone_id VARCHAR COLLATE "C" NOT NULL, 
	mfa_phone_number VARCHAR COLLATE "C" NOT NULL, 
	phone_key VARCHAR COLLATE "C", 
	mfa_phone_number_verified BOOLEAN NOT NULL, 
	default_mfa_method VARCHAR COLLATE "C" NOT NULL, 
	totp_registration_id VARCHAR COLLATE "C" NOT NULL, 
	member_password_id VARCHAR COLLATE "C" NOT NULL, 
	retired_email_addresses TEXT COLLATE "C" NOT NULL, 
	oauth_registrations TEXT COLLATE "C" NOT NULL, 
	sso_registrations TEXT COLLATE "C" NOT NULL, 
	scim_registration TEXT COLLATE "C", 
	failed_attempts BIGINT NOT NULL, 
	lock_created_at TIMESTAMP WITH TIME ZONE, 
	lock_expires_at TIMESTAMP WITH TIME ZONE, 
	roles TEXT COLLATE "C" NOT NULL, 
	trusted_metadata TEXT COLLATE "C" NOT NULL, 
	untrusted_metadata TEXT COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, member_id)
);
CREATE TABLE messages (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	message_id VARCHAR COLLATE "C" NOT NULL, 
	position BIGINT NOT NULL, 
	channel VARCHAR COLLATE "C" NOT NULL, 
	kind VARCHAR COLLATE "C" NOT NULL, 
	"to" VARCHAR COLLATE "C" NOT NULL, 
	subject VARCHAR COLLATE "C", 
	text VARCHAR COLLATE "C" NOT NULL, 
	html VARCHAR COLLATE "C", 
	link VARCHAR COLLATE "C", 
	token VARCHAR COLLATE "C", 
	token_type VARCHAR COLLATE "C", 
	redirect_url VARCHAR COLLATE "C", 
	code VARCHAR COLLATE "C", 
	organization_id VARCHAR COLLATE "C", 
	member_id VARCHAR COLLATE "C", 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (project_id, message_id)
);
CREATE INDEX messages_position_index ON messages (project_id, position);
CREATE INDEX messages_to_position_index ON messages (project_id, "to", position);
CREATE TABLE messages_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	message_id VARCHAR COLLATE "C" NOT NULL, 
	position BIGINT NOT NULL, 
	channel VARCHAR COLLATE "C" NOT NULL, 
	kind VARCHAR COLLATE "C" NOT NULL, 
	"to" VARCHAR COLLATE "C" NOT NULL, 
	subject VARCHAR COLLATE "C", 
	text VARCHAR COLLATE "C" NOT NULL, 
	html VARCHAR COLLATE "C", 
	link VARCHAR COLLATE "C", 
	token VARCHAR COLLATE "C", 
	token_type VARCHAR COLLATE "C", 
	redirect_url VARCHAR COLLATE "C", 
	code VARCHAR COLLATE "C", 
	organization_id VARCHAR COLLATE "C", 
	member_id VARCHAR COLLATE "C", 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (project_id, message_id)
);
CREATE TABLE next_identities (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	next_identity_id VARCHAR COLLATE "C" NOT NULL, 
	provider VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	identity TEXT COLLATE "C" NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, next_identity_id)
);
CREATE INDEX next_identities_provider_position_index ON next_identities (project_id, provider, position);
CREATE TABLE next_identities_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	next_identity_id VARCHAR COLLATE "C" NOT NULL, 
	provider VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	identity TEXT COLLATE "C" NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, next_identity_id)
);
CREATE TABLE oauth_flows (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	state VARCHAR COLLATE "C" NOT NULL, 
	provider VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C", 
	login_url VARCHAR COLLATE "C" NOT NULL, 
	signup_url VARCHAR COLLATE "C" NOT NULL, 
	pkce_code_challenge VARCHAR COLLATE "C" NOT NULL, 
	scopes TEXT COLLATE "C" NOT NULL, 
	code VARCHAR COLLATE "C", 
	account_key VARCHAR COLLATE "C", 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	used_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, state)
);
CREATE UNIQUE INDEX oauth_flows_code_unique ON oauth_flows (project_id, code) WHERE oauth_flows.code IS NOT NULL;
CREATE TABLE oauth_flows_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	state VARCHAR COLLATE "C" NOT NULL, 
	provider VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C", 
	login_url VARCHAR COLLATE "C" NOT NULL, 
	signup_url VARCHAR COLLATE "C" NOT NULL, 
	pkce_code_challenge VARCHAR COLLATE "C" NOT NULL, 
	scopes TEXT COLLATE "C" NOT NULL, 
	code VARCHAR COLLATE "C", 
	account_key VARCHAR COLLATE "C", 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	used_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, state)
);
CREATE TABLE oauth_registrations_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	member_oauth_registration_id VARCHAR COLLATE "C" NOT NULL, 
	member_id VARCHAR COLLATE "C" NOT NULL, 
	account_key VARCHAR COLLATE "C" NOT NULL, 
	provider VARCHAR COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (project_id, member_oauth_registration_id)
);
CREATE TABLE oidc_connections_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C" NOT NULL, 
	display_name VARCHAR COLLATE "C" NOT NULL, 
	identity_provider VARCHAR COLLATE "C" NOT NULL, 
	status VARCHAR COLLATE "C" NOT NULL, 
	client_id VARCHAR COLLATE "C" NOT NULL, 
	client_secret VARCHAR COLLATE "C" NOT NULL, 
	issuer VARCHAR COLLATE "C" NOT NULL, 
	authorization_url VARCHAR COLLATE "C" NOT NULL, 
	token_url VARCHAR COLLATE "C" NOT NULL, 
	userinfo_url VARCHAR COLLATE "C" NOT NULL, 
	jwks_url VARCHAR COLLATE "C" NOT NULL, 
	custom_scopes VARCHAR COLLATE "C" NOT NULL, 
	attribute_mapping TEXT COLLATE "C" NOT NULL, 
	secret_in_body BOOLEAN NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, connection_id)
);
CREATE TABLE old_data (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	data_key VARCHAR COLLATE "C" NOT NULL, 
	delete_at BIGINT NOT NULL, 
	PRIMARY KEY (project_id, data_key)
);
CREATE TABLE one_time_tokens (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	token VARCHAR COLLATE "C" NOT NULL, 
	kind VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C", 
	member_id VARCHAR COLLATE "C", 
	email_address VARCHAR COLLATE "C" NOT NULL, 
	code VARCHAR COLLATE "C" NOT NULL, 
	account_key VARCHAR COLLATE "C", 
	connection_id VARCHAR COLLATE "C", 
	pkce_code_challenge VARCHAR COLLATE "C" NOT NULL, 
	landing_url VARCHAR COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	used_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, token)
);
CREATE INDEX one_time_tokens_email_address_kind_index ON one_time_tokens (project_id, email_address, kind);
CREATE INDEX one_time_tokens_member_id_index ON one_time_tokens (project_id, member_id);
CREATE TABLE one_time_tokens_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	token VARCHAR COLLATE "C" NOT NULL, 
	kind VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C", 
	member_id VARCHAR COLLATE "C", 
	email_address VARCHAR COLLATE "C" NOT NULL, 
	code VARCHAR COLLATE "C" NOT NULL, 
	account_key VARCHAR COLLATE "C", 
	connection_id VARCHAR COLLATE "C", 
	pkce_code_challenge VARCHAR COLLATE "C" NOT NULL, 
	landing_url VARCHAR COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	used_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, token)
);
CREATE TABLE organization_domains_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	domain_id VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C" NOT NULL, 
	use VARCHAR COLLATE "C" NOT NULL, 
	domain VARCHAR COLLATE "C" NOT NULL, 
	PRIMARY KEY (project_id, domain_id)
);
CREATE TABLE organizations (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C" NOT NULL, 
	organization_name VARCHAR COLLATE "C" NOT NULL, 
	organization_slug VARCHAR COLLATE "C" NOT NULL, 
	slug_key VARCHAR COLLATE "C" NOT NULL, 
	organization_external_id VARCHAR COLLATE "C", 
	organization_logo_url VARCHAR COLLATE "C" NOT NULL, 
	trusted_metadata TEXT COLLATE "C" NOT NULL, 
	sso_connections TEXT COLLATE "C" NOT NULL, 
	scim_connection TEXT COLLATE "C", 
	sso_default_connection_id VARCHAR COLLATE "C", 
	sso_jit_provisioning VARCHAR COLLATE "C" NOT NULL, 
	sso_jit_provisioning_allowed_connections TEXT COLLATE "C" NOT NULL, 
	email_allowed_domains TEXT COLLATE "C" NOT NULL, 
	email_jit_provisioning VARCHAR COLLATE "C" NOT NULL, 
	email_invites VARCHAR COLLATE "C" NOT NULL, 
	auth_methods VARCHAR COLLATE "C" NOT NULL, 
	allowed_auth_methods TEXT COLLATE "C" NOT NULL, 
	mfa_policy VARCHAR COLLATE "C" NOT NULL, 
	mfa_methods VARCHAR COLLATE "C" NOT NULL, 
	allowed_mfa_methods TEXT COLLATE "C" NOT NULL, 
	rbac_email_implicit_role_assignments TEXT COLLATE "C" NOT NULL, 
	oauth_tenant_jit_provisioning VARCHAR COLLATE "C" NOT NULL, 
	allowed_oauth_tenants TEXT COLLATE "C" NOT NULL, 
	claimed_email_domains TEXT COLLATE "C" NOT NULL, 
	first_party_connected_apps_allowed_type VARCHAR COLLATE "C" NOT NULL, 
	allowed_first_party_connected_apps TEXT COLLATE "C" NOT NULL, 
	third_party_connected_apps_allowed_type VARCHAR COLLATE "C" NOT NULL, 
	allowed_third_party_connected_apps TEXT COLLATE "C" NOT NULL, 
	custom_roles TEXT COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, organization_id)
);
CREATE UNIQUE INDEX organizations_organization_external_id_unique ON organizations (project_id, organization_external_id) WHERE organizations.organization_external_id IS NOT NULL;
CREATE INDEX organizations_position_index ON organizations (project_id, position);
CREATE UNIQUE INDEX organizations_slug_key_unique ON organizations (project_id, slug_key);
CREATE TABLE organizations_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C" NOT NULL, 
	organization_name VARCHAR COLLATE "C" NOT NULL, 
	organization_slug VARCHAR COLLATE "C" NOT NULL, 
	slug_key VARCHAR COLLATE "C" NOT NULL, 
	organization_external_id VARCHAR COLLATE "C", 
	organization_logo_url VARCHAR COLLATE "C" NOT NULL, 
	trusted_metadata TEXT COLLATE "C" NOT NULL, 
	sso_connections TEXT COLLATE "C" NOT NULL, 
	scim_connection TEXT COLLATE "C", 
	sso_default_connection_id VARCHAR COLLATE "C", 
	sso_jit_provisioning VARCHAR COLLATE "C" NOT NULL, 
	sso_jit_provisioning_allowed_connections TEXT COLLATE "C" NOT NULL, 
	email_allowed_domains TEXT COLLATE "C" NOT NULL, 
	email_jit_provisioning VARCHAR COLLATE "C" NOT NULL, 
	email_invites VARCHAR COLLATE "C" NOT NULL, 
	auth_methods VARCHAR COLLATE "C" NOT NULL, 
	allowed_auth_methods TEXT COLLATE "C" NOT NULL, 
	mfa_policy VARCHAR COLLATE "C" NOT NULL, 
	mfa_methods VARCHAR COLLATE "C" NOT NULL, 
	allowed_mfa_methods TEXT COLLATE "C" NOT NULL, 
	rbac_email_implicit_role_assignments TEXT COLLATE "C" NOT NULL, 
	oauth_tenant_jit_provisioning VARCHAR COLLATE "C" NOT NULL, 
	allowed_oauth_tenants TEXT COLLATE "C" NOT NULL, 
	claimed_email_domains TEXT COLLATE "C" NOT NULL, 
	first_party_connected_apps_allowed_type VARCHAR COLLATE "C" NOT NULL, 
	allowed_first_party_connected_apps TEXT COLLATE "C" NOT NULL, 
	third_party_connected_apps_allowed_type VARCHAR COLLATE "C" NOT NULL, 
	allowed_third_party_connected_apps TEXT COLLATE "C" NOT NULL, 
	custom_roles TEXT COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, organization_id)
);
CREATE TABLE passwords_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	member_password_id VARCHAR COLLATE "C" NOT NULL, 
	scope VARCHAR COLLATE "C" NOT NULL, 
	member_id VARCHAR COLLATE "C", 
	hash VARCHAR COLLATE "C" NOT NULL, 
	reset_required BOOLEAN NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (project_id, member_password_id)
);
CREATE TABLE projects (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	secret VARCHAR COLLATE "C" NOT NULL, 
	name VARCHAR COLLATE "C" NOT NULL, 
	vertical VARCHAR COLLATE "C" NOT NULL, 
	project_slug VARCHAR COLLATE "C" NOT NULL, 
	other_public_token VARCHAR COLLATE "C" NOT NULL, 
	label VARCHAR COLLATE "C" NOT NULL, 
	run_id VARCHAR COLLATE "C" NOT NULL, 
	deleted BOOLEAN NOT NULL, 
	clock TEXT COLLATE "C" NOT NULL, 
	settings TEXT COLLATE "C" NOT NULL, 
	counters TEXT COLLATE "C" NOT NULL, 
	has_faults BOOLEAN NOT NULL, 
	position BIGINT NOT NULL, 
	data_key VARCHAR COLLATE "C" NOT NULL, 
	PRIMARY KEY (project_id)
);
CREATE UNIQUE INDEX projects_data_key_unique ON projects (data_key);
CREATE TABLE provider_accounts (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	account_key VARCHAR COLLATE "C" NOT NULL, 
	provider VARCHAR COLLATE "C" NOT NULL, 
	provider_subject VARCHAR COLLATE "C" NOT NULL, 
	email_address VARCHAR COLLATE "C" NOT NULL, 
	email_verified BOOLEAN NOT NULL, 
	name VARCHAR COLLATE "C" NOT NULL, 
	profile_picture_url VARCHAR COLLATE "C" NOT NULL, 
	locale VARCHAR COLLATE "C" NOT NULL, 
	tenant_ids TEXT COLLATE "C" NOT NULL, 
	scopes TEXT COLLATE "C" NOT NULL, 
	access_token VARCHAR COLLATE "C" NOT NULL, 
	access_token_expires_at TIMESTAMP WITH TIME ZONE, 
	refresh_token VARCHAR COLLATE "C" NOT NULL, 
	issued_refresh_token BOOLEAN NOT NULL, 
	id_token VARCHAR COLLATE "C" NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, account_key)
);
CREATE INDEX provider_accounts_provider_position_index ON provider_accounts (project_id, provider, position);
CREATE TABLE provider_accounts_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	account_key VARCHAR COLLATE "C" NOT NULL, 
	provider VARCHAR COLLATE "C" NOT NULL, 
	provider_subject VARCHAR COLLATE "C" NOT NULL, 
	email_address VARCHAR COLLATE "C" NOT NULL, 
	email_verified BOOLEAN NOT NULL, 
	name VARCHAR COLLATE "C" NOT NULL, 
	profile_picture_url VARCHAR COLLATE "C" NOT NULL, 
	locale VARCHAR COLLATE "C" NOT NULL, 
	tenant_ids TEXT COLLATE "C" NOT NULL, 
	scopes TEXT COLLATE "C" NOT NULL, 
	access_token VARCHAR COLLATE "C" NOT NULL, 
	access_token_expires_at TIMESTAMP WITH TIME ZONE, 
	refresh_token VARCHAR COLLATE "C" NOT NULL, 
	issued_refresh_token BOOLEAN NOT NULL, 
	id_token VARCHAR COLLATE "C" NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, account_key)
);
CREATE TABLE public_tokens (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	public_token VARCHAR COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, public_token)
);
CREATE INDEX public_tokens_public_token_index ON public_tokens (public_token);
CREATE TABLE recovery_codes_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	recovery_code_id VARCHAR COLLATE "C" NOT NULL, 
	member_id VARCHAR COLLATE "C" NOT NULL, 
	code VARCHAR COLLATE "C" NOT NULL, 
	position BIGINT NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	used_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, recovery_code_id)
);
CREATE TABLE saml_assertions (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	assertion_key VARCHAR COLLATE "C" NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (project_id, assertion_key)
);
CREATE INDEX saml_assertions_expires_at_index ON saml_assertions (project_id, expires_at);
CREATE TABLE saml_assertions_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	assertion_key VARCHAR COLLATE "C" NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (project_id, assertion_key)
);
CREATE TABLE saml_connections_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C" NOT NULL, 
	display_name VARCHAR COLLATE "C" NOT NULL, 
	identity_provider VARCHAR COLLATE "C" NOT NULL, 
	status VARCHAR COLLATE "C" NOT NULL, 
	idp_entity_id VARCHAR COLLATE "C" NOT NULL, 
	idp_sso_url VARCHAR COLLATE "C" NOT NULL, 
	attribute_mapping TEXT COLLATE "C" NOT NULL, 
	verification_certificates TEXT COLLATE "C" NOT NULL, 
	signing_certificates TEXT COLLATE "C" NOT NULL, 
	signing_private_key VARCHAR COLLATE "C" NOT NULL, 
	encryption_private_keys TEXT COLLATE "C" NOT NULL, 
	roles TEXT COLLATE "C" NOT NULL, 
	group_roles TEXT COLLATE "C" NOT NULL, 
	alternative_audience_uri VARCHAR COLLATE "C" NOT NULL, 
	alternative_acs_url VARCHAR COLLATE "C" NOT NULL, 
	nameid_format VARCHAR COLLATE "C" NOT NULL, 
	idp_initiated_auth_disabled BOOLEAN NOT NULL, 
	allow_gateway_callback BOOLEAN NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, connection_id)
);
CREATE TABLE scim_connections_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C" NOT NULL, 
	display_name VARCHAR COLLATE "C" NOT NULL, 
	identity_provider VARCHAR COLLATE "C" NOT NULL, 
	bearer_token VARCHAR COLLATE "C" NOT NULL, 
	bearer_token_expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	next_bearer_token VARCHAR COLLATE "C" NOT NULL, 
	next_bearer_token_expires_at TIMESTAMP WITH TIME ZONE, 
	own_token VARCHAR COLLATE "C" NOT NULL, 
	group_roles TEXT COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (project_id, connection_id)
);
CREATE TABLE scim_groups_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	group_id VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C" NOT NULL, 
	group_name VARCHAR COLLATE "C" NOT NULL, 
	external_id VARCHAR COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, group_id)
);
CREATE TABLE scim_memberships_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	group_id VARCHAR COLLATE "C" NOT NULL, 
	member_id VARCHAR COLLATE "C" NOT NULL, 
	PRIMARY KEY (project_id, group_id, member_id)
);
CREATE TABLE scim_users_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	member_id VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	user_name_key VARCHAR COLLATE "C" NOT NULL, 
	attributes TEXT COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, member_id)
);
CREATE TABLE secrets (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	secret_id VARCHAR COLLATE "C" NOT NULL, 
	secret VARCHAR COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	used_at TIMESTAMP WITH TIME ZONE, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, secret_id)
);
CREATE UNIQUE INDEX secrets_secret_unique ON secrets (project_id, secret);
CREATE UNLOGGED TABLE shared_counters (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	counted VARCHAR COLLATE "C" NOT NULL, 
	interval BIGINT NOT NULL, 
	requests BIGINT NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, counted)
);
CREATE INDEX shared_counters_position_index ON shared_counters (project_id, position);
CREATE TABLE shared_faults (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	fault_id VARCHAR COLLATE "C" NOT NULL, 
	rule TEXT COLLATE "C" NOT NULL, 
	operations TEXT COLLATE "C" NOT NULL, 
	ends_at TIMESTAMP WITH TIME ZONE, 
	seed VARCHAR COLLATE "C" NOT NULL, 
	matches BIGINT NOT NULL, 
	hits BIGINT NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, fault_id)
);
CREATE INDEX shared_faults_position_index ON shared_faults (project_id, position);
CREATE TABLE shared_held_messages (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	message_id VARCHAR COLLATE "C" NOT NULL, 
	due TIMESTAMP WITH TIME ZONE NOT NULL, 
	message TEXT COLLATE "C" NOT NULL, 
	PRIMARY KEY (project_id, message_id)
);
CREATE UNLOGGED TABLE shared_request_logs (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	dropped BIGINT NOT NULL, 
	cleared BIGINT NOT NULL, 
	PRIMARY KEY (project_id)
);
CREATE UNLOGGED TABLE shared_requests (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	request_id VARCHAR COLLATE "C" NOT NULL, 
	position BIGINT NOT NULL, 
	entry VARCHAR COLLATE "C" NOT NULL, 
	PRIMARY KEY (project_id, request_id)
);
CREATE INDEX shared_requests_position_index ON shared_requests (project_id, position);
CREATE TABLE shared_seeds (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	seed VARCHAR COLLATE "C" NOT NULL, 
	PRIMARY KEY (project_id)
);
CREATE TABLE signing_keys (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	kid VARCHAR COLLATE "C" NOT NULL, 
	private_key VARCHAR COLLATE "C" NOT NULL, 
	jwk TEXT COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, kid)
);
CREATE TABLE signing_keys_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	kid VARCHAR COLLATE "C" NOT NULL, 
	private_key VARCHAR COLLATE "C" NOT NULL, 
	jwk TEXT COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, kid)
);
CREATE TABLE snapshots (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	name VARCHAR COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	project TEXT COLLATE "C" NOT NULL, 
	rows BIGINT NOT NULL, 
	position BIGINT NOT NULL, 
	data_key VARCHAR COLLATE "C" NOT NULL, 
	PRIMARY KEY (project_id, name)
);
CREATE TABLE sso_accounts (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	account_key VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	external_id VARCHAR COLLATE "C" NOT NULL, 
	email_address VARCHAR COLLATE "C" NOT NULL, 
	name VARCHAR COLLATE "C" NOT NULL, 
	groups TEXT COLLATE "C" NOT NULL, 
	attributes TEXT COLLATE "C" NOT NULL, 
	trusted_metadata TEXT COLLATE "C" NOT NULL, 
	scopes TEXT COLLATE "C" NOT NULL, 
	id_token VARCHAR COLLATE "C" NOT NULL, 
	access_token VARCHAR COLLATE "C" NOT NULL, 
	access_token_expires_at TIMESTAMP WITH TIME ZONE, 
	refresh_token VARCHAR COLLATE "C" NOT NULL, 
	PRIMARY KEY (project_id, account_key)
);
CREATE TABLE sso_accounts_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	account_key VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	external_id VARCHAR COLLATE "C" NOT NULL, 
	email_address VARCHAR COLLATE "C" NOT NULL, 
	name VARCHAR COLLATE "C" NOT NULL, 
	groups TEXT COLLATE "C" NOT NULL, 
	attributes TEXT COLLATE "C" NOT NULL, 
	trusted_metadata TEXT COLLATE "C" NOT NULL, 
	scopes TEXT COLLATE "C" NOT NULL, 
	id_token VARCHAR COLLATE "C" NOT NULL, 
	access_token VARCHAR COLLATE "C" NOT NULL, 
	access_token_expires_at TIMESTAMP WITH TIME ZONE, 
	refresh_token VARCHAR COLLATE "C" NOT NULL, 
	PRIMARY KEY (project_id, account_key)
);
CREATE TABLE sso_flows_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	state VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	idp_connection_id VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C" NOT NULL, 
	login_url VARCHAR COLLATE "C" NOT NULL, 
	signup_url VARCHAR COLLATE "C" NOT NULL, 
	pkce_code_challenge VARCHAR COLLATE "C" NOT NULL, 
	request_id VARCHAR COLLATE "C" NOT NULL, 
	acs_url VARCHAR COLLATE "C" NOT NULL, 
	scopes TEXT COLLATE "C" NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	used_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, state)
);
CREATE TABLE sso_registrations_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	registration_id VARCHAR COLLATE "C" NOT NULL, 
	member_id VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	account_key VARCHAR COLLATE "C" NOT NULL, 
	PRIMARY KEY (project_id, registration_id)
);
CREATE TABLE totp_registrations_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	totp_registration_id VARCHAR COLLATE "C" NOT NULL, 
	member_id VARCHAR COLLATE "C" NOT NULL, 
	secret VARCHAR COLLATE "C" NOT NULL, 
	status VARCHAR COLLATE "C" NOT NULL, 
	last_step BIGINT NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (project_id, totp_registration_id)
);
CREATE TABLE verdict_reason_overrides (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	verdict_reason VARCHAR COLLATE "C" NOT NULL, 
	override_action VARCHAR COLLATE "C" NOT NULL, 
	override_description VARCHAR COLLATE "C", 
	override_created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (project_id, verdict_reason)
);
CREATE TABLE verdict_reason_overrides_copies (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	verdict_reason VARCHAR COLLATE "C" NOT NULL, 
	override_action VARCHAR COLLATE "C" NOT NULL, 
	override_description VARCHAR COLLATE "C", 
	override_created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (project_id, verdict_reason)
);
CREATE TABLE deliveries (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	event_id VARCHAR COLLATE "C" NOT NULL, 
	url VARCHAR COLLATE "C" NOT NULL, 
	position BIGINT NOT NULL, 
	event_type VARCHAR COLLATE "C" NOT NULL, 
	status VARCHAR COLLATE "C" NOT NULL, 
	attempts TEXT COLLATE "C" NOT NULL, 
	tries BIGINT NOT NULL, 
	failures BIGINT NOT NULL, 
	next_attempt_at TIMESTAMP WITH TIME ZONE, 
	leased_until TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, event_id, url), 
	FOREIGN KEY(project_id, event_id) REFERENCES events (project_id, event_id) ON DELETE CASCADE
);
CREATE INDEX deliveries_next_attempt_at_index ON deliveries (next_attempt_at);
CREATE INDEX deliveries_position_index ON deliveries (project_id, position);
CREATE INDEX deliveries_url_next_attempt_at_index ON deliveries (project_id, url, next_attempt_at);
CREATE TABLE external_connections (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C" NOT NULL, 
	external_organization_id VARCHAR COLLATE "C" NOT NULL, 
	external_connection_id VARCHAR COLLATE "C" NOT NULL, 
	display_name VARCHAR COLLATE "C" NOT NULL, 
	roles TEXT COLLATE "C" NOT NULL, 
	group_roles TEXT COLLATE "C" NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, connection_id), 
	FOREIGN KEY(project_id, organization_id) REFERENCES organizations (project_id, organization_id) ON DELETE CASCADE
);
CREATE INDEX external_connections_external_connection_id_index ON external_connections (project_id, external_connection_id);
CREATE UNIQUE INDEX external_connections_organization_id_external_connecti_641e55fe ON external_connections (project_id, organization_id, external_connection_id);
CREATE TABLE members (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	member_id VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C" NOT NULL, 
	email_id VARCHAR COLLATE "C" NOT NULL, 
	email_address VARCHAR COLLATE "C" NOT NULL, 
	email_domain VARCHAR COLLATE "C" NOT NULL, 
	email_address_verified BOOLEAN NOT NULL, 
	status VARCHAR COLLATE "C" NOT NULL, 
	name VARCHAR COLLATE "C" NOT NULL, 
	external_id VARCHAR COLLATE "C", 
	is_breakglass BOOLEAN NOT NULL, 
	mfa_enrolled BOOLEAN NOT NULL, 
	mfa_phone_id VARCHAR COLLATE "C" NOT NULL, 
	mfa_phone_number VARCHAR COLLATE "C" NOT NULL, 
	phone_key VARCHAR COLLATE "C", 
	mfa_phone_number_verified BOOLEAN NOT NULL, 
	default_mfa_method VARCHAR COLLATE "C" NOT NULL, 
	totp_registration_id VARCHAR COLLATE "C" NOT NULL, 
	member_password_id VARCHAR COLLATE "C" NOT NULL, 
	retired_email_addresses TEXT COLLATE "C" NOT NULL, 
	oauth_registrations TEXT COLLATE "C" NOT NULL, 
	sso_registrations TEXT COLLATE "C" NOT NULL, 
	scim_registration TEXT COLLATE "C", 
	failed_attempts BIGINT NOT NULL, 
	lock_created_at TIMESTAMP WITH TIME ZONE, 
	lock_expires_at TIMESTAMP WITH TIME ZONE, 
	roles TEXT COLLATE "C" NOT NULL, 
	trusted_metadata TEXT COLLATE "C" NOT NULL, 
	untrusted_metadata TEXT COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
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
CREATE INDEX members_organization_id_position_not_is_breakglass ON members (project_id, organization_id, position) WHERE members.is_breakglass != false;
CREATE INDEX members_organization_id_position_not_member_password_id ON members (project_id, organization_id, position) WHERE members.member_password_id != '';
CREATE INDEX members_organization_id_position_not_roles ON members (project_id, organization_id, position) WHERE members.roles != '[]';
CREATE INDEX members_organization_id_position_not_totp_registration_id ON members (project_id, organization_id, position) WHERE members.totp_registration_id != '';
CREATE INDEX members_organization_id_position_status_index ON members (project_id, organization_id, position, status);
CREATE INDEX members_organization_id_status_position_not_status ON members (project_id, organization_id, status, position) WHERE members.status != 'active';
CREATE TABLE oidc_connections (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C" NOT NULL, 
	display_name VARCHAR COLLATE "C" NOT NULL, 
	identity_provider VARCHAR COLLATE "C" NOT NULL, 
	status VARCHAR COLLATE "C" NOT NULL, 
	client_id VARCHAR COLLATE "C" NOT NULL, 
	client_secret VARCHAR COLLATE "C" NOT NULL, 
	issuer VARCHAR COLLATE "C" NOT NULL, 
	authorization_url VARCHAR COLLATE "C" NOT NULL, 
	token_url VARCHAR COLLATE "C" NOT NULL, 
	userinfo_url VARCHAR COLLATE "C" NOT NULL, 
	jwks_url VARCHAR COLLATE "C" NOT NULL, 
	custom_scopes VARCHAR COLLATE "C" NOT NULL, 
	attribute_mapping TEXT COLLATE "C" NOT NULL, 
	secret_in_body BOOLEAN NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, connection_id), 
	FOREIGN KEY(project_id, organization_id) REFERENCES organizations (project_id, organization_id) ON DELETE CASCADE
);
CREATE INDEX oidc_connections_connection_id_index ON oidc_connections (connection_id);
CREATE INDEX oidc_connections_organization_id ON oidc_connections (project_id, organization_id);
CREATE TABLE organization_domains (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	domain_id VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C" NOT NULL, 
	use VARCHAR COLLATE "C" NOT NULL, 
	domain VARCHAR COLLATE "C" NOT NULL, 
	PRIMARY KEY (project_id, domain_id), 
	FOREIGN KEY(project_id, organization_id) REFERENCES organizations (project_id, organization_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX organization_domains_organization_id_use_domain_unique ON organization_domains (project_id, organization_id, use, domain);
CREATE INDEX organization_domains_use_domain_index ON organization_domains (project_id, use, domain);
CREATE TABLE saml_connections (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C" NOT NULL, 
	display_name VARCHAR COLLATE "C" NOT NULL, 
	identity_provider VARCHAR COLLATE "C" NOT NULL, 
	status VARCHAR COLLATE "C" NOT NULL, 
	idp_entity_id VARCHAR COLLATE "C" NOT NULL, 
	idp_sso_url VARCHAR COLLATE "C" NOT NULL, 
	attribute_mapping TEXT COLLATE "C" NOT NULL, 
	verification_certificates TEXT COLLATE "C" NOT NULL, 
	signing_certificates TEXT COLLATE "C" NOT NULL, 
	signing_private_key VARCHAR COLLATE "C" NOT NULL, 
	encryption_private_keys TEXT COLLATE "C" NOT NULL, 
	roles TEXT COLLATE "C" NOT NULL, 
	group_roles TEXT COLLATE "C" NOT NULL, 
	alternative_audience_uri VARCHAR COLLATE "C" NOT NULL, 
	alternative_acs_url VARCHAR COLLATE "C" NOT NULL, 
	nameid_format VARCHAR COLLATE "C" NOT NULL, 
	idp_initiated_auth_disabled BOOLEAN NOT NULL, 
	allow_gateway_callback BOOLEAN NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, connection_id), 
	FOREIGN KEY(project_id, organization_id) REFERENCES organizations (project_id, organization_id) ON DELETE CASCADE
);
CREATE INDEX saml_connections_connection_id_index ON saml_connections (connection_id);
CREATE INDEX saml_connections_organization_id ON saml_connections (project_id, organization_id);
CREATE TABLE scim_connections (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C" NOT NULL, 
	display_name VARCHAR COLLATE "C" NOT NULL, 
	identity_provider VARCHAR COLLATE "C" NOT NULL, 
	bearer_token VARCHAR COLLATE "C" NOT NULL, 
	bearer_token_expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	next_bearer_token VARCHAR COLLATE "C" NOT NULL, 
	next_bearer_token_expires_at TIMESTAMP WITH TIME ZONE, 
	own_token VARCHAR COLLATE "C" NOT NULL, 
	group_roles TEXT COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (project_id, connection_id), 
	FOREIGN KEY(project_id, organization_id) REFERENCES organizations (project_id, organization_id) ON DELETE CASCADE
);
CREATE INDEX scim_connections_connection_id_index ON scim_connections (connection_id);
CREATE UNIQUE INDEX scim_connections_organization_id_unique ON scim_connections (project_id, organization_id);
CREATE TABLE sso_flows (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	state VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	idp_connection_id VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C" NOT NULL, 
	login_url VARCHAR COLLATE "C" NOT NULL, 
	signup_url VARCHAR COLLATE "C" NOT NULL, 
	pkce_code_challenge VARCHAR COLLATE "C" NOT NULL, 
	request_id VARCHAR COLLATE "C" NOT NULL, 
	acs_url VARCHAR COLLATE "C" NOT NULL, 
	scopes TEXT COLLATE "C" NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	used_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, state), 
	FOREIGN KEY(project_id, organization_id) REFERENCES organizations (project_id, organization_id) ON DELETE CASCADE
);
CREATE INDEX sso_flows_organization_id ON sso_flows (project_id, organization_id);
CREATE TABLE connected_app_grants (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	grant_id VARCHAR COLLATE "C" NOT NULL, 
	client_id VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C" NOT NULL, 
	member_id VARCHAR COLLATE "C" NOT NULL, 
	scopes TEXT COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	uninstalled_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, grant_id), 
	FOREIGN KEY(project_id, client_id) REFERENCES connected_apps (project_id, client_id) ON DELETE CASCADE, 
	FOREIGN KEY(project_id, organization_id) REFERENCES organizations (project_id, organization_id) ON DELETE CASCADE, 
	FOREIGN KEY(project_id, member_id) REFERENCES members (project_id, member_id) ON DELETE CASCADE
);
CREATE INDEX connected_app_grants_client_id ON connected_app_grants (project_id, client_id);
CREATE UNIQUE INDEX connected_app_grants_member_id_client_id_unique ON connected_app_grants (project_id, member_id, client_id);
CREATE INDEX connected_app_grants_organization_id ON connected_app_grants (project_id, organization_id);
CREATE TABLE email_reservations (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	reservation_id VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C" NOT NULL, 
	member_id VARCHAR COLLATE "C" NOT NULL, 
	email_address VARCHAR COLLATE "C" NOT NULL, 
	use VARCHAR COLLATE "C" NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, reservation_id), 
	FOREIGN KEY(project_id, organization_id) REFERENCES organizations (project_id, organization_id) ON DELETE CASCADE, 
	FOREIGN KEY(project_id, member_id) REFERENCES members (project_id, member_id) ON DELETE CASCADE
);
CREATE INDEX email_reservations_member_id ON email_reservations (project_id, member_id);
CREATE UNIQUE INDEX email_reservations_organization_id_email_address_unique ON email_reservations (project_id, organization_id, email_address);
CREATE TABLE idp_grants (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	code VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	person_key VARCHAR COLLATE "C" NOT NULL, 
	redirect_uri VARCHAR COLLATE "C" NOT NULL, 
	nonce VARCHAR COLLATE "C" NOT NULL, 
	scopes TEXT COLLATE "C" NOT NULL, 
	access_token VARCHAR COLLATE "C", 
	refresh_token VARCHAR COLLATE "C", 
	token_expires_at TIMESTAMP WITH TIME ZONE, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	used_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, code), 
	FOREIGN KEY(project_id, connection_id) REFERENCES oidc_connections (project_id, connection_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX idp_grants_access_token_unique ON idp_grants (project_id, access_token) WHERE idp_grants.access_token IS NOT NULL;
CREATE INDEX idp_grants_connection_id ON idp_grants (project_id, connection_id);
CREATE UNIQUE INDEX idp_grants_refresh_token_unique ON idp_grants (project_id, refresh_token) WHERE idp_grants.refresh_token IS NOT NULL;
CREATE TABLE impersonation_tokens (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	token VARCHAR COLLATE "C" NOT NULL, 
	member_id VARCHAR COLLATE "C" NOT NULL, 
	impersonator_id VARCHAR COLLATE "C" NOT NULL, 
	impersonator_email_address VARCHAR COLLATE "C" NOT NULL, 
	reason VARCHAR COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	used_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, token), 
	FOREIGN KEY(project_id, member_id) REFERENCES members (project_id, member_id) ON DELETE CASCADE
);
CREATE INDEX impersonation_tokens_member_id ON impersonation_tokens (project_id, member_id);
CREATE TABLE member_sessions (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	member_session_id VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C" NOT NULL, 
	member_id VARCHAR COLLATE "C" NOT NULL, 
	session_token VARCHAR COLLATE "C" NOT NULL, 
	authentication_factors TEXT COLLATE "C" NOT NULL, 
	custom_claims TEXT COLLATE "C" NOT NULL, 
	started_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	last_accessed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	revoked_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, member_session_id), 
	FOREIGN KEY(project_id, organization_id) REFERENCES organizations (project_id, organization_id) ON DELETE CASCADE, 
	FOREIGN KEY(project_id, member_id) REFERENCES members (project_id, member_id) ON DELETE CASCADE
);
CREATE INDEX member_sessions_member_id ON member_sessions (project_id, member_id);
CREATE INDEX member_sessions_organization_id ON member_sessions (project_id, organization_id);
CREATE UNIQUE INDEX member_sessions_session_token_unique ON member_sessions (project_id, session_token);
CREATE TABLE oauth_registrations (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	member_oauth_registration_id VARCHAR COLLATE "C" NOT NULL, 
	member_id VARCHAR COLLATE "C" NOT NULL, 
	account_key VARCHAR COLLATE "C" NOT NULL, 
	provider VARCHAR COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (project_id, member_oauth_registration_id), 
	FOREIGN KEY(project_id, member_id) REFERENCES members (project_id, member_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX oauth_registrations_member_id_account_key_unique ON oauth_registrations (project_id, member_id, account_key);
CREATE TABLE passwords (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	member_password_id VARCHAR COLLATE "C" NOT NULL, 
	scope VARCHAR COLLATE "C" NOT NULL, 
	member_id VARCHAR COLLATE "C", 
	hash VARCHAR COLLATE "C" NOT NULL, 
	reset_required BOOLEAN NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (project_id, member_password_id), 
	FOREIGN KEY(project_id, member_id) REFERENCES members (project_id, member_id) ON DELETE CASCADE
);
CREATE INDEX passwords_member_id ON passwords (project_id, member_id);
CREATE UNIQUE INDEX passwords_scope_unique ON passwords (project_id, scope);
CREATE TABLE recovery_codes (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	recovery_code_id VARCHAR COLLATE "C" NOT NULL, 
	member_id VARCHAR COLLATE "C" NOT NULL, 
	code VARCHAR COLLATE "C" NOT NULL, 
	position BIGINT NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	used_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, recovery_code_id), 
	FOREIGN KEY(project_id, member_id) REFERENCES members (project_id, member_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX recovery_codes_member_id_code_unique ON recovery_codes (project_id, member_id, code);
CREATE TABLE scim_groups (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	group_id VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	organization_id VARCHAR COLLATE "C" NOT NULL, 
	group_name VARCHAR COLLATE "C" NOT NULL, 
	external_id VARCHAR COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, group_id), 
	FOREIGN KEY(project_id, connection_id) REFERENCES scim_connections (project_id, connection_id) ON DELETE CASCADE
);
CREATE INDEX scim_groups_connection_id_position_index ON scim_groups (project_id, connection_id, position);
CREATE TABLE scim_users (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	member_id VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	user_name_key VARCHAR COLLATE "C" NOT NULL, 
	attributes TEXT COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (project_id, member_id), 
	FOREIGN KEY(project_id, member_id) REFERENCES members (project_id, member_id) ON DELETE CASCADE, 
	FOREIGN KEY(project_id, connection_id) REFERENCES scim_connections (project_id, connection_id) ON DELETE CASCADE
);
CREATE INDEX scim_users_connection_id_position_index ON scim_users (project_id, connection_id, position);
CREATE UNIQUE INDEX scim_users_connection_id_user_name_key_unique ON scim_users (project_id, connection_id, user_name_key);
CREATE TABLE sso_registrations (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	registration_id VARCHAR COLLATE "C" NOT NULL, 
	member_id VARCHAR COLLATE "C" NOT NULL, 
	connection_id VARCHAR COLLATE "C" NOT NULL, 
	account_key VARCHAR COLLATE "C" NOT NULL, 
	PRIMARY KEY (project_id, registration_id), 
	FOREIGN KEY(project_id, member_id) REFERENCES members (project_id, member_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX sso_registrations_connection_id_account_key_unique ON sso_registrations (project_id, connection_id, account_key);
CREATE UNIQUE INDEX sso_registrations_connection_id_member_id_unique ON sso_registrations (project_id, connection_id, member_id);
CREATE INDEX sso_registrations_member_id ON sso_registrations (project_id, member_id);
CREATE TABLE totp_registrations (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	totp_registration_id VARCHAR COLLATE "C" NOT NULL, 
	member_id VARCHAR COLLATE "C" NOT NULL, 
	secret VARCHAR COLLATE "C" NOT NULL, 
	status VARCHAR COLLATE "C" NOT NULL, 
	last_step BIGINT NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (project_id, totp_registration_id), 
	FOREIGN KEY(project_id, member_id) REFERENCES members (project_id, member_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX totp_registrations_member_id_unique ON totp_registrations (project_id, member_id);
CREATE TABLE authorizations (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	authorization_id VARCHAR COLLATE "C" NOT NULL, 
	grant_id VARCHAR COLLATE "C" NOT NULL, 
	code VARCHAR COLLATE "C" NOT NULL, 
	redirect_uri VARCHAR COLLATE "C" NOT NULL, 
	scopes TEXT COLLATE "C" NOT NULL, 
	nonce VARCHAR COLLATE "C" NOT NULL, 
	code_challenge VARCHAR COLLATE "C" NOT NULL, 
	resources TEXT COLLATE "C" NOT NULL, 
	member_session_id VARCHAR COLLATE "C", 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	used_at TIMESTAMP WITH TIME ZONE, 
	revoked_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, authorization_id), 
	FOREIGN KEY(project_id, grant_id) REFERENCES connected_app_grants (project_id, grant_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX authorizations_code_unique ON authorizations (project_id, code);
CREATE INDEX authorizations_grant_id ON authorizations (project_id, grant_id);
CREATE TABLE scim_memberships (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	group_id VARCHAR COLLATE "C" NOT NULL, 
	member_id VARCHAR COLLATE "C" NOT NULL, 
	PRIMARY KEY (project_id, group_id, member_id), 
	FOREIGN KEY(project_id, group_id) REFERENCES scim_groups (project_id, group_id) ON DELETE CASCADE, 
	FOREIGN KEY(project_id, member_id) REFERENCES scim_users (project_id, member_id) ON DELETE CASCADE
);
CREATE INDEX scim_memberships_member_id ON scim_memberships (project_id, member_id);
CREATE TABLE idp_access_tokens (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	jti VARCHAR COLLATE "C" NOT NULL, 
	authorization_id VARCHAR COLLATE "C" NOT NULL, 
	refresh_token VARCHAR COLLATE "C", 
	scopes TEXT COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	exchanged_at TIMESTAMP WITH TIME ZONE, 
	revoked_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, jti), 
	FOREIGN KEY(project_id, authorization_id) REFERENCES authorizations (project_id, authorization_id) ON DELETE CASCADE
);
CREATE INDEX idp_access_tokens_authorization_id ON idp_access_tokens (project_id, authorization_id);
CREATE INDEX idp_access_tokens_refresh_token_index ON idp_access_tokens (project_id, refresh_token);
CREATE TABLE idp_refresh_tokens (
	project_id VARCHAR COLLATE "C" NOT NULL, 
	token VARCHAR COLLATE "C" NOT NULL, 
	authorization_id VARCHAR COLLATE "C" NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	used_at TIMESTAMP WITH TIME ZONE, 
	replaced_by VARCHAR COLLATE "C", 
	revoked_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (project_id, token), 
	FOREIGN KEY(project_id, authorization_id) REFERENCES authorizations (project_id, authorization_id) ON DELETE CASCADE
);
CREATE INDEX idp_refresh_tokens_authorization_id ON idp_refresh_tokens (project_id, authorization_id);
CREATE FUNCTION count_added_members() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO member_counts AS c (project_id, organization_id, status, is_breakglass, has_password, has_totp, members, changes) SELECT n.project_id, n.organization_id, n.status, n.is_breakglass, n.member_password_id != '', n.totp_registration_id != '', count(*), count(*) FROM added AS n GROUP BY 1, 2, 3, 4, 5, 6 ON CONFLICT (project_id, organization_id, status, is_breakglass, has_password, has_totp) DO UPDATE SET members = c.members + EXCLUDED.members, changes = c.changes + EXCLUDED.changes; RETURN NULL; END $$;
CREATE TRIGGER members_added AFTER INSERT ON members REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_added_members();
CREATE FUNCTION count_removed_members() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE member_counts AS c SET members = c.members - g.rows, changes = c.changes + g.rows FROM (SELECT o.project_id, o.organization_id, o.status, o.is_breakglass, o.member_password_id != '', o.totp_registration_id != '', count(*) FROM removed AS o GROUP BY 1, 2, 3, 4, 5, 6) AS g (project_id, organization_id, status, is_breakglass, has_password, has_totp, rows) WHERE (c.project_id, c.organization_id, c.status, c.is_breakglass, c.has_password, c.has_totp) = (g.project_id, g.organization_id, g.status, g.is_breakglass, g.has_password, g.has_totp); RETURN NULL; END $$;
CREATE TRIGGER members_removed AFTER DELETE ON members REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_removed_members();
CREATE FUNCTION count_changed_members() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE member_counts SET members = members - 1, changes = changes + 1 WHERE (project_id, organization_id, status, is_breakglass, has_password, has_totp) = (OLD.project_id, OLD.organization_id, OLD.status, OLD.is_breakglass, OLD.member_password_id != '', OLD.totp_registration_id != ''); INSERT INTO member_counts (project_id, organization_id, status, is_breakglass, has_password, has_totp, members, changes) VALUES (NEW.project_id, NEW.organization_id, NEW.status, NEW.is_breakglass, NEW.member_password_id != '', NEW.totp_registration_id != '', 1, 1) ON CONFLICT (project_id, organization_id, status, is_breakglass, has_password, has_totp) DO UPDATE SET members = member_counts.members + 1, changes = member_counts.changes + 1; RETURN NULL; END $$;
CREATE TRIGGER members_changed AFTER UPDATE OF organization_id, status, is_breakglass, member_password_id, totp_registration_id, email_address, mfa_phone_number ON members FOR EACH ROW EXECUTE FUNCTION count_changed_members()
