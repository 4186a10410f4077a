/** Work that was asked for rightly and failed all the same, in words for whoever asked. */
export class Failure extends Error {
  override readonly name = 'Failure';
}
