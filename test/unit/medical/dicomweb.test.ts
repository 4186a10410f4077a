import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { Failure } from '#base/files/failure.ts';
import { parseAddress } from '#medical/dicomweb/address.ts';
import type { ClientOptions } from '#medical/dicomweb/client.ts';
import { firstPart } from '#medical/dicomweb/multipart.ts';
import { dicomPicture } from '#test/pictures/dicom.ts';
import { sentenceOf } from '#test/sentence.ts';
import type { Frame } from '#training/data/set/types.ts';
import { openDicomweb } from '#training/data/sources/dicomweb.ts';
import { decodeStore } from '#training/data/sources/store.ts';

const QUICK: ClientOptions = { timeout: 20_000, tries: 2, wait: 1, environment: {} };
const IMPATIENT: ClientOptions = { ...QUICK, timeout: 400 };

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Where the handler listens: `127.0.0.1:1234`. */
async function serve(handler: Handler): Promise<string> {
  const server = createServer(handler).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as { port: number }).port}`;
}

const listed = (instance: string) => ({
  '0020000D': { vr: 'UI', Value: ['1.2'] },
  '0020000E': { vr: 'UI', Value: ['1.2.3'] },
  '00080018': { vr: 'UI', Value: [instance] },
  '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Quengelsberg^Ottokar' }] },
});

const sendList = (response: ServerResponse, instances: readonly string[]) => {
  response.setHeader('content-type', 'application/dicom+json');
  response.end(JSON.stringify(instances.map(listed)));
};

function sendFile(response: ServerResponse, file: Uint8Array): void {
  response.setHeader('content-type', 'multipart/related; type="application/dicom"; boundary="x-y"');
  response.end(
    Buffer.concat([
      Buffer.from('--x-y\r\nContent-Type: application/dicom\r\n\r\n'),
      file,
      Buffer.from('\r\n--x-y--\r\n'),
    ]),
  );
}

const isList = ({ url }: IncomingMessage) => url!.includes('/instances?');

/** Lists the instances, and leaves their files to the handler. */
const listing =
  (instances: string[], file: Handler): Handler =>
  (request, response) =>
    isList(request) ? sendList(response, instances) : file(request, response);

async function frames(host: string, options = QUICK): Promise<Frame[]> {
  const store = await openDicomweb(`dicomweb:http://${host}/web/`, options);
  const image = { size: 4, fit: 'crop', background: 'black' } as const;
  const found: Frame[] = [];
  const items = store.images.map(({ path }) => ({ path }));
  for await (const frame of decodeStore(store, items, image)) found.push(frame);
  return found;
}

