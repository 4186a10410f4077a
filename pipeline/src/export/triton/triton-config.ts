/**
 * `config.pbtxt`, what Triton Inference Server (and KServe's Triton runtime) reads of a model: protobuf's text format of
 * `inference.ModelConfig`.
 *
 * The first axis of every input and output is the batch and may have any length, so Triton can batch:
 * `max_batch_size` is above 0, `dims` leave the batch out, and the dynamic batcher joins requests that wait. Triton allows
 * no empty `dims`: clients send a tensor [N] as [N, 1], and Triton reshapes it to [N] for the network.
 *
 * Sources: https://github.com/triton-inference-server/server/blob/06151b8b074e6e22b582587eef944954c58bcbfa/docs/user_guide/model_configuration.md
 * ("Maximum Batch Size", "Reshape", "Instance Groups") and
 * https://github.com/triton-inference-server/common/blob/main/protobuf/model_config.proto
 */
import { formatSchedulerConfig } from '@onnoise/scheduler';
import { type Artefact, conditionImageMetadata, extraInputs } from '@onnoise/scheduler/model';

export interface TritonModel
  extends Pick<Artefact, 'shape' | 'classes' | 'nullCondition' | 'conditions' | 'conditionImage' | 'scheduler'> {
  /** The name of the file's folder: Triton refuses a model with any other name. */
  name: string;
}

/** Triton's names of types. */
const TYPE = { int64: 'TYPE_INT64', float32: 'TYPE_FP32' } as const;

/**
 * Images that Triton may put into one call: as many as sampling takes by default, 64 at 28 pixels, fewer of larger
 * ones.
 */
export function maxBatchSize([, height, width]: TritonModel['shape']): number {
  return Math.max(1, Math.min(64, Math.floor(65536 / (height * width))));
}

/**
 * The file's text. Its parameters carry what a client needs to sample; `GET /v2/models/<name>/config` gives them to it.
 */
export function formatTritonConfig(model: TritonModel): string {
  const { name, shape, classes, nullCondition, conditions, conditionImage, scheduler } = model;
  const extra = extraInputs(model);
  const image = `dims: [ ${shape.join(', ')} ]`;
  const perImage = 'dims: [ 1 ] reshape: { shape: [ ] }';
  const inputs = [
    tensor('sample', 'TYPE_FP32', image),
    tensor('timestep', 'TYPE_FP32', perImage),
    ...extra.map(({ name, type, sides }) =>
      tensor(name, TYPE[type], sides.length === 0 ? perImage : `dims: [ ${sides.join(', ')} ]`),
    ),
  ];
  const parameters = [
    parameter('num_class_embeds', String(classes > 0 && nullCondition ? classes + 1 : classes)),
    ...(nullCondition ? [parameter('null_condition', 'true')] : []),
    ...(conditions.length > 0 ? [parameter('conditions', JSON.stringify(conditions))] : []),
    ...(conditionImage ? [parameter('condition_image', conditionImageMetadata(conditionImage))] : []),
  ];
  const names = ['sample', 'timestep', ...extra.map((input) => input.name)];
  return `# One call of a denoising network: out_sample = network(${names.join(', ')}).
name: ${quote(name)}
backend: "onnxruntime"
platform: "onnxruntime_onnx"
default_model_filename: "model.onnx"

# dims leave out the first axis, the batch. Each image has its own timestep, so that requests at different steps share a call.
max_batch_size: ${maxBatchSize(shape)}
dynamic_batching { }

input [
${inputs.join(',\n')}
]
output [
${tensor('out_sample', 'TYPE_FP32', image)}
]

# Left out, Triton makes one instance for each GPU, or two on a machine without one. To choose:
# instance_group [ { count: 1 kind: KIND_GPU gpus: [ 0 ] } ]
# instance_group [ { count: 1 kind: KIND_CPU } ]

# What sampling needs to know; the network does not read it.
${parameter('scheduler_config', JSON.stringify(formatSchedulerConfig(scheduler)))}
${parameters.join('\n')}
`;
}

function tensor(name: string, type: string, rest: string): string {
  return `  { name: ${quote(name)} data_type: ${type} ${rest} }`;
}

function parameter(key: string, value: string): string {
  return `parameters { key: ${quote(key)} value { string_value: ${quote(value)} } }`;
}

/**
 * A string of protobuf's text format: quotes and backslashes escaped, control characters in octal, the rest as UTF-8.
 */
export function quote(text: string): string {
  const escaped = text.replace(/["\\]/g, '\\$&').replace(/\p{Cc}/gu, (control) => {
    const bytes = [...new TextEncoder().encode(control)];
    return bytes.map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
  });
  return `"${escaped}"`;
}
