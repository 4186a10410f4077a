/**
 * The network of a model gave NaN or infinity instead of a picture. Requests are checked before the engine sees them,
 * so this is not the client's mistake.
 */
export class ModelFault extends Error {
  override readonly name = 'ModelFault';
}
