/** Our side of the benchmark: each task is prepared once, then does one round when called. */
import { compileSampler, gaussian, makeSchedule, parseSchedulerConfig, sampleImages } from '@onnoise/scheduler';
import { createModel, initParameters } from '../../pipeline/src/model/index.ts';
import { createPredictor } from '../../pipeline/src/train/denoiser.ts';
import { drawStep } from '../../pipeline/src/train/draw.ts';
import { createEngine, type EngineChoice } from '../../pipeline/src/train/engines/index.ts';
import { createTrainStep } from '../../pipeline/src/train/step.ts';

export interface Prepared {
  round(): Promise<void>;
  dispose(): Promise<void>;
}

export interface Task {
  name: string;
  title: string;
  /** Images per round, for rates. */
  images: number;
  /** Our implementations, by the engine's name. */
  sides: Readonly<Record<string, () => Promise<Prepared>>>;
}

const T = 300;
const TUTORIAL = { channels: [64, 128, 256, 512, 1024], size: 64 };
const SMALL = { channels: [32, 64, 128, 256], size: 32 };
const scheduler = parseSchedulerConfig({ num_train_timesteps: T, beta_schedule: 'linear', clip_sample: false });

export const tasks: readonly Task[] = [
  training('train-small', 'training step, channels 32..256, 32 px, batch 32', SMALL, 32),
  training('train-tutorial', 'training step, tutorial U-Net, 64 px, batch 8', TUTORIAL, 8),
  call('call-1', 'U-Net call, tutorial U-Net, batch 1', 1),
  call('call-8', 'U-Net call, tutorial U-Net, batch 8', 8),
  sampling('sample-tutorial', "30 steps of the tutorial's sampling loop, batch 1", 30),
];

interface Size {
  channels: number[];
  size: number;
}

function network({ channels, size }: Size) {
  return createModel({ _class_name: 'SimpleUnet', sample_size: size, channels, num_train_timesteps: T });
}

/** Adam, L1, no clipping and no moving average, as in the tutorial's notebook. */
function training(name: string, title: string, size: Size, batch: number): Task {
  return {
    name,
    title,
    images: batch,
    sides: {
      onnxruntime: () => steps(size, batch, 'onnxruntime'),
      'tfjs-node': () => steps(size, batch, 'tfjs-node'),
    },
  };
}

async function steps(size: Size, batch: number, kind: EngineChoice['kind']): Promise<Prepared> {
  const model = network(size);
  const step = createTrainStep(model, {
    batch,
    shape: model.shape,
    conditional: false,
    schedule: makeSchedule(scheduler),
    predictionType: 'epsilon',
    loss: 'l1',
    huberDelta: 1,
    minSnr: null,
    accumulate: 1,
    learnSchedule: false,
    optimizer: 'adam',
    betas: [0.9, 0.999],
    eps: 1e-8,
    weightDecay: 0,
    clipNorm: null,
    ema: false,
  });
  const engine = await createEngine(kind, step, step.initialState(initParameters(model, 0)));
  const pixels = size.size * size.size;
  const images = new Float32Array(batch * pixels);
  gaussian(0, 0, images);
  let done = 0;
  return {
    async round() {
      const draw = drawStep(0, done++, batch, pixels, T);
      await engine.step({ images, ...draw, ...step.scalars({ step: done, learningRate: 1e-4, emaDecay: 0 }) });
    },
    dispose: () => engine.dispose(),
  };
}

function call(name: string, title: string, batch: number): Task {
  return {
    name,
    title,
    images: batch,
    sides: {
      onnxruntime: async () => {
        const model = network(TUTORIAL);
        const predictor = await createPredictor(model, initParameters(model, 0));
        const x = new Float32Array(batch * TUTORIAL.size ** 2);
        gaussian(0, 0, x);
        const timesteps = new Float32Array(batch).fill(150);
        return {
          round: async () => void (await predictor.predict(x, timesteps, [])),
          dispose: () => predictor.dispose(),
        };
      },
    },
  };
}

function sampling(name: string, title: string, steps: number): Task {
  return {
    name,
    title,
    images: 1,
    sides: {
      onnxruntime: async () => {
        const model = network(TUTORIAL);
        const predictor = await createPredictor(model, initParameters(model, 0));
        const table = compileSampler(scheduler, { sampler: 'ddpm', steps: T });
        const start = { ...table, steps, rows: table.rows.slice(0, steps) };
        return {
          async round() {
            await sampleImages({
              table: start,
              shape: model.shape,
              seeds: [0],
              denoise: (x, timesteps) => predictor.predict(x, timesteps, []),
            });
          },
          dispose: () => predictor.dispose(),
        };
      },
    },
  };
}
