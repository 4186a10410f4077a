/** What differs in index.html between the dev server and the build. */
import type { Plugin } from 'vite';

/**
 * vite's dev server puts styles into the page as it serves it, and talks over a socket: its page allows both. The build has
 * neither, and its one script holds the first paint back, so that a chosen theme does not flash.
 */
export function siteHtml(): Plugin[] {
  return [
    {
      name: 'onnoise:dev-policy',
      apply: 'serve',
      transformIndexHtml: (html) =>
        html.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'").replace("connect-src 'self'", '$& ws:'),
    },
    {
      name: 'onnoise:render-blocking',
      apply: 'build',
      transformIndexHtml: {
        order: 'post',
        handler: (html) => html.replace('<script type="module"', '$& blocking="render"'),
      },
    },
  ];
}
