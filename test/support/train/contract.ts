/** The contract of every training engine for any network; tfjs' plain JavaScript is the reference for the others. */
import { gaussian } from '@onnoise/scheduler';
import { beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '#training/engines/index.ts';
import { createLoopedEngine } from '#training/engines/onnx/looped.ts';
import type { TrainPlan } from '#training/plan/plan.ts';
import type { PartialConfig } from '#training/settings/config.ts';
import type { TrainEngine } from '#training/step/contracts.ts';
import { expectClose } from '../compare.ts';
import { skipBecause } from '../skip.ts';
import { type Engine, lossesOf, missingReason, planOf, startState } from './engines.ts';

/** onnxruntime-webgpu has a file of its own: software adapters take minutes. */
const OTHERS: Engine[] = ['onnxruntime', 'onnxruntime-cuda', 'tfjs-node', 'tfjs-node-gpu'];
const reasons = new Map(await Promise.all(OTHERS.map(async (kind) => [kind, await missingReason(kind)] as const)));
export const ENGINES: Engine[] = ['tfjs-cpu', ...OTHERS];
const STEPS = 20;

/** The steps in a loop run on every provider; here on the CPU's. */
export const create = (kind: Engine, { step }: TrainPlan, state: Map<string, Float32Array>): Promise<TrainEngine> =>
  kind === 'onnxruntime-cuda' ? createLoopedEngine(step, state, 'cpu') : createEngine(kind, step, state);

/** `describe` for an engine: skipped with the reason if it is not available. */
export function describeEngine(kind: Engine, title: string, body: () => void, options: { tags?: 'long' } = {}): void {
  describe(`${kind} ${title}`, { ...skipBecause(reasons.get(kind)), ...options }, body);
}

/** The suite for one network. `others` is for every engine but onnxruntime. */
export function engineContract(name: string, config: PartialConfig, others: { tags?: 'long' } = {}): void {
  const plan = planOf(config);
  const using = async <T>(
    kind: Engine,
    state: Map<string, Float32Array>,
    work: (engine: TrainEngine) => Promise<T>,
  ) => {
    const engine = await create(kind, plan, state);
    try {
      return await work(engine);
    } finally {
      await engine.dispose();
    }
  };
  let reference: number[];
  /** The reference's state after ten steps. */
  let halfway: Map<string, Float32Array>;
  beforeAll(async () => {
    await using('tfjs-cpu', startState(plan), async (engine) => {
      const first = await lossesOf(engine, plan, 0, STEPS / 2);
      halfway = await engine.readState();
      reference = [...first, ...(await lossesOf(engine, plan, STEPS / 2, STEPS))];
    });
  });

  /** Of another engine than the reference. */
  const againstReference = (kind: Engine) => {
    it('gives the losses of the reference to 1e-3, twenty of them', async () => {
      const losses = await using(kind, startState(plan), (engine) => lossesOf(engine, plan, 0, STEPS));
      expectClose(losses, reference, { relative: 1e-3, what: 'losses' });
      expect(new Set(losses).size).toBe(STEPS);
    });

    it('goes on from a checkpoint of another engine, and another from its own', async () => {
      const there = await using(kind, halfway, (engine) => lossesOf(engine, plan, STEPS / 2, STEPS));
      expectClose(there, reference.slice(STEPS / 2), { relative: 1e-3, what: 'losses' });
      const own = await using(kind, startState(plan), async (engine) => {
        await lossesOf(engine, plan, 0, STEPS / 2);
        return engine.readState();
      });
      const back = await using('tfjs-cpu', own, (engine) => lossesOf(engine, plan, STEPS / 2, STEPS));
      expectClose(back, reference.slice(STEPS / 2), { relative: 1e-3, what: 'losses' });
    });
  };

  for (const kind of ENGINES) {
    const options = kind === 'onnxruntime' ? {} : others;
    const body = () => {
      if (kind !== 'tfjs-cpu') againstReference(kind);

      it('goes on from a state that it gave, to the last bit', async () => {
        const { saved, kept, straight } = await using(kind, startState(plan), async (engine) => {
          await lossesOf(engine, plan, 0, 3);
          const saved = await engine.readState();
          const kept = structuredClone(saved);
          return { saved, kept, straight: await lossesOf(engine, plan, 3, 6) };
        });
        // The state that was read does not change.
        expect(saved).toEqual(kept);
        await using(kind, startState(plan), async (engine) => {
          await lossesOf(engine, plan, 0, 1);
          await engine.writeState(saved);
          expect(await lossesOf(engine, plan, 3, 6)).toEqual(straight);
        });
        expect(await using(kind, saved, (engine) => lossesOf(engine, plan, 3, 6))).toEqual(straight);
      });

      it('gives back any state bit by bit', async () => {
        const state = startState(plan);
        let at = 0;
        for (const values of state.values()) gaussian(7, at++ << 16, values);
        const first = state.values().next().value!;
        first.set([-0, 1e-42, -3.4e38, Number.MAX_SAFE_INTEGER]);
        const bits = (map: ReadonlyMap<string, Float32Array>) =>
          [...map].map(([key, values]) => [key, new Uint32Array(values.slice().buffer)] as const).toSorted();
        const returned = await using(kind, state, (engine) => engine.readState());
        expect(bits(returned)).toEqual(bits(state));
      });
    };
    describeEngine(kind, `training a ${name}`, body, options);
  }
}
