import adapter from '@sveltejs/adapter-node';
import { sveltekit } from '@sveltejs/kit/vite';

/** Without precompress, which takes a minute for onnxruntime-web. */
export default { plugins: [sveltekit({ adapter: adapter({ precompress: false }) })] };
