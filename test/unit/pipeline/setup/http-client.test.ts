import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { openHttpClient } from '#pipeline/setup/http-client.ts';
import { chooseIndex, findFile } from '#pipeline/setup/package-index.ts';
import { says } from '#test/says.ts';
import { closedPort, serve } from './support.ts';

const network = openHttpClient({ stall: 500, env: {} });
const FILE = 'a_b-1.0-py3-none-any.whl';

describe('network.ask', () => {
  test('goes through the proxy that the environment names, with its password, unless the host is spared', async () => {
    const seen: string[] = [];
    const proxy = await serve(({ url, headers }, response) => {
      seen.push(`${url} ${headers['proxy-authorization']}`);
      response.end('by proxy');
    });
    const HTTP_PROXY = proxy.replace('//', '//me:secret@');
    const target = await serve((_, response) => response.end('direct'));
    const get = async (env: NodeJS.ProcessEnv) => text((await openHttpClient({ env }).ask(`${target}/x`)).body);
    expect(await get({ HTTP_PROXY })).toBe('by proxy');
    expect(seen).toEqual([`${target}/x Basic ${Buffer.from('me:secret').toString('base64')}`]);
    expect(await get({ HTTP_PROXY, NO_PROXY: 'example.org, 127.0.0.1' })).toBe('direct');
  });

  test.each(['socks5://me:secret@127.0.0.1:1080', 'http://127.0.0.1:99999'])(
    'refuses %s as a proxy in a sentence, without its password',
    async (HTTP_PROXY) => {
      const work = openHttpClient({ env: { HTTP_PROXY } }).ask('http://example.invalid/');
      await expect(work).rejects.toThrow(
        says('Cannot use the proxy: HTTP_PROXY must be an address as http:* received "'),
      );
      await expect(work).rejects.not.toThrow('secret');
    },
  );

  test.each(['ftp://example.invalid/', 'http://['])('says that a redirection to %s leads nowhere', async (location) => {
    const start = await serve((_, response) => response.writeHead(302, { location }).end());
    await expect(network.ask(start)).rejects.toThrow(`it redirects to "${location}", which is not an http address`);
  });

  test('follows redirections, without the password where they lead elsewhere', async () => {
    const end = await serve(({ headers }, response) => response.end(headers.authorization ?? 'none'));
    const start = await serve((_, response) => response.writeHead(302, { location: `${end}/there` }).end());
    const answer = await network.ask(start, { headers: { authorization: 'Basic abc' } });
    expect([answer.url, await text(answer.body)]).toEqual([`${end}/there`, 'none']);
  });
});

describe('findFile', () => {
  /** What is found in an index that answers with this, as JSON or as a page. */
  async function found(answer: string | object, password = '') {
    const seen: (string | undefined)[] = [];
    const json = answer instanceof Object || answer.startsWith('{') || answer === 'null';
    const index = await serve(({ headers }, response) => {
      seen.push(headers.authorization);
      response.setHeader('content-type', json ? 'application/vnd.pypi.simple.v1+json' : 'text/html');
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    });
    const file = await findFile(network, `${index.replace('//', `//${password}`)}/simple`, 'a-b', FILE);
    return { ...file, url: file.url.replace(index, ''), seen: seen.map((each) => each && decoded(each)) };
  }
  const decoded = (header: string) => Buffer.from(header.replace('Basic ', ''), 'base64').toString();

  test.each<[string, string | object, string]>([
    [
      'in JSON',
      {
        files: [
          { filename: 'other.whl', url: 'x' },
          { filename: FILE, url: `../../files/${FILE}` },
        ],
      },
      `/files/${FILE}`,
    ],
    [
      'with links that lead nowhere',
      `<a href="/100%/x">x</a> <a href="ftp://x/${FILE}">x</a> <a href="/f/${FILE}">`,
      `/f/${FILE}`,
    ],
  ])('reads an index that answers %s', async (_, answer, url) => {
    expect(await found(answer)).toEqual({ url, headers: {}, seen: [undefined] });
  });

  test.each(['me:secret', 'me:50%'])('gives the password of %s to no other host', async (password) => {
    const link = `https://elsewhere.invalid/f/${FILE}`;
    const file = await found(`<a href="${link}#sha256=00">${FILE}</a>`, `${password}@`);
    expect(file).toEqual({ url: link, headers: {}, seen: [password] });
  });

  test.each([
    ['{"files": [', 'answers with JSON that is broken or not a list of files'],
    ['null', 'answers with JSON that is broken or not a list of files'],
    ['{"files": [null, {"filename": 1}]}', '/a-b/ lists no such file'],
    ['<html></html>', '/a-b/ lists no such file'],
    [`{"files": [{"filename": "${FILE}", "url": "ftp://x/${FILE}"}]}`, 'which is not an http address'],
    [`{"files": [{"filename": "${FILE}", "url": "http://["}]}`, 'at "http://[", which is not an http address'],
  ])('says what is wrong with an index that answers %s', async (answer, sentence) => {
    await expect(found(answer)).rejects.toThrow(sentence);
  });

  test('says what is wrong with an index: an error, nobody there, no such name', async () => {
    const broken = await serve((_, response) => response.writeHead(404).end());
    for (const [index, sentence] of [
      [broken, 'answers 404. --index names another'],
      [await closedPort(), 'it refuses the connection (ECONNREFUSED)'],
      ['http://nowhere.invalid', 'nowhere.invalid cannot be reached, its name is not known (DNS)'],
    ] as const) {
      await expect(findFile(network, index, 'a-b', FILE)).rejects.toThrow(sentence);
    }
  });
});

describe('chooseIndex', () => {
  test('takes the option, else the variable, else PyPI', () => {
    expect(chooseIndex('https://mirror/simple/', { PIP_INDEX_URL: 'http://pip' })).toBe('https://mirror/simple');
    expect(chooseIndex(undefined, { PIP_INDEX_URL: 'http://pip' })).toBe('http://pip');
    expect(chooseIndex(undefined, {})).toBe('https://pypi.org/simple');
    expect(() => chooseIndex('mirror', {})).toThrow(says('--index must be an address * received "mirror"'));
    expect(() => chooseIndex(undefined, { PIP_INDEX_URL: 'ftp://x' })).toThrow(/PIP_INDEX_URL must be/);
  });
});
