/** `pipeline trace`: a saved model of TensorFlow.js becomes an ONNX file. */

import { sayResult, toNumber, toValues, withProgress } from '@onnoise/base/terminal';
import { formatBytes, formatPath, program } from '@onnoise/base/text';
import { InputError } from '@onnoise/scheduler/rules';
import type { TraceFileResult } from '../trace/trace-file.ts';
import { type Command, textOption } from './options/command.ts';

/** The options of `pipeline trace`; its help explains them. */
export interface TraceArguments {
  model?: string | undefined;
  out: string;
  batch?: number | undefined;
  shape?: Record<string, number[]> | undefined;
  range?: Record<string, number[]> | undefined;
  register?: string | undefined;
  report?: boolean | undefined;
}

const MODEL = 'The model:';
const CHECK = 'The result:';

export const command: Command<TraceArguments> = {
  usage:
    '$0 trace <model.json> --out <file.onnx>\n\n' +
    'Turns a saved TensorFlow.js model, of layers or as a graph, into an ONNX file for inference, without Python. It keeps the names and leaves the batch size open. The file is only written if onnxruntime computes the same as tfjs.',
  words: { model: { type: 'string', describe: 'The model.json, or its folder' } },
  options: {
    out: textOption('The .onnx file to write', { group: CHECK, demandOption: true }),
    report: {
      group: CHECK,
      boolean: true,
      describe: 'Print what is in the graph: nodes by operator, opset, what was folded',
    },
    range: {
      group: CHECK,
      array: true,
      string: true,
      requiresArg: true,
      coerce: toValues('range', 'ids=0,999'),
      describe: 'Lowest and highest number to test an input with: ids=0,999',
      defaultDescription: 'normal numbers; for integers 0 and 1, or the rows of an embedding',
    },
    batch: {
      group: MODEL,
      requiresArg: true,
      coerce: toNumber('batch'),
      describe: 'Fixed number of examples per call',
      defaultDescription: 'any number',
    },
    shape: {
      group: MODEL,
      array: true,
      string: true,
      requiresArg: true,
      coerce: toValues('shape', 'image=224,224,3'),
      describe: 'Sizes of an input without the batch, if the model leaves them open: image=224,224,3',
    },
    register: textOption(
      'Module whose default export registers your own layers: (tf) => tf.serialization.registerClass(Mine)',
      { group: MODEL },
    ),
  },
  examples: [
    ['$0 trace model.json --out model.onnx', 'any batch'],
    ['$0 trace detector --out detector.onnx --shape image=300,300,3 --report', 'set a size that the model leaves open'],
    ['$0 trace model.json --out model.onnx --register layers.js', 'with your own layers'],
  ],
  handler: async ({ model, out, batch, shape, range, register, report }) => {
    if (model === undefined) {
      throw new InputError(
        `Cannot trace: there must be a model.json or its folder, received neither. Try: ${program('trace')} model.json --out model.onnx`,
      );
    }
    const { traceFile } = await import('../trace/trace-file.ts');
    const traced = await withProgress('Tracing', { unit: 'stages' }, (onProgress) =>
      traceFile({ model, out, batch, shapes: shape, ranges: range, register, onProgress }),
    );
    sayResult(await describe(out, traced, report === true), { model, file: out, ...traced });
  },
};

async function describe(
  out: string,
  { parameters, bytes, parity, report }: TraceFileResult,
  whole: boolean,
): Promise<string[]> {
  const [{ describeParity }, { describePort, describeReport }] = await Promise.all([
    import('@onnoise/training/folder'),
    import('@onnoise/tracer'),
  ]);
  return [
    `Weights: ${parameters.toLocaleString('en')}`,
    `Inputs: ${report.inputs.map(describePort).join(', ')}`,
    `Outputs: ${report.outputs.map(describePort).join(', ')}`,
    ...(whole ? describeReport(report) : []),
    `Largest difference between tfjs and ONNX: ${describeParity(parity)}`,
    `Model: ${formatPath(out)} (${formatBytes(bytes)})`,
  ];
}
