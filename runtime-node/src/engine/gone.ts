/** The engine's process has ended before it answered. Once another runs, the same request may be sent again. */
export class EngineGone extends Error {
  override readonly name = 'EngineGone';
  readonly reason: string;
  constructor(reason: string) {
    super(`The engine's process ended: ${reason}`);
    this.reason = reason;
  }
}
