export { createServer, type Server } from './create.ts';
export { readApiKeys } from './keys.ts';
export { SERVER_LIMITS, type ServerLimit, type ServerOptions } from './options.ts';
export { checkHost, checkOrigin, isLoopback } from './origins.ts';
