/**
 * A training step of a compiled `tf.layers` model as one graph: loss, gradients and the optimiser's update, with all that
 * changes as inputs and outputs. It computes what `model.trainOnBatch` does.
 */
import * as tf from '@tensorflow/tfjs';
import { type Graph, sizeOf } from '../graph/graph.ts';
import type { TensorSpec } from '../graph/specs.ts';
import { TraceError } from '../graph/trace-error.ts';
import { useStandardOperators } from '../passes/standard.ts';
import { type Tensors, type TraceOptions, trace } from '../tracing/trace.ts';
import { namedCalls, type Replacement, requireStateless, withReplaced } from './layer-parts.ts';
import { applyModel, layersInputs, namedModel, traceableLayers, weightNames } from './layers-model.ts';
import { type Draw, type NoiseInput, noisyCalls, noisyCells } from './noise.ts';
import { type Counter, type OptimizerForm, optimizerForm, type Slot } from './optimizers.ts';
import { type InputSizes, sizedInputs, specsAt, uniqueNames } from './ports.ts';

export interface TrainingStepOptions extends Pick<TraceOptions, 'name' | 'winograd' | 'sumsInSteps'> {
  /** Examples of a step: a mean over them is divided by a number that the graph holds. */
  batch: number;
  /** As for `traceModel`. */
  shapes?: InputSizes['shapes'];
  /** Whether the gradients are outputs, too: `gradient.<weight>`. The default is false. */
  gradients?: boolean;
  /**
   * Whether the graph updates the weights. Without that it gives the gradients, and what batch normalisation keeps. The
   * default is true.
   */
  optimizer?: boolean;
}

/** A tensor that each step takes as the input `name` and gives, changed, as the output `next.<name>`. */
export interface StateTensor {
  name: string;
  shape: readonly number[];
  /** What to begin with: the model's weights, and what its optimiser has kept so far. */
  initial: Float32Array;
}

export interface TrainingStep {
  /** Its outputs are `loss`, then `next.<name>` for each of `state`, then the gradients if asked for. */
  graph: Graph;
  /** The inputs of the model, by their names. */
  inputs: readonly TensorSpec[];
  /** What it should give: `target.<output>` for each output. */
  targets: readonly TensorSpec[];
  /** The weights in the order of `model.weights`, so that `model.setWeights` takes them; then the optimiser's. */
  state: readonly StateTensor[];
  /** Numbers to draw for each step, for dropout and its like. */
  noise: readonly NoiseInput[];
  /** What the optimiser has; the input `learning_rate` is a single number. None without an optimiser. */
  learningRate: number | undefined;
}

const RATE = 'learning_rate';
const ACTION = 'Cannot trace a training step';

/**
 * Traces a step of the model with the optimiser and the losses that it was compiled with. The model stays as it is.
 *
 * - Weights, the moving statistics of batch normalisation and what the optimiser keeps are `state`: a caller feeds
 *   `next.<name>` of a step as `name` of the next. Weights that are not trainable come out as they went in.
 * - `learning_rate` is an input, so that it may change from step to step.
 * - Dropout and its like take their random numbers as inputs (`noise`). Whatever else draws, such as a layer of one's own,
 *   is refused and named.
 * - Metrics, class weights and sample weights are left out.
 *
 * @throws TraceError as `traceModel` does, for a model that is not compiled, and for another optimiser than sgd, momentum,
 *   rmsprop and adam
 */
