export { createServer, type Server } from './create.ts';
export { readApiKeys } from './keys.ts';
export type { ServerOptions } from './options.ts';
