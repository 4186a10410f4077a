export { createServer, type Server } from './create.ts';
export { readApiKeys } from './keys.ts';
export { checkOrigin, SERVER_LIMITS, type ServerLimit, type ServerOptions } from './options.ts';
