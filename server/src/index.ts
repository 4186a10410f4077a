export { createServer, type Server } from './create.ts';
export { readApiKeys } from './options/keys.ts';
export { SERVER_LIMITS, type ServerLimit, type ServerOptions } from './options/options.ts';
export { checkHost, checkOrigin, isLoopback } from './options/origins.ts';
