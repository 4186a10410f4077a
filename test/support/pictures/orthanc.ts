/** A real DICOM server with DICOMweb, for tests: Orthanc. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-port.ts';

const PLUGINS = ['/usr/share/orthanc/plugins', '/usr/lib/orthanc', '/usr/lib/x86_64-linux-gnu/orthanc'];
const pluginFile = () =>
  PLUGINS.map((folder) => join(folder, 'libOrthancDicomWeb.so')).find((path) => existsSync(path));

/** Why there is none, for skipBecause; undefined if there is. */
export function lacksOrthanc(): string | undefined {
  try {
    execFileSync('Orthanc', ['--version'], { stdio: 'ignore' });
  } catch {
    return 'Orthanc is not installed: apt-get install orthanc orthanc-dicomweb';
  }
  return pluginFile() === undefined ? 'Orthanc lacks DICOMweb: apt-get install orthanc-dicomweb' : undefined;
}

export interface Orthanc {
  /** Of its DICOMweb. */
  url: string;
  user: string;
  password: string;
  stop(): Promise<void>;
}

/** Starts a server with an empty archive in `folder`. */
export async function startOrthanc(folder: string): Promise<Orthanc> {
  mkdirSync(folder, { recursive: true });
  const [user, password] = ['reader', 'hush-4711'];
  const [http, dicom] = [await freePort(), await freePort()];
  const config = {
    Name: 'test',
    StorageDirectory: folder,
    IndexDirectory: folder,
    HttpPort: http,
    DicomPort: dicom,
    Plugins: [pluginFile()],
    RemoteAccessAllowed: false,
    AuthenticationEnabled: true,
    RegisteredUsers: { [user]: password },
    DicomWeb: { Enable: true, Root: '/dicom-web/' },
  };
  writeFileSync(join(folder, 'orthanc.json'), JSON.stringify(config));
  const server = spawn('Orthanc', [join(folder, 'orthanc.json')], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const base = `http://127.0.0.1:${http}`;
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(`${base}/system`, { headers: { authorization } }).catch(() => undefined);
    if (response?.ok) break;
    if (attempt === 150 || server.exitCode !== null) throw new Error('Orthanc does not start');
    await sleep(200);
  }
  return {
    url: `${base}/dicom-web`,
    user,
    password,
    async stop() {
      server.kill();
      await ended;
    },
  };
}
