export { createServer, type Server } from './create.ts';
export { readApiKeys } from './keys.ts';
export { nameModels, type ServerOptions } from './options.ts';
