<?php
// The extension curl, which the official SDK uses through Guzzle.
$request = curl_init("https://test.stytch.com/v1/b2b/organizations");
curl_setopt_array($request, [
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_USERPWD => getenv("STYTCH_PROJECT_ID") . ":" . getenv("STYTCH_SECRET"),
    CURLOPT_POSTFIELDS => '{"organization_name": "Acme", "organization_slug": "acme"}',
]);
$answer = curl_exec($request);
if ($answer === false) {
    fwrite(STDERR, curl_error($request) . "\n");
    exit(1);
}
echo json_decode($answer)->organization->organization_name, "\n";
