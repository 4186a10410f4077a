/**
 * Makes every channel of the latents 1 wide around 0, so that a diffusion model learns all of them alike, without a change of what
 * pictures become: the 1 x 1 convolutions after the encoder and before the decoder take it in.
 */
import { type LatentScale, type LatentSpread, scaleOf, WIDTH } from './latent-spread.ts';

const AFTER = 'quant_conv';
const BEFORE = 'post_quant_conv';

/**
 * @param values of all parameters, by PyTorch's names; the arrays stay as they are
 * @returns weights, and the scale that is left: of all channels together where an autoencoder lacks one of these convolutions
 */
export function whiten(
  values: ReadonlyMap<string, Float32Array>,
  spread: LatentSpread,
): { values: ReadonlyMap<string, Float32Array>; scale: LatentScale } {
  const named = (layer: string) => [values.get(`${layer}.weight`), values.get(`${layer}.bias`)] as const;
  const [[after, afterBias], [before, beforeBias]] = [named(AFTER), named(BEFORE)];
  if (!after || !afterBias || !before || !beforeBias) return { values, scale: scaleOf(spread) };
  const { means, deviations } = spread;
  const channels = means.length;
  const weight = after.slice(); // [2 Z, 2 Z]: means, then logarithms of variances
  const bias = afterBias.slice();
  const back = before.slice(); // [Z, Z]
  const backBias = beforeBias.slice();
  for (let c = 0; c < channels; c++) {
    const [mean, deviation] = [means[c]!, deviations[c]!];
    for (let i = 0; i < 2 * channels; i++) weight[c * 2 * channels + i]! /= deviation;
    bias[c] = (bias[c]! - mean) / deviation;
    bias[channels + c]! -= 2 * Math.log(deviation);
    for (let row = 0; row < channels; row++) {
      const at = row * channels + c;
      backBias[row]! += before[at]! * mean;
      back[at]! *= deviation;
    }
  }
  const changed = new Map([
    ...values,
    [`${AFTER}.weight`, weight],
    [`${AFTER}.bias`, bias],
    [`${BEFORE}.weight`, back],
    [`${BEFORE}.bias`, backBias],
  ]);
  return { values: changed, scale: { scaling_factor: WIDTH, shift_factor: 0 } };
}
