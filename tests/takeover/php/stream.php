<?php
// PHP's own streams, which ignore the variables for proxies.
$credentials = base64_encode(getenv("STYTCH_PROJECT_ID") . ":" . getenv("STYTCH_SECRET"));
$context = stream_context_create(["http" => [
    "method" => "POST",
    "header" => "Authorization: Basic $credentials\r\nContent-Type: application/json",
    "content" => '{"organization_name": "Acme", "organization_slug": "acme"}',
]]);
$answer = file_get_contents("https://test.stytch.com/v1/b2b/organizations", false, $context);
if ($answer === false) {
    exit(1);
}
echo json_decode($answer)->organization->organization_name, "\n";
