/** Metrics, the API's description and its page, and the page to try the server. */
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import type { Service } from '../service/service.ts';

const page = (name: string) => readFileSync(new URL(`../page/${name}`, import.meta.url));
const FILES = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/page.css', 'page.css', 'text/css; charset=utf-8'],
  ['/favicon.svg', 'favicon.svg', 'image/svg+xml'],
  ['/favicon.ico', 'favicon.svg', 'image/svg+xml'], // where browsers look that were not told
  ...['page.js', 'api.js', 'pictures.js', 'snippets.js', 'told.js'].map(
    (name) => [`/${name}`, name, 'text/javascript; charset=utf-8'] as const,
  ),
] as const;

export function systemRoutes(app: FastifyInstance, { metrics }: Service): void {
  app.get(
    '/metrics',
    {
      schema: {
        tags: ['System'],
        operationId: 'getMetrics',
        summary: 'Metrics for Prometheus',
        response: { 200: { description: 'OK', content: { 'text/plain': { schema: { type: 'string' } } } } },
      },
    },
    async ({ key }, reply) => {
      const own = key === undefined || key.metrics === 'all' ? undefined : key.name;
      return reply.type(metrics.contentType).send(await metrics.read(own));
    },
  );
  app.get('/openapi.json', { config: { open: true }, schema: { hide: true } }, async () => app.swagger());
  for (const [path, name, type] of FILES) {
    const content = page(name);
    app.get(path, { config: { open: true }, schema: { hide: true } }, async (_, reply) =>
      reply.type(type).header('cache-control', 'no-cache').send(content),
    );
  }
}
