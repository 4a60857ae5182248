// Every border of the house that strangers can reach. A new border is a row here.
import type { Border } from './border.ts';
import { backendBorders } from './borders/backend.ts';
import { orderBorders } from './borders/orders.ts';
import { routeBorders } from './borders/routes.ts';
import { ruleBorders } from './borders/rules.ts';
import { saleBorders } from './borders/sales.ts';
import { serverBorders } from './borders/server.ts';
import { shapeBorders } from './borders/shapes.ts';
import { signalBorders } from './borders/signals.ts';
import { signatureBorders } from './borders/signatures.ts';
import { simulatorBorders } from './borders/simulator.ts';
import { storageBorders } from './borders/storage.ts';
import { streamBorders } from './borders/streams.ts';
import { walletBorders } from './borders/wallets.ts';
import { wishBorders } from './borders/wishes.ts';

export const borders: readonly Border[] = [
  ...ruleBorders,
  ...shapeBorders,
  ...orderBorders,
  ...backendBorders,
  ...streamBorders,
  ...signatureBorders,
  ...storageBorders,
  ...signalBorders,
  ...wishBorders,
  ...walletBorders,
  ...serverBorders,
  ...routeBorders,
  ...saleBorders,
  ...simulatorBorders,
];
