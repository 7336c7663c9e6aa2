"""How to point an app at this server: shell commands, and the code for each SDK."""

from shlex import quote

CODE = {
    "python": (
        'client = stytch.B2BClient(project_id=os.environ["STYTCH_PROJECT_ID"], secret=os.environ["STYTCH_SECRET"],\n'
        '                          environment=os.environ["STYTCH_ENV"])'
    ),
    "node": (
        "const client = new stytch.B2BClient({ project_id: process.env.STYTCH_PROJECT_ID,\n"
        "  secret: process.env.STYTCH_SECRET, env: process.env.STYTCH_ENV });"
    ),
    "go": (
        'client, err := b2bstytchapi.NewClient(os.Getenv("STYTCH_PROJECT_ID"), os.Getenv("STYTCH_SECRET"),\n'
        '\tb2bstytchapi.WithBaseURI(os.Getenv("STYTCH_ENV")))'
    ),
    "java": (
        'var client = new StytchB2BClient(System.getenv("STYTCH_PROJECT_ID"), System.getenv("STYTCH_SECRET"),\n'
        '    new OptionalClientConfig(/* apiBaseUrl */ System.getenv("STYTCH_ENV")));'
    ),
    "ruby": (
        "client = StytchB2B::Client.new(project_id: ENV['STYTCH_PROJECT_ID'], secret: ENV['STYTCH_SECRET'],\n"
        "                               env: ENV['STYTCH_ENV'])"
    ),
    "rust": (
        'let url = reqwest::Url::parse(&std::env::var("STYTCH_ENV")?)?;\n'
        'let (id, secret) = (std::env::var("STYTCH_PROJECT_ID")?, std::env::var("STYTCH_SECRET")?);\n'
        "let http = stytch::client::Client::new_with_base_url(&id, &secret, url, stytch::client::Vertical::B2B)?;\n"
        "let fraud = stytch::client::Client::new_fraud(&id, &secret)?;\n"
        "let client = stytch::b2b::client::Client::new_with_http_client(http, fraud);"
    ),
    "php": (
        "$client = new Stytch\\B2B\\Client(projectId: getenv('STYTCH_PROJECT_ID'), secret: getenv('STYTCH_SECRET'),\n"
        "                                 customBaseUrl: getenv('STYTCH_ENV'));"
    ),
    "dotnet": (
        "var client = new B2BClient(new ClientConfig {\n"
        '    ProjectId = Environment.GetEnvironmentVariable("STYTCH_PROJECT_ID"),\n'
        '    ProjectSecret = Environment.GetEnvironmentVariable("STYTCH_SECRET"),\n'
        '    CustomBaseUrl = Environment.GetEnvironmentVariable("STYTCH_ENV") });'
    ),
    "browser": (
        "const stytch = createStytchB2BClient(STYTCH_PUBLIC_TOKEN, { endpoints: { testAPIURL: STYTCH_ENV,\n"
        '  clientsideServicesIframeURL: STYTCH_ENV + "/clientside-services/index.html" } });'
    ),
}

NAMES = {"php": "PHP", "dotnet": ".NET"}  # other names only begin with a capital letter
REMARKS = {
    "browser": (
        "JavaScript: import createStytchB2BClient from @stytch/vanilla-js/b2b",
        "React: import it from @stytch/react/b2b, and pass the client to StytchB2BProvider",
        "Next.js: import it from @stytch/nextjs/b2b; on the server, use the code of --sdk node",
        "TypeScript: write the options as { endpoints: … } as any, because their type doesn't have endpoints",
    )
}


def variables(url: str, project_id: str, secret: str) -> dict[str, str]:
    """Return the environment variables that an app needs."""
    return {
        "STYTCH_PROJECT_ID": project_id,
        "STYTCH_SECRET": secret,
        "STYTCH_PUBLIC_TOKEN": project_id.replace("project-", "public-token-", 1),
        "STYTCH_ENV": url.rstrip("/"),
        "STYTCH_DOMAIN": f"{url.rstrip('/')}/v1/public/{project_id}",
    }


def commands(url: str, project_id: str, secret: str) -> dict[str, str]:
    """Return shell commands to copy, by name."""
    environment = variables(url, project_id, secret)
    url, user = environment["STYTCH_ENV"], quote(f"{project_id}:{secret}")
    return {
        "set_environment": "\n".join(f"export {name}={quote(value)}" for name, value in environment.items()),
        "first_request": f"curl --user {user} \\\n  {url}/v1/debug/whoami",
        "add_endpoint": (
            f"curl --user {user} \\\n  --request PUT {url}/_mock/api/webhooks \\\n"
            """  --data '[{"url": "http://localhost:3000/webhooks"}]'"""
        ),
    }
