/** The credentials of a server's default project. */
export const DEFAULT_PROJECT_ID = "project-test-00000000-0000-4000-8000-000000000000";
export const DEFAULT_SECRET = "secret-test-mockstytch";
