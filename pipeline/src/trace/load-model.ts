/** Has tfjs make a model of what was read, after checks that its own errors are no match for. */
import { pathToFileURL } from 'node:url';
import { InputError, object, show } from '@onnoise/scheduler/rules';
import * as tf from '@tensorflow/tfjs';
import type { SavedModel } from './read-model.ts';

/** @throws InputError that names the layer whose class is not known, and for what tfjs cannot load */
export async function loadModel(saved: SavedModel, model: string): Promise<tf.LayersModel | tf.GraphModel> {
  const { format, artifacts } = saved;
  const handler = { load: async () => artifacts };
  if (format === 'graph-model') return loading(model, artifacts, () => tf.loadGraphModel(handler));
  requireClasses(artifacts.modelTopology as Fields, model);
  return loading(model, artifacts, () => tf.loadLayersModel(handler));
}

type Fields = Record<string, unknown>;

async function loading<T>(model: string, { modelTopology }: tf.io.ModelArtifacts, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const version = (modelTopology as Fields).keras_version;
    if (typeof version === 'string' && version.startsWith('3')) {
      throw new InputError(
        `Cannot trace ${model}: it must be a model of Keras 2, since TensorFlow.js does not read this one of Keras ${version}; ` +
          'save it with tf_keras, or convert its SavedModel to a graph model.',
      );
    }
    const [reason] = (error as Error).message.split('\n');
    throw new InputError(`Cannot trace ${model}: TensorFlow.js must load it, but says: ${reason}`, { cause: error });
  }
}

/** Where the config of a layer holds others. */
const INNER = ['layer', 'cell', 'forward_layer', 'backward_layer'];

/** The layers of a model, and of models in it, as model.json has them. */
function layersIn(described: unknown): Fields[] {
  if (!object.holds(described)) return [];
  const config = object.holds(described.config) ? described.config : {};
  const lists = [config.layers, config.cells, Array.isArray(described.config) ? described.config : undefined];
  const inner = [...lists.flatMap((list) => (Array.isArray(list) ? list : [])), ...INNER.map((key) => config[key])];
  return [described, ...inner.flatMap(layersIn)];
}

/** The model that a topology describes: Keras' own files have it as text. */
function rootOf(topology: Fields, model: string): unknown {
  const root = topology.model_config ?? topology;
  if (typeof root !== 'string') return root;
  try {
    return JSON.parse(root);
  } catch {
    throw new InputError(`Cannot trace ${model}: its modelTopology must be JSON, but is not.`);
  }
}

function requireClasses(topology: Fields, model: string): void {
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  const unknown = layersIn(rootOf(topology, model)).find(
    ({ class_name: name }) => typeof name === 'string' && !Object.hasOwn(classNameMap, name),
  );
  if (!unknown) return;
  const { class_name: name, config } = unknown;
  const layer = object.holds(config) && config.name !== undefined ? `the layer ${config.name}` : 'the model';
  throw new InputError(
    `Cannot trace ${model}: the class ${name} of ${layer} must be registered, but is not; pass a module that does it with ` +
      `--register: export default (tf) => tf.serialization.registerClass(class ${name} extends tf.layers.Layer { ... }).`,
  );
}

/**
 * Runs a module that registers layers of one's own: its default export gets tfjs, so that both have the same one.
 *
 * @throws InputError for a module that cannot be loaded, or that exports no function
 */
export async function registerLayers(path: string): Promise<void> {
  const action = `register the layers of ${path}`;
  const module: { default?: unknown } = await import(pathToFileURL(path).href).catch((error: Error) => {
    throw new InputError(
      `Cannot ${action}: --register must be a module that can be loaded, but is not: ${firstLine(error)}`,
      { cause: error },
    );
  });
  const { default: register } = module;
  if (typeof register !== 'function') {
    throw new InputError(
      `Cannot ${action}: its default export must be a function of tf, as export default (tf) => tf.serialization.registerClass(MyLayer), received ${show(register)}.`,
    );
  }
  try {
    await register(tf);
  } catch (error) {
    throw new InputError(
      `Cannot ${action}: its default export must register them, but failed: ${firstLine(error as Error)}`,
      { cause: error },
    );
  }
}

const firstLine = ({ message }: Error): string => message.split('\n')[0]!;
