import { describe, expect, it } from 'vitest';
import { checkList, foreseePrivacy } from '#training/plan/image-list.ts';
import { completePlan, draftPlan } from '#training/plan/resolve.ts';
import { settingsOf } from '#training/plan/settings.ts';
import { readPreset } from '#training/settings/presets.ts';

/** Two images of each of 500 people. */
const list = { total: 1000, groups: Array.from({ length: 1000 }, (_, i) => i >> 1) };

async function planned(training: object) {
  const config = {
    data: { source: 'pictures', validationShare: 0 },
    training: { dpEpsilon: 8, dpDelta: 1e-3, steps: 500, batch: 50, ...training },
  };
  const {
    config: whole,
    start,
    yielding,
  } = await settingsOf([await readPreset('hands'), { name: 'the command line', config }]);
  return completePlan(draftPlan(whole, start, yielding), { channels: 1 });
}

describe('a private run that is only planned', () => {
  it('says what noise it would take, by patient and by image', async () => {
    const byPatient = foreseePrivacy(await planned({}), list)[0]!;
    expect(byPatient).toMatch(
      /^Privacy: epsilon 8 at delta 0\.001 for each group, .*; each of 500 steps takes each of 500 groups with a chance of 0\.1\.$/,
    );
    const noiseOf = (text: string) => Number(/noise of ([\d.]+) times/.exec(text)![1]);
    const half = noiseOf(foreseePrivacy(await planned({ dpUnit: 'image', dpDelta: 5e-4 }), list)[0]!);
    expect(half).toBeGreaterThan(0.4);
    expect(noiseOf(byPatient)).toBeGreaterThan(half);
    expect(foreseePrivacy(await planned({ dpEpsilon: undefined }), list)).toEqual([]);
  });

  it('is refused before any image is read', async () => {
    const tooMany = await planned({ batch: 501 });
    expect(() => checkList(tooMany, list, false)).toThrow(
      'Cannot train with --dp-epsilon: --batch must be at most the 500 groups to train on, received 501.',
    );
    const tooLoose = await planned({ dpDelta: 0.01 });
    expect(() => checkList(tooLoose, list, false)).toThrow('--dp-delta must be below 1/500');
  });
});