export function traceTrainingStep(given: tf.LayersModel, options: TrainingStepOptions): TrainingStep {
  const model = namedModel(given);
  const { batch, shapes, gradients = false, optimizer: updates = true, ...traced } = options;
  const losses = model.lossFunctions as tf.LayersModel['lossFunctions'] | undefined;
  if (!model.optimizer || losses === undefined) {
    throw new TraceError(
      `${ACTION}: the model must be compiled with an optimizer and a loss, received one that is not.`,
    );
  }
  requireStateless(model);
  const inputs = specsAt(sizedInputs(layersInputs(model), { batch, shapes }), batch);
  const targets = targetsOf(model, outputShapes(model, inputs));
  const form = updates ? optimizerForm(model.optimizer) : undefined;
  const weights = weightsOf(model);
  if (!weights.some(({ trainable }) => trainable)) {
    throw new TraceError(`${ACTION}: the model must have a weight that is trainable, received none.`);
  }
  const kept = form ? keptOf(model.optimizer, form, weights) : [];
  const state = [...weights.map(({ name, shape, initial }) => ({ name, shape, initial })), ...kept];
  const float = ({ name, shape }: { name: string; shape: readonly number[] }): TensorSpec => ({
    name,
    shape,
    dtype: 'float32',
  });
  const rate = form ? [{ name: RATE, shape: [], dtype: 'float32' } as const] : [];
  const specs = [...inputs, ...targets, ...state.map(float), ...rate];

  const step = (tensors: Tensors, draw: Draw): Tensors => {
    const result = lossAndGradients(model, { weights, targets, losses }, tensors, draw);
    const next = form ? updated(form, weights, result, tensors) : result.moved;
    const shown = gradients || !form ? weights.filter(({ trainable }) => trainable) : [];
    return {
      loss: result.loss,
      ...Object.fromEntries(state.map(({ name }) => [`next.${name}`, next[name] ?? tensors[name]!])),
      ...Object.fromEntries(
        shown.map(({ name, shape }) => [`gradient.${name}`, result.gradients[name] ?? tf.zeros([...shape])]),
      ),
    };
  };
  const noise = noiseOf((draw) => trace((tensors) => step(tensors, draw()), specs, traced));
  const graph = trace(
    (tensors) => {
      const drawings = noise.map(({ name }) => tensors[name]!);
      let drawn = 0;
      return step(tensors, () => drawings[drawn++]!);
    },
    [...specs, ...noise.map(float)],
    traced,
  );
  useStandardOperators(graph);
  return { graph, inputs, targets, state, noise, learningRate: form?.learningRate };
}

/** Found by a trace: the model may leave axes open that its inputs have fixed. */
function outputShapes(model: tf.LayersModel, inputs: readonly TensorSpec[]): number[][] {
  const { outputs } = trace(traceableLayers(model).run, inputs);
  return outputs.map(({ dims }) => dims.map(Number));
}

/**
 * What the layers draw in a step, in order, found by a trace that gives them zeros.
 *
 * @param traceWith traces; it asks for what draws at the beginning of each run
 */
function noiseOf(traceWith: (begin: () => Draw) => Graph): NoiseInput[] {
  let drawn: (Omit<NoiseInput, 'name'> & { layer: string })[] = [];
  traceWith(() => {
    drawn = [];
    return ({ name: layer }, distribution, shape) => {
      drawn.push({ layer, distribution, shape: [...shape] });
      return tf.zeros([...shape]);
    };
  });
  const names = uniqueNames(
    drawn.map(({ layer, distribution }) => `${layer}.${distribution}`),
    [],
  );
  return drawn.map(({ distribution, shape }, i) => ({ name: names[i]!, shape, distribution }));
}

type Weight = tf.LayersModel['weights'][number];

interface NamedWeight extends StateTensor {
  variable: Weight;
  trainable: boolean;
}

function weightsOf(model: tf.LayersModel): NamedWeight[] {
  const trainable = new Set(model.trainableWeights);
  const names = weightNames(model);
  return model.weights.map((variable, i) => ({
    name: names[i]!,
    shape: variable.shape as number[],
    initial: variable.read().dataSync<'float32'>().slice(),
    variable,
    trainable: trainable.has(variable),
  }));
}

const nameOfSlot = (weight: string, { name }: Slot) => `${weight}/${name}`;
const nameOfCounter = ({ name }: Counter) => `optimizer/${name}`;

/** What tfjs' optimisers keep and do not show in their types. */
type Kept = Record<string, { originalName: string; variable: tf.Variable }[]> & Record<string, tf.Variable>;

/** What the optimiser keeps: zeros for each weight before its first step. */
function keptOf(
  optimizer: tf.Optimizer,
  { slots, counters }: OptimizerForm,
  weights: readonly NamedWeight[],
): StateTensor[] {
  const fields = optimizer as unknown as Kept;
  const perWeight = slots.flatMap((slot) =>
    weights
      .filter(({ trainable }) => trainable)
      .map(({ name, shape, variable }) => {
        const known = [variable.name, variable.originalName].map((own) => nameOfSlot(own, slot));
        const list = fields[slot.field] as { originalName: string; variable: tf.Variable }[];
        const found = list.find(({ originalName }) => known.includes(originalName));
        if (list.length > 0 && !found) {
          throw new TraceError(
            `${ACTION}: the optimizer must know ${name}, whose ${slot.name} it has not; compile the model again.`,
          );
        }
        const initial = found?.variable.dataSync<'float32'>().slice() ?? new Float32Array(sizeOf(shape));
        return { name: nameOfSlot(name, slot), shape, initial };
      }),
  );
  const single = counters.map((counter) => {
    const initial = (fields[counter.field] as tf.Variable).dataSync<'float32'>().slice();
    return { name: nameOfCounter(counter), shape: [], initial };
  });
  return [...perWeight, ...single];
}

