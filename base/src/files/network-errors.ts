/** Why a server cannot be reached, by the codes of Node and of its fetch. One place, so that all commands say the same. */

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known (DNS)',
  EAI_AGAIN: 'its name is not known (DNS)',
  ECONNREFUSED: 'it refuses the connection',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_BODY_TIMEOUT: 'its answer stopped',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  ENETUNREACH: 'there is no network to it',
  EHOSTUNREACH: 'there is no network to it',
  ETIMEDOUT: 'it does not answer',
};

/** As the end of a sentence: `it refuses the connection (ECONNREFUSED)`. */
export const networkReason = (error: unknown): string => knownReason(error) ?? lastMessage(error);

/** Whether the network failed, or did not get as far as the server's answer. */
export const isNetworkError = (error: unknown): boolean => knownReason(error) !== undefined;

function knownReason(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = String((cause as NodeJS.ErrnoException).code ?? '');
    if (REASONS[code]) return `${REASONS[code]} (${code})`;
    if (/CERT|SELF_SIGNED|ISSUER|UNABLE_TO_VERIFY/.test(code)) {
      return `its certificate is not trusted (${code}; NODE_EXTRA_CA_CERTS names a file with more)`;
    }
  }
  return undefined;
}

function lastMessage(error: unknown): string {
  let last = error;
  while (last instanceof Error && last.cause) last = last.cause;
  return last instanceof Error ? last.message : String(last);
}
