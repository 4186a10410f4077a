/** Runs before each test file: its hook is the first, and so the last to be called. */
import { afterAll } from 'vitest';
import { removeTemporary } from './folder.ts';

afterAll(removeTemporary);
