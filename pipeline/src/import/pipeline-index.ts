/** `model_index.json` of a diffusers pipeline: its class and its parts, `name: [library, class]`. */
import { InputError } from '@onnoise/scheduler/rules';

const OUR_PARTS = ['unet', 'scheduler'];

/** @throws InputError for a pipeline that needs more than a network and a scheduler: one on latents, or of text. */
export function checkPipeline(index: Readonly<Record<string, unknown>>, from: string): void {
  const others = Object.entries(index).flatMap(([name, part]) => {
    const isPart = Array.isArray(part) && part.length === 2 && typeof part[1] === 'string';
    return isPart && !OUR_PARTS.includes(name) ? [name] : [];
  });
  if (others.length === 0) return;
  const name = typeof index._class_name === 'string' ? `${index._class_name} with ` : '';
  throw new InputError(
    `Cannot import ${from}: it must be a pipeline of a network and a scheduler, as DDPMPipeline, received ${name}${others.join(', ')}.`,
  );
}
