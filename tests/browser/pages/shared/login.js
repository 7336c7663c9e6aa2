// The configuration of the prebuilt login, from the test's. Every redirect URL is this page, if the test sets no other.

export function loginConfig({ products = [], ...config }, B2BProducts) {
  const here = location.origin + location.pathname;
  const organization = { loginRedirectURL: here, signupRedirectURL: here };
  const discovery = { discoveryRedirectURL: here };
  return {
    authFlowType: "Discovery",
    sessionOptions: { sessionDurationMinutes: 60 },
    ...config,
    products: products.map((name) => B2BProducts[name]),
    emailMagicLinksOptions: { ...organization, ...discovery, ...config.emailMagicLinksOptions },
    ssoOptions: { ...organization, ...config.ssoOptions },
    passwordOptions: { loginRedirectURL: here, resetPasswordRedirectURL: here, ...discovery, ...config.passwordOptions },
    oauthOptions: { ...organization, ...discovery, providers: ["google"], ...config.oauthOptions },
  };
}
