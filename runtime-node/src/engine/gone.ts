/** The process that computes has ended, with what it had been asked. Asking again is safe, once there is another. */
export class EngineGone extends Error {
  override readonly name = 'EngineGone';
  constructor(reason: string) {
    super(`The engine's process ended: ${reason}`);
  }
}
