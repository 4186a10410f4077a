/** A privacy report that nobody made: numbers as an audit with shadows may have them. */
import { ATTACKS } from '#evaluation/membership/names.ts';
import type { AttackFigures } from '#evaluation/membership/types.ts';
import { limitsOf } from '#evaluation/membership/verdict.ts';
import type { CopyFindings, PrivacyReport } from '#evaluation/privacy/index.ts';

const TIMESTEPS = [50, 100, 200];
const hex = (digit: number): string => digit.toString(16).repeat(64);

/** Thirteen attacks; LiRA on all errors is the strongest. */
const attacks: AttackFigures[] = [
  ...ATTACKS.flatMap((attack, a) =>
    TIMESTEPS.map((timestep, k) => figures(attack, 0.53 + 0.02 * a + 0.01 * k, { timestep })),
  ),
  ...[...ATTACKS, 'all' as const].map((attack, a) => figures(attack, 0.61 + 0.03 * a, {})),
];

function figures(attack: AttackFigures['attack'], auc: number, more: { timestep?: number }): AttackFigures {
  const found = (at: number, value: number | null) => ({
    at,
    value,
    interval: value === null ? null : ([0.7 * value, 1.4 * value] as const),
    falsePositives: 5,
    exceedsChance: value !== null && value > 0.05,
  });
  return {
    attack,
    ...more,
    calibrated: more.timestep === undefined,
    auc: { value: auc, interval: [auc - 0.021, auc + 0.021], joint: [auc - 0.034, auc + 0.034] },
    found: [found(0.01, (auc - 0.5) / 2), found(0.001, null)],
  };
}

export function examplePrivacyReport(more: Partial<PrivacyReport> = {}): PrivacyReport {
  return {
    version: 1,
    date: '2026-03-14T15:09:26.535Z',
    onnoise: '0.1.0',
    model: { name: 'knees', hash: hex(1), parameters: 1_063_777, network: 'UNet2DModel' },
    data: {
      name: 'knees-2019',
      hash: hex(2),
      training: 900,
      heldOut: 900,
      trainingGroups: 610,
      heldOutGroups: 604,
      test: 'knees-2020',
      testHash: hex(4),
    },
    settings: { attacks: ATTACKS, timesteps: TIMESTEPS, draws: 4, seed: 0 },
    shadows: { asked: 8, trained: 8, images: 900, steps: 4000, modelSteps: 4000 },
    attacks,
    strongest: attacks.length - 1,
    exposed: 31,
    verdict: 'leaks',
    reason:
      'The strongest of 13 attacks, LiRA on all errors, tells training images from held-out ones with an AUC of 0.700 (0.666 to 0.734, counting all that were tried). At 1 % false positives it finds 10.0 % (7.0 to 14.0 %) of the training images. 31 of the 900 training images stand out.',
    limits: limitsOf({ shadows: 8, asked: 8, grouped: true, apart: true }),
    notes: [
      '900 of 1500 held-out images are used, as many as of training: half of all, which a shadow learns from, are then as many as the model learnt from.',
    ],
    copies: exampleCopies(),
    differentialPrivacy: null,
    ...more,
  };
}

export function exampleCopies(more: Partial<CopyFindings> = {}): CopyFindings {
  return {
    verdict: 'none found',
    reason:
      'The pictures are no nearer to training images than real ones are. A single copy among 500 pictures would probably have been found: a copy is a training image that is unchanged, moved by up to 2 pixels, mirrored, turned by right angles, negative, or a little lighter, darker or noisy. That does not rule out such copies: they may be up to 0.6 % of all that the model draws (with 95 % confidence). Copies that are turned by other angles, moved further, scaled or under strong noise may go unseen, however many.',
    date: '2026-03-13T10:00:00.000Z',
    onnoise: '0.1.0',
    hash: hex(3),
    counts: { samples: 500, training: 900, heldOut: 900 },
    tests: [
      { space: 'pixels', flagged: 1, expected: 0.55 },
      { space: 'features', flagged: 0, expected: 0.55 },
    ],
    unseen: 0.00597,
    command:
      'npx pipeline evaluate --model <knees> --data <knees-2019> --test-data <knees-2020> --count 500 --seed 7 --sampler ddim --steps 50 --eta 0',
    ...more,
  };
}

/** What training.json of a private run says, of one that started from a model. */
export const examplePromise = (more: Partial<Promised> = {}): Promised => ({
  epsilon: 7.98,
  delta: 1e-5,
  unit: 'group',
  records: 610,
  clip: 1,
  timesteps: 1,
  noiseMultiplier: 0.7134,
  samplingRate: 0.04,
  steps: 2000,
  started: true,
  ...more,
});

type Promised = NonNullable<PrivacyReport['differentialPrivacy']>;
