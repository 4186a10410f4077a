/** The site with the student that STUDENT names first. */
import { siteConfig } from '#site/vite.config.ts';

export default siteConfig({ models: [process.env.STUDENT!] });