describe('a DICOMweb server', () => {
  it('is searched page by page, and each file is fetched once', async () => {
    const asked: string[] = [];
    const all = Array.from({ length: 1003 }, (_, i) => `1.2.3.${10_000 + i}`);
    const host = await serve((request, response) => {
      asked.push(request.url!);
      const { searchParams } = new URL(request.url!, 'http://x');
      const from = Number(searchParams.get('offset'));
      sendList(response, all.slice(from, from + Number(searchParams.get('limit'))));
    });
    const store = await openDicomweb(`dicomweb:http://${host}/web?StudyInstanceUID=1.2`, QUICK);
    expect(store.images.map(({ path }) => path)).toEqual(all.map((uid) => `1.2/1.2.3/${uid}.dcm`));
    expect(asked).toEqual([
      '/web/instances?StudyInstanceUID=1.2&includefield=00280008&limit=1000&offset=0',
      '/web/instances?StudyInstanceUID=1.2&includefield=00280008&limit=1000&offset=1000',
      '/web/instances?StudyInstanceUID=1.2&includefield=00280008&limit=1000&offset=1003',
    ]);
  });

  it('that gives fewer at a time than it is asked for is asked until it has no more', async () => {
    const all = Array.from({ length: 250 }, (_, i) => `1.2.3.${10_000 + i}`);
    const host = await serve(({ url }, response) => {
      const from = Number(new URL(url!, 'http://x').searchParams.get('offset'));
      const page = all.slice(from, from + 100);
      if (page.length === 0) response.writeHead(204).end();
      else sendList(response, page);
    });
    expect((await openDicomweb(`dicomweb:http://${host}/`, QUICK)).images).toHaveLength(250);
  });

  it('that gives everything at once, whatever is asked, is asked twice', async () => {
    const all = Array.from({ length: 1200 }, (_, i) => `1.2.3.${10_000 + i}`);
    const host = await serve((_, response) => sendList(response, all));
    expect((await openDicomweb(`dicomweb:http://${host}/`, QUICK)).images.length).toBe(1200);
  });

  it('that has nothing gives nothing', async () => {
    const host = await serve((_, response) => response.writeHead(204).end());
    expect((await openDicomweb(`dicomweb:http://${host}/`, QUICK)).images).toEqual([]);
  });

  it('sends files in parts or plain; one that it does not have is skipped', async () => {
    const host = await serve(
      listing(['1.1', '1.2', '1.3', '1.4'], ({ url }, response) => {
        if (url!.endsWith('1.2')) response.writeHead(404).end('<html>Quengelsberg</html>');
        else if (url!.endsWith('1.3')) sendFile(response, dicomPicture({ elements: { '7fe0,0010 OW': undefined } }));
        else if (url!.endsWith('1.4')) response.setHeader('content-type', 'application/dicom').end(dicomPicture());
        else sendFile(response, dicomPicture());
      }),
    );
    const [first, second, third, fourth] = await frames(host);
    expect(first).toHaveProperty('pixels');
    expect(second).toEqual({ file: '1.2/1.2.3/1.2.dcm', reason: 'the server does not have it (status 404)' });
    expect(third).toEqual({ file: '1.2/1.2.3/1.3.dcm', reason: 'without pixels: a report, a plan or the like' });
    expect(fourth).toHaveProperty('pixels');
  });

  it('is asked again where it fails in passing', async () => {
    let attempts = 0;
    const host = await serve(
      listing(['1.1'], (_, response) => {
        if (++attempts === 1) response.writeHead(503).end();
        else sendFile(response, dicomPicture());
      }),
    );
    expect(await frames(host)).toHaveLength(1);
    expect(attempts).toBe(2);
  });

  it('is sent what the environment says, basic or bearer', async () => {
    const seen: (string | undefined)[] = [];
    const host = await serve((request, response) => {
      seen.push(request.headers.authorization);
      sendList(response, []);
    });
    const environment = { DICOMWEB_USER: 'me', DICOMWEB_PASSWORD: 'secret' };
    await openDicomweb(`dicomweb:http://${host}/`, { ...QUICK, environment });
    await openDicomweb(`dicomweb:http://${host}/`, {
      ...QUICK,
      environment: { ...environment, DICOMWEB_TOKEN: 'abc' },
    });
    expect(seen).toEqual([`Basic ${Buffer.from('me:secret').toString('base64')}`, 'Bearer abc']);
  });
});

const ADVICE = 'Set DICOMWEB_USER and DICOMWEB_PASSWORD, or DICOMWEB_TOKEN, in the environment.';

