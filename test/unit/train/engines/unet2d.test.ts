import { engineContract } from '../../../support/train/contract.ts';
import { networks } from '../../../support/train/engines.ts';

engineContract('UNet2DModel', networks.UNet2DModel);
