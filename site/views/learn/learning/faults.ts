/** What a setting breaks, each in a sentence; and when a run has run away. */
import { percent } from '../../forward/state/numbers.ts';
import { chainOf, leftAtTheEnd } from './chain.ts';
import type { Setup } from './setup.ts';

/** A network that says “no noise” has a loss of 1: what is far above that comes back in no useful time, if at all. */
const AWAY = 100;

export const hasRunAway = (loss: number): boolean => !(loss <= AWAY);

/** @param loss the last one, finite or not */
export function whyRunAway(loss: number, rate: number): string {
  const size = Number.isFinite(loss) ? `is ${Math.round(loss).toLocaleString('en')}` : 'is too large for a number';
  return `The loss ${size}, where saying “no noise” has 1: at a learning rate of ${rate} each correction overshoots, and the next one has more to correct.`;
}

/** From these on, a setting shows. */
const [LEFT, FEW, NARROW, SLOW, FAST] = [0.05, 5, 4, 1e-4, 0.1];

export function faultsOf({ rate, width, timesteps, schedule }: Setup): string[] {
  const left = leftAtTheEnd(chainOf(schedule, timesteps));
  const faults: string[] = [];
  if (left > LEFT) {
    faults.push(
      `At the last t, xₜ still holds ${percent(left)} of the picture. Sampling begins with none of it, where the network has never been: press Sample.`,
    );
  }
  if (timesteps <= FEW) {
    faults.push(
      `With ${timesteps} timesteps, sampling goes in ${timesteps} leaps. Each follows one guess, and a guess is a mean of many points: press Sample.`,
    );
  }
  if (width <= NARROW) {
    const neurons = width === 1 ? '1 neuron' : `${width} neurons`;
    faults.push(`${neurons} in a layer cannot bend the arrows as the data asks, however long it trains.`);
  }
  if (rate <= SLOW) faults.push('The corrections are so small that the loss hardly falls: this takes patience.');
  if (rate >= FAST) faults.push('The corrections are so large that they jump over the best weights: the loss shakes.');
  return faults;
}
