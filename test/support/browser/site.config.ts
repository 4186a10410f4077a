/** The site for the tests: digits first, whatever else is shipped, since most tests are about them and they are quick. */
import { join } from 'node:path';
import { siteConfig } from '../../../runtime-web/vite.config.ts';

export default siteConfig({ models: [join(import.meta.dirname, '..', '..', '..', 'models', 'digits')] });
