/** What all pictures of an answer have in common, by OpenAI's names. */
import type { EngineModel } from '@onnoise/runtime-node/engine';
import { overshoots, type SamplerTable } from '@onnoise/scheduler';
import { pictureShapeOf } from '@onnoise/scheduler/model';
import type { Encoding } from './encoding.ts';

export function formOf({ model, encoding, table }: { model: EngineModel; encoding: Encoding; table: SamplerTable }) {
  const note = noteOf(table);
  return {
    background: 'opaque',
    output_format: encoding.format,
    quality: 'auto',
    size: sizeName(model, encoding.size),
    ...(note && { note }),
  };
}

/** `28x28`, width first as OpenAI writes it. */
export function sizeName(model: EngineModel, size?: { width: number; height: number }): string {
  const [, height, width] = pictureShapeOf(model);
  const { width: across, height: down } = size ?? { width, height };
  return `${across}x${down}`;
}

/** What whoever asked should know of the pictures, if anything. */
export const noteOf = (table: SamplerTable): string | undefined =>
  overshoots(table)
    ? 'The first step is too long for heun and leaves noise: use exponential spacing, or more steps.'
    : undefined;

/** Pictures have no tokens; clients read the field. */
export const NO_TOKENS = {
  input_tokens: 0,
  output_tokens: 0,
  total_tokens: 0,
  input_tokens_details: { image_tokens: 0, text_tokens: 0 },
};

/** Unix seconds. */
export const now = (): number => Math.floor(Date.now() / 1000);
