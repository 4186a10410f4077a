/** Addresses, relative to the page as in HTML: a worker's own are relative to its script. */

/** @param address relative to the page, or absolute */
export function absolute(address: string | URL): string {
  const page = globalThis.document?.baseURI ?? globalThis.location?.href;
  return page === undefined ? String(address) : new URL(address, page).href;
}

/** A file in a folder, whose address may end in a slash or not. */
export const fileIn = (folder: string | URL, path: string): URL =>
  new URL(path, absolute(String(folder).replace(/\/*$/, '/')));
