/** Where the app lives: the server may serve it below a path, and says so in `<base>`. */

export const BASE = new URL(".", document.baseURI).pathname.replace(/\/$/, "");

/** An address of the server, from a path that begins with a slash. */
export const address = (path: string) => `${BASE}${path}`;
