import { engineContract } from '#test/train/contract.ts';
import { networks } from '#test/train/engines.ts';

engineContract('SimpleUnet', networks.SimpleUnet, { tags: 'long' });
