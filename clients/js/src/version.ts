/** The version of this package, and of the server that it is made for. */
export const VERSION = "0.1.0";
