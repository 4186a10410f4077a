export async function writeChart(..._: unknown[]): Promise<void> {}
