/** Two samplings from one noise: their settings, and how far they are. */
import { picturesCalled, startNoise } from '@onnoise/scheduler';
import { completeRequest, type PictureOptions } from '@onnoise/scheduler/model';
import { computed, signal } from '@preact/signals';
import { sizeOf } from '../../../../state/pixels.ts';
import { announce } from '../../../../state/store.ts';
import { drawPictures } from '../../improve/few/draw-pictures.ts';
import type { Lesson } from '../../lesson.ts';
import { tell } from '../../trouble.ts';
import type { Stop } from './apart.ts';
import { type Settings, type Side, STANDARD, secondOf } from './settings.ts';

export const settings = signal<Settings>(STANDARD);
export const sides = computed<readonly [Side, Side]>(() => [settings.value.one, secondOf(settings.value)]);

export interface Drawn {
  /** That both start from, [C, H, W]. */
  noise: Float32Array;
  stops: readonly [readonly Stop[], readonly Stop[]];
  done: boolean;
}

export const drawn = signal<Drawn | null>(null);
export const drawing = signal(false);
/** What went wrong is shown here, not where the algorithm stands. */
export const failed = signal(false);
let abort: AbortController | undefined;

export function change(to: Partial<Settings>): void {
  stop();
  drawn.value = null;
  settings.value = { ...settings.peek(), ...to };
}

export function stop(): void {
  abort?.abort();
  drawing.value = false;
}

/** What is drawn on the way has a seed of its own. */
const optionsOf = (
  { nullCondition }: Lesson,
  { sampler, steps, guidance, fresh }: Side,
  digit: number,
): PictureOptions => ({
  sampler,
  steps,
  guidance: nullCondition ? guidance : 1,
  labels: [digit],
  seeds: [fresh],
});

/** Calls of the network on the way. */
export function callsOf(lesson: Lesson, side: Side): number {
  const { table, guidance } = completeRequest(lesson, optionsOf(lesson, side, 0));
  return picturesCalled(table.rows, guidance);
}

/** Errors are in `trouble`. */
export async function draw(lesson: Lesson): Promise<void> {
  stop();
  const controller = new AbortController();
  const { signal } = controller;
  abort = controller;
  drawing.value = true;
  failed.value = false;
  const { digit, seed } = settings.peek();
  const noise = startNoise({ seeds: [seed] }, sizeOf(lesson.shape));
  drawn.value = { noise, stops: [[], []], done: false };
  const run = (side: Side, at: 0 | 1) =>
    drawPictures(
      lesson,
      { ...optionsOf(lesson, side, digit), latents: noise },
      {
        signal,
        onStep: ({ timestep, x, x0 }) => {
          if (signal.aborted || !drawn.peek()) return;
          const { stops } = drawn.peek()!;
          const more = [...stops[at], { timestep, x: x.slice(), x0: x0.slice() }];
          drawn.value = { ...drawn.peek()!, stops: at === 0 ? [more, stops[1]] : [stops[0], more] };
        },
      },
    );
  try {
    const [one, other] = sides.peek();
    await Promise.all([run(one, 0), run(other, 1)]);
    if (signal.aborted) return;
    drawn.value = { ...drawn.peek()!, done: true };
    announce('Both pictures are done.');
  } catch (error) {
    if (signal.aborted) return;
    failed.value = true;
    tell('network', error);
  } finally {
    if (abort === controller) drawing.value = false;
  }
}
