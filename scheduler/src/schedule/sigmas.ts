/**
 * The schedule as noise levels. sigma is the standard deviation of the noise when the image keeps its scale, so the
 * model's x is (x0 + sigma z) / sqrt(1 + sigma^2) and alphaBar is 1 / (1 + sigma^2).
 *
 * Source: Karras et al. 2022, equation 5; the interpolations are those of diffusers 0.42.1 and k-diffusion.
 */

/** Replaces an alphaBar of 0 at the end of a schedule, as in diffusers, so that sigma is 4096 and not infinite. */
const NEARLY_ZERO = 2 ** -24;
const RHO = 7;

/** sigma of each timestep, [T]; it increases. */
export function sigmasOf({ alphaBar }: { readonly alphaBar: Float64Array }): Float64Array {
  return alphaBar.map((value) => {
    const signal = value === 0 ? NEARLY_ZERO : value;
    return Math.sqrt((1 - signal) / signal);
  });
}

/** sigma at a timestep between two others, interpolated linearly; beyond the ends it is that of the end. */
export function sigmaAt(sigmas: Float64Array, timestep: number): number {
  const low = Math.min(Math.max(Math.floor(timestep), 0), sigmas.length - 1);
  const high = Math.min(low + 1, sigmas.length - 1);
  return sigmas[low]! + Math.min(Math.max(timestep - low, 0), 1) * (sigmas[high]! - sigmas[low]!);
}

/** The timestep of a noise level, interpolated linearly in log sigma; 0 to T - 1. */
export function timestepOf(sigmas: Float64Array, sigma: number): number {
  if (sigmas.length === 1) return 0;
  const above = sigmas.findIndex((value) => value > sigma);
  const low = Math.min(Math.max((above < 0 ? sigmas.length : above) - 1, 0), sigmas.length - 2);
  const [lower, upper] = [Math.log(sigmas[low]!), Math.log(sigmas[low + 1]!)];
  return low + Math.min(Math.max((Math.log(sigma) - lower) / (upper - lower), 0), 1);
}

/** `count` levels from `largest` down to `smallest`, evenly in sigma^(1/7). */
export function karrasSigmas(largest: number, smallest: number, count: number): number[] {
  const [first, last] = [largest ** (1 / RHO), smallest ** (1 / RHO)];
  return ramp(largest, smallest, count, (share) => (first + share * (last - first)) ** RHO);
}

/** `count` levels from `largest` down to `smallest`, evenly in log sigma. */
export function exponentialSigmas(largest: number, smallest: number, count: number): number[] {
  const [first, last] = [Math.log(largest), Math.log(smallest)];
  return ramp(largest, smallest, count, (share) => Math.exp(first + share * (last - first)));
}

/** Both ends are exact; a single level is the first. */
function ramp(first: number, last: number, count: number, at: (share: number) => number): number[] {
  return Array.from({ length: count }, (_, i) => (i === 0 ? first : i === count - 1 ? last : at(i / (count - 1))));
}
