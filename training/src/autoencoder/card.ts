/** The README.md of an autoencoder's folder. */

import { plainName } from '@onnoise/base/text';
import type { AutoencoderModel } from '../folder/halves.ts';
import { describeOrigin, describeTraining, fence, inPython, type ModelCard, table } from '../folder/model-card.ts';
import type { LatentScale } from './latent-spread.ts';

export interface AutoencoderCard
  extends Pick<ModelCard, 'name' | 'training' | 'origin' | 'metrics' | 'limits' | 'averaged'> {
  scale: LatentScale;
  architecture: string;
  parameters: number;
  hasSamples: boolean;
  hasCurve: boolean;
  /** How to load it in Python; absent where it has no weights for that. */
  python?: string | undefined;
}

/** Markdown. The same card gives the same text. */
export function formatAutoencoderCard({ shape, halves }: AutoencoderModel, card: AutoencoderCard): string {
  const [channels, height, width] = shape;
  const [latents, rows, columns] = halves.shape;
  const { scaling_factor, shift_factor } = card.scale;
  const around = { classes: 0, conditions: [], hasCurve: card.hasCurve };
  const weights = card.origin
    ? `It was trained elsewhere and imported from ${plainName(card.origin.name)}.`
    : `The weights are ${card.averaged === false ? 'those of the last step of training' : 'the moving averages of training'}.`;
  return `${[
    `# ${card.name}`,
    `An autoencoder: pictures of ${width} x ${height} pixels and ${channels === 1 ? 'one channel' : `${channels} channels`} to latents of ${columns} x ${rows} x ${latents} and back, for a diffusion model that learns these. ` +
      `\`${card.architecture}\`, ${card.parameters.toLocaleString('en')} parameters. ${weights}`,
    ...(card.hasSamples
      ? ['![Images and what came back](samples.png)', 'Each image, and beside it what came back of it.']
      : []),
    '## Use',
    fence(
      'sh',
      'npx --ignore-scripts onnoise train --autoencoder <this folder> --data <images> --preset latents --out runs/x',
    ),
    '`vae/encoder.onnx` takes `sample` [N, C, H, W], images in [-1, 1], and gives `latent_parameters` [N, 2 Z, h, w]: means, then ' +
      'logarithms of variances. `vae/decoder.onnx` takes `latent_sample` [N, Z, h, w] and gives `sample` [N, C, H, W]. A diffusion ' +
      `model learns (latent - ${shift_factor}) x ${scaling_factor}, as \`vae/config.json\` says.`,
    ...(card.python === undefined ? [] : [inPython(card.python)]),
    ...(card.origin ? describeOrigin(card.origin, around) : describeTraining(card.training, around)),
    '## Metrics',
    table(Object.entries(card.metrics)),
    '## Limits',
    card.limits.map((limit) => `- ${limit}`).join('\n'),
  ].join('\n\n')}\n`;
}
