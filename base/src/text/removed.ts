/** Settings that earlier versions had: what to do where one is still asked for. In files they are in camel case. */

interface Removed {
  /** Whether a section of a file leaves it off, as an old run does that never used it: then it is passed over. */
  isOff?: (section: Readonly<Record<string, unknown>>) => boolean;
  /** What to do, in sentences, the last without its full stop. */
  instead: string;
}

const FEATURES: Removed = {
  isOff: ({ featureWeight }) => featureWeight === 0,
  instead:
    "Autoencoders learn without it: leave it out, also of an old run's config.json files. --edge-weight keeps edges sharp",
};

const TASKS: Removed = {
  instead: 'It trains classifiers alone, of classes in sub-folders or a --label-column: leave it out',
};

const LEARNED: Removed = {
  isOff: ({ learnSchedule }) => learnSchedule === false,
  instead: 'Name a noise schedule with --scheduler.beta_schedule: pictures gained nothing by one that was learned',
};

const TRANSFERRED: Removed = {
  instead: 'pipeline transfer --to accelerate or tab prepares a run to continue elsewhere',
};

const CONVERTED: Removed = { instead: 'pipeline convert --format makes a smaller network' };

const REMOVED: Readonly<Record<string, Removed>> = {
  'feature-weight': FEATURES,
  'feature-model': FEATURES,
  'feature-range': FEATURES,
  'feature-hash': FEATURES,
  'learn-schedule': LEARNED,
  accelerate: TRANSFERRED,
  'train-step': TRANSFERRED,
  dtype: CONVERTED,
  quantize: CONVERTED,
  route: { instead: 'pipeline setup takes the wheels of PyPI, on Linux x64: leave it out' },
  triton: { instead: 'Triton takes unet/model.onnx of a model folder, beside a config.pbtxt of yours' },
  task: TASKS,
  'synthetic-masks': TASKS,
  radiomics: {
    instead:
      'Save the pictures with pipeline sample and measure them beside real ones with the package frd-score: leave it out',
  },
  sweep: {
    instead:
      'Evaluate once for each setting, with --no-card and an --out of its own, and put them side by side with pipeline compare',
  },
};

/** @param name of an option, or of a key in a file @returns undefined for what never was a setting */
export function findRemoved(name: string): Removed | undefined {
  const dashed = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return Object.hasOwn(REMOVED, dashed) ? REMOVED[dashed] : undefined;
}
