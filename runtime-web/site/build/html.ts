/** What differs in index.html between the dev server and the build. */
import type { Plugin } from 'vite';

/**
 * vite's dev server inlines styles and talks over a socket, so its page allows both. The build needs neither. Its one
 * script blocks the first paint, so that a chosen theme does not flash.
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
