import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { create, describeEngine, ENGINES } from '#test/train/contract.ts';
import { lossesOf, networks, planOf, startState } from '#test/train/engines.ts';

const plan = planOf(networks.SimpleUnet);

for (const kind of ENGINES) {
  describeEngine(kind, 'in a long run', () => {
    it('holds no more tensors after 200 steps than after 2', async () => {
      // Other tests of this worker may have left tensors; the native engines count those of their own process.
      const others = kind === 'tfjs-cpu' ? tf.memory().numTensors : 0;
      const engine = await create(kind, plan, startState(plan));
      await lossesOf(engine, plan, 0, 2);
      const early = await engine.countTensors?.();
      await lossesOf(engine, plan, 2, 200);
      expect(await engine.countTensors?.()).toBe(early);
      if (!kind.startsWith('onnxruntime')) expect(early).toBe(others + plan.step.state.length);
      await engine.dispose();
    });

    it('stops cleanly, and leaves no process behind', async () => {
      const children = () => process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;
      const engine = await create(kind, plan, startState(plan));
      await lossesOf(engine, plan, 0, engine.depth);
      await engine.dispose();
      // A handle is freed some turns after its end was reported.
      await expect.poll(children).toBe(0);
    });
  });
}
