/** The site for the tests: digits first, whatever else is shipped, since most tests are about them and they are quick. */
import { join } from 'node:path';
import { siteConfig } from '#site/vite.config.ts';

export default siteConfig({ models: [join(import.meta.dirname, '..', '..', '..', 'models', 'digits')] });
