/**
 * How latents are spread over images: their scale for a diffusion model, and what is wrong with them where something is.
 *
 * Source: Rombach et al. (arXiv 2112.10752), appendix G, for the scale.
 */
import { type ImageShape, sizeOf } from '@onnoise/scheduler/model';

/** Of latents that are drawn from their distributions. */
export interface LatentSpread {
  /** Of each channel. */
  means: number[];
  deviations: number[];
  /** Share of each channel's variance that tells images and places apart; the rest is noise. */
  told: number[];
  /** Of all values. */
  mean: number;
  deviation: number;
  /** Largest distance of a mean from that of all, in deviations. */
  largest: number;
}

/** As diffusers' configuration has them: a diffusion model learns (latent - shift) scaling. */
export interface LatentScale {
  scaling_factor: number;
  shift_factor: number;
}

/** Collects latents, some images at a time. */
export function createSpread([channels, ...sides]: ImageShape) {
  const plane = sizeOf(sides);
  const sums = Array.from({ length: channels }, () => ({ count: 0, mean: 0, square: 0, noise: 0 }));
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return {
    /** @param mean, logVariance [N, Z, h, w] */
    add(mean: Float32Array, logVariance: Float32Array) {
      for (let i = 0; i < mean.length; i++) {
        const of = sums[Math.floor(i / plane) % channels]!;
        const value = mean[i]!;
        of.count++;
        of.mean += value;
        of.square += value ** 2;
        of.noise += Math.exp(logVariance[i]!);
        least = Math.min(least, value);
        most = Math.max(most, value);
      }
    },
    spread(): LatentSpread {
      const means = sums.map(({ mean, count }) => mean / count);
      const between = sums.map(({ square, count }, c) => Math.max(0, square / count - means[c]! ** 2));
      const within = sums.map(({ noise, count }) => noise / count);
      const mean = average(means);
      const variance = average(means.map((own, c) => between[c]! + within[c]! + (own - mean) ** 2));
      const deviation = Math.sqrt(variance);
      return {
        means,
        deviations: between.map((part, c) => Math.sqrt(part + within[c]!)),
        told: between.map((part, c) => part / (part + within[c]!)),
        mean,
        deviation,
        largest: Math.max(most - mean, mean - least) / deviation,
      };
    },
  };
}

const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Deviation of the latents that a diffusion model learns. Samplers clip what they predict to -1 and 1, as of pictures: that is where
 * latents are 4 deviations from their mean.
 */
export const WIDTH = 0.25;

/** Six digits, so that files stay readable. */
export const scaleOf = ({ mean, deviation }: LatentSpread): LatentScale => ({
  scaling_factor: Number((WIDTH / deviation).toPrecision(6)),
  shift_factor: Number(mean.toPrecision(6)),
});

/** Less of a channel's variance than this tells nothing that a decoder could use. */
const DEAD = 0.05;
/** Of a normal distribution, none of a million values is this far out. */
const FAR = 15;

/** What is wrong with latents, a sentence each. */
export function faultsOf({ told, largest }: LatentSpread): string[] {
  const dead = told.flatMap((share, c) => (share < DEAD ? [c + 1] : []));
  const channels =
    dead.length === 1 ? `Channel ${dead[0]} of the latents says` : `Channels ${dead.join(', ')} of the latents say`;
  return [
    ...(dead.length > 0
      ? [`${channels} almost nothing of the images. Try a smaller --kl-weight, or fewer --model.latent_channels.`]
      : []),
    ...(largest > FAR
      ? [
          `Some latents lie ${Math.round(largest)} deviations from their mean, which a diffusion model hardly learns. Try a larger --kl-weight.`,
        ]
      : []),
  ];
}