/** What the model should give: as its outputs, or with one number for a class. */
function targetsOf(model: tf.LayersModel, shapes: readonly (readonly number[])[]): TensorSpec[] {
  const { loss } = model;
  const names = uniqueNames(model.outputNames, []);
  return shapes.map((shape, i) => {
    const byName = loss as string | (string | undefined)[] | Record<string, string | undefined>;
    const own = typeof byName === 'string' ? byName : Array.isArray(byName) ? byName[i] : byName[model.outputNames[i]!];
    const byClass = own === 'sparseCategoricalCrossentropy';
    return { name: `target.${names[i]}`, shape: byClass ? [...shape.slice(0, -1), 1] : shape, dtype: 'float32' };
  });
}

interface Learning {
  weights: readonly NamedWeight[];
  targets: readonly TensorSpec[];
  losses: tf.LayersModel['lossFunctions'];
}

interface Gradients {
  loss: tf.Tensor;
  /** By the name of the weight; none where the loss does not depend on it. */
  gradients: Tensors;
  /** The weights that are not trainable, as they are after the step. */
  moved: Tensors;
}

/** Runs the model for training with traced tensors in the place of its weights. */
function lossAndGradients(
  model: tf.LayersModel,
  { weights, targets, losses }: Learning,
  tensors: Tensors,
  draw: Draw,
): Gradients {
  const variables = weights.map(({ name, trainable }) => tf.variable(tensors[name]!, trainable, `traced/${name}`));
  const inPlace = weights.map(({ variable }, i): Replacement => ({ of: variable, field: 'val', by: variables[i] }));
  const calls = namedCalls(model, noisyCalls(model, draw));
  try {
    return withReplaced([...inPlace, ...calls, ...noisyCells(model, draw)], () => {
      const total = () => totalLoss(model, { targets, losses }, tensors);
      const { value, grads } = tf.variableGrads(
        total,
        variables.filter(({ trainable }) => trainable),
      );
      const gradients: Tensors = {};
      const moved: Tensors = {};
      for (const [i, { name, trainable }] of weights.entries()) {
        const gradient = grads[variables[i]!.name];
        if (gradient) gradients[name] = gradient;
        if (!trainable) moved[name] = tf.clone(variables[i]!);
      }
      return { loss: value, gradients, moved };
    });
  } finally {
    for (const variable of variables) variable.dispose();
  }
}

/** As tfjs' own training adds it up (engine/training.ts, makeTrainFunction). */
function totalLoss(
  model: tf.LayersModel,
  { targets, losses }: Pick<Learning, 'targets' | 'losses'>,
  tensors: Tensors,
): tf.Scalar {
  const outputs = applyModel(model, tensors, true);
  const parts = losses.map((loss, i) => loss(tensors[targets[i]!.name]!, outputs[i]!));
  const mean = tf.mean(parts.reduce((sum, part) => tf.add(sum, part)));
  return model.calculateLosses().reduce<tf.Tensor>((sum, penalty) => tf.add(sum, penalty), mean) as tf.Scalar;
}

/** The next state by name. */
function updated(
  form: OptimizerForm,
  weights: readonly NamedWeight[],
  { gradients, moved }: Gradients,
  tensors: Tensors,
): Tensors {
  const counters = form.counters.map((counter) => tensors[nameOfCounter(counter)]!);
  const next: Tensors = { ...moved };
  for (const { name } of weights) {
    const gradient = gradients[name];
    if (!gradient) continue;
    const names = form.slots.map((slot) => nameOfSlot(name, slot));
    const slots = names.map((slot) => tensors[slot]!);
    const [weight, ...kept] = form.update({
      weight: tensors[name]!,
      gradient,
      slots,
      counters,
      learningRate: tensors[RATE]!,
    });
    next[name] = weight!;
    for (const [i, slot] of names.entries()) next[slot] = kept[i]!;
  }
  for (const [i, counter] of form.counters.entries()) next[nameOfCounter(counter)] = counter.next(counters[i]!);
  return next;
}
