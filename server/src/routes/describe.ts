/** The API's description, OpenAPI 3.1 made from the routes' schemas, and Swagger UI to read it at /docs. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { failures, OPENAI_ERROR, V2_ERROR } from '../requests/schemas.ts';

/** Swagger UI shows answered pictures as blobs. */
const UI_POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'connect-src': "'self'",
  'img-src': "'self' data: blob:",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

export async function describeApi(app: FastifyInstance, keyed: boolean): Promise<void> {
  await app.register(swagger, {
    // What holds for all routes, and that a route needs a key.
    transform: ({ schema, url, route }) => {
      const posted = [route.method].flat().includes('POST') ? [413, 415] : [];
      const response = {
        ...failures(url.startsWith('/v2') ? V2_ERROR : OPENAI_ERROR, 414, ...posted),
        ...(schema?.response as object | undefined),
      };
      return { url, schema: { ...schema, response, security: keyed && !route.config?.open ? [{ key: [] }] : [] } };
    },
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
        { name: 'Jobs', description: 'Orders of many pictures, on a server that keeps jobs.' },
        { name: 'Inference', description: 'The network itself, by the Open Inference Protocol, version 2.' },
        { name: 'System', description: 'For operators.' },
      ],
      ...(keyed && { components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } } }),
    },
  });
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/docs')) route.config = { ...route.config, open: true };
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: UI_POLICY,
    theme: { title: 'Onnoise' },
    uiConfig: { layout: 'BaseLayout', tryItOutEnabled: true }, // the bar of the other layout has an inline style
  });
}