describe('a DICOMweb server that fails ends the work with a sentence', () => {
  it.each([
    [401, `refuses access (status 401). ${ADVICE}`],
    [403, `refuses access (status 403). ${ADVICE}`],
    [400, 'answers with status 400.'],
  ])('for status %i', async (status, words) => {
    const host = await serve((_, response) => response.writeHead(status).end('secret'));
    const environment = { DICOMWEB_USER: 'me', DICOMWEB_PASSWORD: 'secret' };
    const text = await sentenceOf(openDicomweb(`dicomweb:http://${host}/`, { ...QUICK, environment }));
    expect(text).toBe(`Cannot read the list of images: ${host} ${words}`);
  });

  it('for an address without DICOMweb', async () => {
    const host = await serve((_, response) => response.writeHead(404).end());
    expect(await sentenceOf(openDicomweb(`dicomweb:http://${host}/`, QUICK))).toBe(
      `Cannot prepare images: --data must be the address of a DICOMweb server, received "dicomweb:http://${host}/", where there is none (status 404).`,
    );
  });

  it('for one that does not answer in time, with its list or with a file', { tags: 'long' }, async () => {
    const silent = await serve(() => {});
    expect(await sentenceOf(openDicomweb(`dicomweb:http://${silent}/`, IMPATIENT), Failure)).toBe(
      `Cannot read the list of images from ${silent}: it did not answer within 0.4 s.`,
    );
    const host = await serve(listing(['1.1'], () => {}));
    expect(await sentenceOf(frames(host, { ...IMPATIENT, timeout: 1500 }), Failure)).toBe(
      `Cannot read the image 1.1 from ${host}: it did not answer within 1.5 s.`,
    );
  });

  it('for a body that is cut', async () => {
    const host = await serve(
      listing(['1.1'], (_, response) => {
        response.writeHead(200, { 'content-type': 'application/dicom', 'content-length': '5000' });
        response.write('short');
        setTimeout(() => response.destroy(), 20);
      }),
    );
    expect(await sentenceOf(frames(host), Failure)).toBe(
      `Cannot read the image 1.1 from ${host}: the connection was cut (UND_ERR_SOCKET).`,
    );
  });

  it('for parts that have no end, which a file is not blamed for', async () => {
    const host = await serve(
      listing(['1.1'], (_, response) => {
        response.setHeader('content-type', 'multipart/related; boundary=x').end('--x\r\n\r\nDICM');
      }),
    );
    expect(await sentenceOf(frames(host), Failure)).toBe(
      `Cannot read the image 1.1 from ${host}: its answer is cut short.`,
    );
  });

  it('for an answer that is no list', async () => {
    const host = await serve((_, response) => response.end('<html>'));
    expect(await sentenceOf(openDicomweb(`dicomweb:http://${host}/`, QUICK), Failure)).toBe(
      `Cannot read the list of images from ${host}: its answer is not a list of them.`,
    );
  });

  it('where nothing listens', async () => {
    const host = await serve(() => {});
    const server = servers.pop()!;
    server.close();
    await once(server, 'close');
    expect(await sentenceOf(openDicomweb(`dicomweb:http://${host}/`, QUICK), Failure)).toBe(
      `Cannot read the list of images from ${host}: it refuses the connection (ECONNREFUSED).`,
    );
  });
});

describe('an address', () => {
  it('is a server and what to look for', () => {
    expect(parseAddress('dicomweb:https://pacs/web/?StudyInstanceUID=1.2&Modality=DX')).toEqual({
      base: 'https://pacs/web',
      search: [
        ['StudyInstanceUID', '1.2'],
        ['Modality', 'DX'],
      ],
    });
  });

  it.each([
    ['dicomweb:pacs', 'dicomweb: and an address such as http://host/dicom-web, received "dicomweb:pacs".'],
    ['dicomweb:ftp://pacs', 'dicomweb: and an address such as http://host/dicom-web, received "dicomweb:ftp://pacs".'],
    [
      'dicomweb:http://me:secret@pacs/web',
      'an address without a password, which belongs into DICOMWEB_USER and DICOMWEB_PASSWORD, received "dicomweb:http://pacs/web".',
    ],
    [
      'dicomweb:http://pacs/web?PatientName=Quengelsberg',
      'an address that searches by StudyInstanceUID, SeriesInstanceUID, Modality, ModalitiesInStudy, BodyPartExamined alone, received "PatientName".',
    ],
  ])('%s is refused, without a password or a name in the sentence', (data, rule) => {
    expect(() => parseAddress(data)).toThrow(`Cannot prepare images: --data must be ${rule}`);
  });
});

it('firstPart finds the part between its boundaries, with or without quotes', () => {
  const body = Buffer.from('preamble\r\n--b\r\nA: 1\r\nB: 2\r\n\r\nto\r\n--be\r\n--b--\r\n');
  expect(Buffer.from(firstPart('multipart/related; boundary="b"', body)!).toString()).toBe('to');
  expect(firstPart('application/dicom', body)).toBe(body);
  expect(firstPart('multipart/related', body)).toBeUndefined();
});
