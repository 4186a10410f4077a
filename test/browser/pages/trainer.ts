/** Gives tests `createTrainer`, as `window.training`, with files and pixels as plain lists. */
import { createTrainer, type Trainer, type TrainerEvent, type TrainerOptions } from '#runtime-web/index.ts';
import { findTraining, forgetTraining } from '#runtime-web/trainer/checkpoints.ts';

/** Losses and norms of steps, and what was told besides. */
export interface Told {
  losses: number[];
  steps: number[];
  others: TrainerEvent['kind'][];
}

export interface TrainingPage {
  trainer: Trainer | undefined;
  /** Opens a trainer in place of the one before. */
  open(options: TrainerOptions & { pixels?: number[]; labels?: number[] }): Promise<Trainer['info']>;
  run(steps?: number): Promise<Told>;
  told: Told;
  /** The model folder, as base64 by path. */
  folder(): Promise<Record<string, string>>;
  find: typeof findTraining;
  forget: typeof forgetTraining;
}

declare global {
  interface Window {
    training: TrainingPage;
  }
}

const empty = (): Told => ({ losses: [], steps: [], others: [] });

const page: TrainingPage = {
  trainer: undefined,
  told: empty(),
  find: findTraining,
  forget: forgetTraining,
  async open({ pixels, labels, ...options }) {
    page.trainer?.dispose();
    const images = pixels && {
      name: 'blobs',
      pixels: Uint8Array.from(pixels),
      ...(labels && { labels: Int32Array.from(labels) }),
    };
    page.trainer = await createTrainer({ ...options, ...(images && { images }) });
    page.told = empty();
    page.trainer.on('step', ({ loss, step }) => {
      page.told.losses.push(loss);
      page.told.steps.push(step);
    });
    for (const kind of ['samples', 'kept', 'note'] as const) {
      page.trainer.on(kind, () => page.told.others.push(kind));
    }
    return page.trainer.info;
  },
  async run(steps) {
    page.told.losses.length = 0;
    page.told.steps.length = 0;
    await page.trainer!.run(steps);
    return page.told;
  },
  async folder() {
    const files = await page.trainer!.folder();
    return Object.fromEntries(
      Object.entries(files).map(([path, content]) => {
        const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
        return [path, btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))];
      }),
    );
  },
};

window.training = page;
