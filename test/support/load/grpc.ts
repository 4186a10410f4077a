/** A client of the Open Inference Protocol over gRPC. */
import { join } from 'node:path';
import {
  credentials,
  Metadata,
  makeGenericClientConstructor,
  type ServiceDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { onTestFinished } from 'vitest';

const FOLDER = join(import.meta.dirname, '..', '..', '..', 'server', 'src', 'grpc');
const PROTOS = ['open_inference_grpc.proto', 'triton_extensions.proto'];

// biome-ignore lint/suspicious/noExplicitAny: what proto-loader makes of the definition
type Any = any;

/** Calls a method, until the test ends. */
export function grpcCaller(port: number) {
  const methods = PROTOS.map(
    (name) =>
      loadSync(join(FOLDER, name), { keepCase: true, longs: Number, enums: String, defaults: true })[
        'inference.GRPCInferenceService'
      ] as ServiceDefinition,
  );
  const Client = makeGenericClientConstructor(Object.assign({}, ...methods), 'GRPCInferenceService');
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure()) as Any;
  onTestFinished(() => client.close());
  return (method: string, request: object, headers: Readonly<Record<string, string>> = {}): Promise<Any> => {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    return new Promise((resolve, reject) =>
      client[method](request, metadata, (error: ServiceError | null, answer: unknown) =>
        error ? reject(error) : resolve(answer),
      ),
    );
  };
}
