/** What serving gRPC takes besides this package. */
import { loadOptional } from '../errors/optional.ts';

interface GrpcLibraries {
  grpc: typeof import('@grpc/grpc-js');
  loader: typeof import('@grpc/proto-loader');
}

/** @throws InputError where it is not installed */
export const loadGrpc = (): Promise<GrpcLibraries> =>
  loadOptional('serve gRPC', ['@grpc/grpc-js', '@grpc/proto-loader'], async () => {
    const [grpc, loader] = await Promise.all([import('@grpc/grpc-js'), import('@grpc/proto-loader')]);
    return { grpc, loader };
  });
