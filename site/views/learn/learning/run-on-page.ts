/** The graphs of the tiny network on the page's worker; what goes wrong is also in `trouble`. */
import { samplingWorker } from '../../../state/store.ts';
import { settle, tell } from '../trouble.ts';
import type { RunGraph } from './cloud.ts';

export const runOnPage: RunGraph = async (name, feeds) => {
  try {
    const source = { kind: 'url', url: 'learn' } as const;
    const answer = await samplingWorker.run({ id: name, source, path: `${name}.onnx`, feeds });
    settle('network');
    return answer;
  } catch (error) {
    tell('network', error);
    throw error;
  }
};
