/**
 * A training step and its network as graphs for whoever has onnxruntime, in plain ONNX operators: see step-file.ts of the
 * scheduler for their inputs and outputs.
 */
import { type Graph, trace, usePlainOperators } from '@onnoise/tracer';
import { inferenceGraph } from '../../folder/inference.ts';
import type { DescribedModel } from '../../model/described.ts';
import { createModel } from '../../model/index.ts';
import type { TrainStep } from '../../step/contracts.ts';
import { createFlatStep, type FlatStep } from '../../step/flat-step.ts';
import { nextOf } from './tensors.ts';

/** The flat form of a step. @throws InputError for settings that a flat step does not have */
export function flatOf({ recipe }: TrainStep): FlatStep {
  if (!recipe) throw new Error('a step without settings has no flat form');
  return createFlatStep(createModel(recipe.model), recipe.options);
}

/** Vectors of the state and inputs in; `next.<vector>`, `loss` and `gradNorm` out. */
export function flatStepGraph(step: FlatStep): Graph {
  const graph = trace(
    (tensors) => {
      const { state, outputs } = step.run(tensors, tensors);
      const next = Object.entries(state).map(([name, vector]) => [nextOf(name), vector]);
      return { ...Object.fromEntries(next), ...outputs };
    },
    [...step.state, ...step.inputs],
    { name: 'training_step', sumsInSteps: true, products: false },
  );
  usePlainOperators(graph);
  graph.doc = 'One update of the weights: forward, backward, clip, optimizer, average. See step.json beside it.';
  return graph;
}

/** The graph that `pipeline export` makes, but that its weights are inputs by the names of the parameters. */
export function denoiserGraph(model: DescribedModel): Graph {
  const graph = inferenceGraph(model);
  usePlainOperators(graph);
  return graph;
}
