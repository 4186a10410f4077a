/** What differs in index.html between the dev server and the build. */
import type { Plugin } from 'vite';

/** vite's dev server inlines styles and talks over a socket, so its page allows both. The build needs neither. */
export function siteHtml(): Plugin {
  return {
    name: 'onnoise:dev-policy',
    apply: 'serve',
    transformIndexHtml: (html) =>
      html.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'").replace("connect-src 'self'", '$& ws:'),
  };
}
