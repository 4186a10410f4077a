/** A client of the Open Inference Protocol over gRPC. */
import { join } from 'node:path';
import { credentials, loadPackageDefinition, Metadata, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { onTestFinished } from 'vitest';

const PROTO = join(import.meta.dirname, '..', '..', '..', 'server', 'src', 'grpc', 'open_inference_grpc.proto');

// biome-ignore lint/suspicious/noExplicitAny: what proto-loader makes of the definition
type Any = any;

/** Calls a method, until the test ends. */
export function grpcCaller(port: number) {
  const { inference } = loadPackageDefinition(
    loadSync(PROTO, { keepCase: true, longs: Number, defaults: true }),
  ) as Any;
  const client = new inference.GRPCInferenceService(`127.0.0.1:${port}`, credentials.createInsecure());
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
