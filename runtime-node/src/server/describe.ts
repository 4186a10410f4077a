/** The API's description, OpenAPI 3.1 made of the routes' schemas, and Swagger UI to read it at /docs. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import type { CompleteOptions } from './options.ts';

export async function describeApi(app: FastifyInstance, { apiKeys }: CompleteOptions): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Onnoise',
        version: '0.1.0',
        description: 'Pictures from diffusion models.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      tags: [
        { name: 'Images', description: "Pictures, in the shape of OpenAI's images API." },
        { name: 'Inference', description: 'The network itself, by the Open Inference Protocol, version 2.' },
        { name: 'System', description: 'For those who run it.' },
      ],
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
      ...(apiKeys.length === 0 && { security: [] }),
    },
  });
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/docs')) route.config = { ...route.config, open: true };
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true, uiConfig: { tryItOutEnabled: true } });
}
