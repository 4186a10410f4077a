/**
 * Reads as much of protobuf's text format as a test of `config.pbtxt` needs: scalars, strings, messages, lists,
 * comments. Every field is a list of its values, because the text does not say what may repeat.
 */
export type Message = { [field: string]: Value[] };
export type Value = string | number | Message;

const TOKEN = /\s+|#[^\n]*|"(?:[^"\\]|\\.)*"|[A-Za-z_][A-Za-z0-9_]*|-?[0-9.]+|[{}[\]:,]/gy;

export function readTextFormat(text: string): Message {
  const tokens = (text.match(TOKEN) ?? []).filter((token) => !/^(\s|#)/.test(token));
  if ((text.match(TOKEN) ?? []).join('') !== text) throw new Error('text that is no token');
  let at = 0;
  const take = (wanted?: string): string => {
    const token = tokens[at++];
    if (token === undefined || (wanted !== undefined && token !== wanted)) throw new Error(`${token} for ${wanted}`);
    return token;
  };
  const skip = (token: string) => tokens[at] === token && at++ >= 0;

  function message(end?: string): Message {
    const fields: Message = {};
    while (tokens[at] !== end) {
      const name = take();
      skip(':');
      fields[name] = [...(fields[name] ?? []), ...values()];
      skip(',');
    }
    at++;
    return fields;
  }
  function values(): Value[] {
    if (!skip('[')) return [value()];
    const list: Value[] = [];
    while (!skip(']')) {
      list.push(value());
      skip(',');
    }
    return list;
  }
  function value(): Value {
    const token = take();
    if (token === '{') return message('}');
    if (token.startsWith('"')) return unquote(token);
    return /^[-0-9]/.test(token) ? Number(token) : token;
  }
  return message();
}

/** Octal escapes are bytes of UTF-8. */
function unquote(token: string): string {
  const bytes = Buffer.from(token.slice(1, -1)).toString('latin1');
  const plain = bytes.replace(/\\([0-7]{3}|.)/g, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : code,
  );
  return Buffer.from(plain, 'latin1').toString();
}
