/** Where this service is, as the page itself was reached: ends with a slash, also below a path of a proxy (`/gis/`). */
export const home = new URL('.', location.href).href;

/** The address of a path of this service, as `/api/v1/events`. */
export const at = (path: string): string => home + path.replace(/^\//, '');
