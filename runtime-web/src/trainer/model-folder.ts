/** What was trained as a model folder, which `pipeline sample`, diffusers and `pipeline train --init` read, and the tab goes on with. */
import { MODEL_FILES, sizeOf } from '@onnoise/scheduler/model';
import {
  type FlatLayout,
  formatStepFile,
  STEP_FILES,
  type StepFile,
  unpackState,
  weightsOf,
} from '@onnoise/scheduler/training';
import { withWeights } from './files/onnx-weights.ts';
import { encodeSafetensors, type Tensor } from './files/safetensors.ts';
import type { State } from './runner.ts';
import type { OpenedStep } from './step-folder.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** diffusers' name for the weights in a model folder. */
const WEIGHTS = 'unet/diffusion_pytorch_model.safetensors';

/** Files by their path in the folder. @param step with the progress of the state */
export async function modelFolder(
  { file, graph, denoiser }: Pick<OpenedStep, 'file' | 'graph' | 'denoiser'>,
  state: State,
  images: { name: string; count: number },
): Promise<Record<string, Bytes | string>> {
  const weights = tensorsOf(file, weightsOf(file, state));
  return {
    ...file.files,
    [MODEL_FILES.card]: card(file, images),
    [MODEL_FILES.network]: await withWeights(denoiser, weights),
    [WEIGHTS]: encodeSafetensors(weights),
    [STEP_FILES.step]: formatStepFile(file),
    [STEP_FILES.graph]: graph,
    [STEP_FILES.denoiser]: denoiser,
    [STEP_FILES.state]: encodeSafetensors(tensorsOf(file, unpackState(file, state))),
  };
}

/** With the shapes of their parameters: `adam.m.conv_in.weight` has that of `conv_in.weight`. */
function tensorsOf(
  { parameters, vectors }: FlatLayout,
  values: ReadonlyMap<string, Float32Array>,
): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const { name, shape } of parameters) {
    for (const key of [name, ...vectors.map((vector) => `${vector.name}.${name}`)]) {
      const found = values.get(key);
      if (found) tensors.set(key, { shape, values: found });
    }
  }
  return tensors;
}

function card({ progress, shape, batch, parameters, python }: StepFile, images: { name: string; count: number }) {
  const [, height, width] = shape;
  const weights = parameters.reduce((sum, parameter) => sum + sizeOf(parameter.shape), 0);
  const loss = progress.loss === null ? '' : `| loss of the last step | ${progress.loss.toPrecision(4)} |\n`;
  return `# A diffusion model, trained in a browser tab

It makes pictures of ${width} x ${height} pixels and no other size.

| what                   | value |
| ---------------------- | ----- |
| trained on             | ${images.name}, ${images.count} pictures |
| steps                  | ${progress.step} of ${batch} pictures |
| time, minutes          | ${(progress.seconds / 60).toFixed(1)} |
${loss}| weights                | ${weights.toLocaleString('en')}, averaged |

## Use

\`\`\`sh
npx --ignore-scripts onnoise sample --model . --count 16
npx --ignore-scripts onnoise train --init . --data my-pictures --steps 2000 --out runs/further
\`\`\`

\`\`\`python
${python}
\`\`\`

\`train/\` holds the training step and its state: the page that made this goes on with it.

## Limits

Minutes of training give modest quality. Some pictures are malformed, and with few images it may repeat them. They must not be
taken for real ones, least of all in medicine.
`;
}
