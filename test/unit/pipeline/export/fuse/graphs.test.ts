import { LINE_SAMPLERS, SAMPLER_NAMES } from '@onnoise/scheduler';
import { describe } from 'vitest';
import { loadModel, type SampleOptions } from '#runtime-node/index.ts';
import { expectClose } from '#test/compare.ts';
import { eachLong } from '#test/each-long.ts';
import { fusedFolder, openFused, PLAIN, TOLD } from '#test/models/fused.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';

describe('the fused graph', () => {
  const NETWORKS = [
    { name: 'a conditional network', network: TOLD, told: { conditions: { age: [20, 70] } } },
    { name: 'a plain network', network: PLAIN, told: {} },
    {
      name: 'a network of flow matching',
      network: TOLD,
      told: { conditions: { age: [20, 70] } },
      scheduler: { prediction_type: 'flow_prediction', shift: 2 },
      samplers: LINE_SAMPLERS,
    },
  ];
  eachLong(
    NETWORKS,
    "makes the pictures of every sampler, of $name, within the folder's own parity",
    async ({ network, told, scheduler = {}, samplers = SAMPLER_NAMES }) => {
      const { plain, fused } = await fusedFolder(await temporaryFolder(), network, { scheduler });
      const model = await loadModel(plain, { device: 'cpu' });
      const inOneCall = await openFused(fused);
      const expectSame = async (options: SampleOptions) => {
        const { images } = await model.sample(options);
        expectClose(await inOneCall(options), images, { absolute: 1e-6, what: JSON.stringify(options) });
      };
      for (const sampler of samplers) {
        await expectSame({ sampler, steps: 5, count: 3, seed: 2 ** 33 + 1, ...told });
      }
      if (network !== PLAIN) {
        await expectSame({ guidance: 1, count: 2, steps: 4 });
        await expectSame({ guidance: 0, count: 2, steps: 4, labels: [1] });
        await expectSame({ guidance: 3, guidanceInterval: [300, 600], count: 4, steps: 6 });
        await expectSame({ sampler: 'dpmpp_2m', spacing: 'karras', steps: 4, count: 1 });
      }
      await model.dispose();
    },
  );
});
