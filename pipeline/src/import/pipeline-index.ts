/** `model_index.json` of a diffusers pipeline: its class and its parts, `name: [library, class]`. */
import { InputError } from '@onnoise/scheduler/rules';

const NEEDED = ['unet', 'scheduler'];
/** What turns latents into pictures: as LDMPipeline calls it, and as others do. */
const AUTOENCODERS = ['vqvae', 'vae'];

/**
 * The name of the part that makes pictures of what its network draws; undefined where the network draws pictures itself.
 * @throws InputError for a pipeline that needs more than that: one of text
 */
export function checkPipeline(index: Readonly<Record<string, unknown>>, from: string): string | undefined {
  const parts = Object.entries(index).flatMap(([name, part]) =>
    Array.isArray(part) && part.length === 2 && typeof part[1] === 'string' ? [name] : [],
  );
  const coders = parts.filter((name) => AUTOENCODERS.includes(name));
  const others = parts.filter((name) => ![...NEEDED, ...AUTOENCODERS].includes(name));
  if (others.length === 0 && coders.length <= 1) return coders[0];
  const name = typeof index._class_name === 'string' ? `${index._class_name} with ` : '';
  throw new InputError(
    `Cannot import ${from}: it must be a pipeline of a network and a scheduler, as DDPMPipeline, or of an autoencoder too, as LDMPipeline, received ${name}${[...coders, ...others].join(', ')}.`,
  );
}
