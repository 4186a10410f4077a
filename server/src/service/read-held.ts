/** Reads what a request tells a model as masks or pictures, within the memory that requests may take up. */
import type { EngineModel } from '@onnoise/runtime-node/engine';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { bytesOfTold, readTold, type ToldFiles } from '../requests/told-files.ts';
import { whenOver } from './connections.ts';
import type { Service } from './service.ts';

/**
 * As `readTold`; what is read counts until the answer is over.
 * @param encoded see `bytesOfTold`
 * @throws Refusal (429), too
 */
export async function readHeld(
  { admission }: Pick<Service, 'admission'>,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  files: ToldFiles,
  model: EngineModel,
  encoded = true,
): ReturnType<typeof readTold> {
  const bytes = bytesOfTold(files, model, { encoded });
  if (bytes > 0) whenOver(reply, admission.hold(bytes, request.client));
  return readTold(files, model);
}
