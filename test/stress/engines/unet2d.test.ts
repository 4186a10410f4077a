import { engineContract } from '#test/train/contract.ts';
import { networks } from '#test/train/engines.ts';

engineContract('UNet2DModel', networks.UNet2DModel);
