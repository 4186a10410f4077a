/** The layers of a model, and what stands in for their methods while the model is traced. */
import type * as tf from '@tensorflow/tfjs';
import { runTracedPart } from '../graph/part.ts';
import { TraceError } from '../graph/trace-error.ts';

export type Layer = tf.layers.Layer;

/** Where a layer holds others: a model, a wrapper, a recurrent layer. */
interface Holder {
  layers?: Layer[];
  layer?: Layer;
  forwardLayer?: Layer;
  backwardLayer?: Layer;
  cell?: Layer;
  cells?: Layer[];
}

/** The layers that a layer or model is made of, itself first, each once. */
export function layersOf(layer: Layer, found = new Set<Layer>()): Set<Layer> {
  if (found.has(layer)) return found;
  found.add(layer);
  const { layers = [], layer: wrapped, forwardLayer, backwardLayer, cell, cells = [] } = layer as Holder;
  const single = [wrapped, forwardLayer, backwardLayer, cell].filter((each) => each !== undefined);
  for (const inner of [...layers, ...single, ...cells]) layersOf(inner, found);
  return found;
}

/** In words, for errors: `the layer conv1 (Conv2D)`. */
const describeLayer = (layer: Layer): string => `the layer ${layer.name} (${layer.getClassName()})`;

/** Runs `run` with fields of objects replaced, and puts the fields back. */
export function withReplaced<T>(replacements: readonly Replacement[], run: () => T): T {
  const undo = replacements.map(({ of, field, ...stands }) => {
    const own = Object.getOwnPropertyDescriptor(of, field);
    Object.defineProperty(
      of,
      field,
      'get' in stands
        ? { get: stands.get, configurable: true }
        : { value: stands.by, configurable: true, writable: true },
    );
    return () => {
      if (own) Object.defineProperty(of, field, own);
      else delete (of as Record<string, unknown>)[field];
    };
  });
  try {
    return run();
  } finally {
    for (const restore of undo.reverse()) restore();
  }
}

/** A value, or what gives it, for a field of an object, for a while. */
export type Replacement = { of: object; field: string } & ({ by: unknown } | { get: () => unknown });

export type Call = Layer['call'];

/**
 * Calls of the model's layers that say which layer runs. The model itself is none of them.
 *
 * @param standIns what to call in place of a layer's own method
 */
export function namedCalls(model: Layer, standIns: ReadonlyMap<Layer, Call> = new Map()): Replacement[] {
  const inner = [...layersOf(model)].filter((layer) => layer !== model);
  return inner.map((layer) => {
    const own = standIns.get(layer) ?? layer.call;
    const call: Call = (inputs, kwargs) => runTracedPart(describeLayer(layer), () => own.call(layer, inputs, kwargs));
    return { of: layer, field: 'call', by: call };
  });
}

/** @throws TraceError for a layer that remembers its last call, which a graph does not */
export function requireStateless(model: Layer): void {
  const stateful = [...layersOf(model)].find((layer) => layer !== model && layer.stateful && !('layers' in layer));
  if (stateful) {
    throw new TraceError(
      `Cannot trace ${describeLayer(stateful)}: it must not be stateful, since a graph remembers nothing between calls; ` +
        'give its state as an input (initialState) and return it (returnState).',
    );
  }
}
