import { sampleInServer } from '../../../../shared/server.js';

export const dynamic = 'force-dynamic';
export const GET = async () => Response.json(await sampleInServer());
