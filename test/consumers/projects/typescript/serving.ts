import { createServer, type Server, type ServerOptions } from '@onnoise/server';

export const start = (options: ServerOptions): Promise<Server> => createServer(options);
