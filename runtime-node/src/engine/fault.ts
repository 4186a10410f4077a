/**
 * The network of a model gave what is no picture. What is asked is checked before the engine sees it: this is no mistake of
 * the asker.
 */
export class ModelFault extends Error {
  override readonly name = 'ModelFault';
}
