/** Call a constructor of the official SDK without its warning about a base URL that isn't Stytch's. */
export function construct<C, T>(Client: new (config: C & { fraud_env: string }) => T, config: C & { env: string }): T {
  const { warn } = console;
  console.warn = () => {};
  try {
    return new Client({ ...config, fraud_env: config.env });
  } finally {
    console.warn = warn;
  }
}
