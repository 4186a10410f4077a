import { engineContract } from '../../../support/train/contract.ts';
import { networks } from '../../../support/train/engines.ts';

engineContract('SimpleUnet', networks.SimpleUnet);
