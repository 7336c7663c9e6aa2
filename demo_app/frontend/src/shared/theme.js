// The look of the SDK's components: the colours and shapes of style.css, which has a light and a dark scheme.

const colors = {
  background: "var(--card)",
  foreground: "var(--text)",
  primary: "var(--accent)",
  "primary-foreground": "var(--on-accent)",
  secondary: "var(--card)",
  "secondary-foreground": "var(--text)",
  muted: "var(--tint)",
  "muted-foreground": "var(--quiet)",
  accent: "var(--tint)",
  "accent-foreground": "var(--text)",
  border: "var(--line)",
  input: "var(--field)",
  ring: "var(--accent)",
  "font-family": "inherit",
  "container-width": "100%",
  "container-radius": ".625rem",
  "button-radius": ".5rem",
  "input-radius": ".5rem",
};

export const presentation = {
  options: { enableShadowDOM: true }, // the rules of style.css don't apply inside
  theme: [
    { ...colors, "color-scheme": "light" },
    { ...colors, "color-scheme": "dark", destructive: "oklch(0.704 0.191 22.216)", success: "oklch(0.704 0.13 163)" },
  ],
};

export const portalStyles = {
  fontFamily: "inherit",
  borderRadius: "8px",
  container: { backgroundColor: "var(--card)", borderColor: "var(--line)", borderRadius: "10px", padding: "24px" },
  colors: {
    primary: "var(--text)",
    secondary: "var(--quiet)",
    success: "var(--good)",
    error: "var(--bad)",
    accent: "var(--tint)",
    accentText: "var(--text)",
    subtle: "var(--line)",
  },
  buttons: {
    primary: { backgroundColor: "var(--accent)", textColor: "var(--on-accent)", borderColor: "var(--accent)" },
    secondary: { backgroundColor: "var(--card)", textColor: "var(--text)", borderColor: "var(--field)" },
    disabled: { backgroundColor: "var(--line)", textColor: "var(--quiet)", borderColor: "var(--line)" },
  },
  inputs: {
    backgroundColor: "var(--card)",
    borderColor: "var(--field)",
    placeholderColor: "var(--quiet)",
    textColor: "var(--text)",
  },
};
