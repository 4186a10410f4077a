import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { openHttpClient } from '#pipeline/setup/http-client.ts';
import { chooseIndex, findFile } from '#pipeline/setup/package-index.ts';
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

  test('asks a proxy for a tunnel to a secure host, and tells what the proxy refuses', async () => {
    const refusing = openHttpClient({ env: { https_proxy: await serve(() => {}) }, stall: 200 });
    // A server of Node that knows no CONNECT closes the connection.
    await expect(refusing.ask('https://example.invalid/')).rejects.toThrow();
  });

  test.each(['socks5://me:secret@127.0.0.1:1080', 'http://127.0.0.1:99999'])(
    'refuses %s as a proxy in a sentence, without its password',
    async (HTTP_PROXY) => {
      const work = openHttpClient({ env: { HTTP_PROXY } }).ask('http://example.invalid/');
      await expect(work).rejects.toThrow(/^Cannot use the proxy: HTTP_PROXY must be an address as http:.* received "/);
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
  test('reads an index that answers in JSON', async () => {
    const files = [
      { filename: 'other.whl', url: 'x' },
      { filename: FILE, url: `../../files/${FILE}` },
    ];
    const index = await serve((_, response) => {
      response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json');
      response.end(JSON.stringify({ files }));
    });
    const found = await findFile(network, `${index}/simple`, 'a-b', FILE);
    expect(found).toEqual({ url: `${index}/files/${FILE}`, headers: {} });
  });

  test('reads an index that answers with a page, and gives its password to no other host', async () => {
    const seen: (string | undefined)[] = [];
    const index = await serve(({ headers }, response) => {
      seen.push(headers.authorization);
      response.setHeader('content-type', 'text/html');
      response.end(`<a href="https://elsewhere.invalid/f/${FILE}#sha256=00">${FILE}</a>`);
    });
    const found = await findFile(network, `${index.replace('//', '//me:secret@')}/simple`, 'a-b', FILE);
    expect(found).toEqual({ url: `https://elsewhere.invalid/f/${FILE}`, headers: {} });
    expect(seen).toEqual([`Basic ${Buffer.from('me:secret').toString('base64')}`]);
  });

  test.each([
    ['{"files": [', /answers with JSON that is broken or not a list of files/],
    ['null', /answers with JSON that is broken or not a list of files/],
    ['{"files": [null, {"filename": 1}]}', /lists no such file/],
    [`{"files": [{"filename": "${FILE}", "url": "ftp://x/${FILE}"}]}`, /at "ftp:.*", which is not an http address/],
    [`{"files": [{"filename": "${FILE}", "url": "http://["}]}`, /at "http:\/\/\[", which is not an http address/],
  ])('says what is wrong with an index that answers %s', async (answer, sentence) => {
    const index = await serve((_, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(answer);
    });
    await expect(findFile(network, index, 'a-b', FILE)).rejects.toThrow(sentence);
  });

  test('leaves links aside that lead nowhere', async () => {
    const index = await serve((_, response) =>
      response.end(`<a href="/100%/x">x</a> <a href="ftp://x/${FILE}">x</a> <a href="/f/${FILE}">x</a>`),
    );
    expect((await findFile(network, index, 'a-b', FILE)).url).toBe(`${index}/f/${FILE}`);
  });

  test('takes a password with a bare percent sign as it is', async () => {
    const index = await serve(({ headers }, response) => {
      const right = headers.authorization === `Basic ${Buffer.from('me:50%').toString('base64')}`;
      response.writeHead(right ? 200 : 401).end(`<a href="/f/${FILE}">x</a>`);
    });
    expect((await findFile(network, index.replace('//', '//me:50%@'), 'a-b', FILE)).url).toBe(`${index}/f/${FILE}`);
  });

  test('says what is wrong with an index: no such file, an error, nobody there, no such name', async () => {
    const empty = await serve((_, response) => response.end('<html></html>'));
    await expect(findFile(network, empty, 'a-b', FILE)).rejects.toThrow(`${empty}/a-b/ lists no such file`);
    const broken = await serve((_, response) => response.writeHead(404).end());
    await expect(findFile(network, broken, 'a-b', FILE)).rejects.toThrow(/answers 404\. --index names another/);
    const closed = await closedPort();
    await expect(findFile(network, closed, 'a-b', FILE)).rejects.toThrow(/it refuses the connection \(ECONNREFUSED\)/);
    await expect(findFile(network, 'http://nowhere.invalid', 'a-b', FILE)).rejects.toThrow(
      /nowhere\.invalid cannot be reached, its name is not known \(DNS\)/,
    );
  });
});

describe('chooseIndex', () => {
  test('takes the option, else the variable, else PyPI', () => {
    expect(chooseIndex('https://mirror/simple/', { PIP_INDEX_URL: 'http://pip' })).toBe('https://mirror/simple');
    expect(chooseIndex(undefined, { PIP_INDEX_URL: 'http://pip' })).toBe('http://pip');
    expect(chooseIndex(undefined, {})).toBe('https://pypi.org/simple');
    expect(() => chooseIndex('mirror', {})).toThrow(/--index must be an address .* received "mirror"/);
    expect(() => chooseIndex(undefined, { PIP_INDEX_URL: 'ftp://x' })).toThrow(/PIP_INDEX_URL must be/);
  });
});
