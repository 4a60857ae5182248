// Where each error is met, for the gallery. A code without a row does not compile.
import type { OfframpErrorCode } from '../../src/errors.ts';
import type { Stage } from '../../src/stages.ts';
import { json, TOKEN } from '../fixtures/element-backend.ts';
import { later, reaches } from '../fixtures/element-world.ts';
import { OTHER } from '../fixtures/orders.ts';
import { replace, restoreAll } from '../fixtures/page.ts';
import { throwing } from '../fixtures/provider.ts';
import type { Scene } from './gallery.ts';
import {
  answered,
  armed,
  at,
  commit,
  failed,
  hasError,
  listed,
  played,
  pressed,
  sentInVain,
  written,
} from './gallery-ways.ts';

/** Where each error is met, and how. */
export const ERRORS: Readonly<Record<OfframpErrorCode, readonly [stage: Stage, show: Scene['show']]>> = {
  'no-endpoint': ['idle', written({ tokenEndpoint: null })],
  'unknown-asset': ['idle', written({ asset: 'DOGE' })],
  'bad-amount': ['idle', written({ amount: '25.0000001' })],
  'popup-blocked': [
    'idle',
    pressed(({ windows }) => {
      windows.areBlocked = true;
    }),
  ],
  'backend-unreachable': ['failed', answered(throwing(new TypeError('Failed to fetch')))],
  'backend-refused': ['failed', answered(() => json({ code: 'not-signed-in', message: 'No.' }, 401))],
  'backend-malformed': ['failed', answered(() => json([]))],
  'backend-busy': ['failed', answered(() => json({ code: 'too-many-requests', message: 'No.' }, 429))],
  'no-wallet': ['idle', pressed(() => {}, { hasProvider: false })],
  'wallet-busy': [
    'idle',
    pressed(({ provider }) => provider.script('eth_requestAccounts', throwing({ code: -32002 })), {
      isConnected: false,
    }),
  ],
  'wrong-chain': [
    'ordered',
    sentInVain(({ provider }) => {
      provider.state.code = '0x';
    }),
  ],
  'wrong-account': [
    'ordered',
    sentInVain(({ provider }) => {
      provider.state.accounts = [OTHER];
      provider.script('eth_accounts', () => [OTHER]);
    }),
  ],
  'low-funds': [
    'ordered',
    sentInVain(({ provider }) => {
      provider.state.native = 0n;
    }),
  ],
  'wallet-failed': [
    'ordered',
    sentInVain(({ provider }) => {
      provider.state.trial = `0x${'0'.repeat(64)}`;
    }),
  ],
  'order-ambiguous': ['failed', listed({}, { transaction_id: 'another' })],
  'order-refused': ['failed', listed({ payment_method: 'CRYPTO_ACCOUNT' })],
  'order-expired': ['failed', failed({ error: 'order-expired', status: 'EXPIRED' })],
  'order-failed': ['failed', at('failed')],
  'already-claimed': [
    'ordered',
    sentInVain(
      ({ button, backend }) => {
        button.fetch = async (address, init) =>
          String(address).endsWith('/api/claim')
            ? json({ code: 'already-claimed', message: 'No.' }, 409)
            : backend.fetch(address, init);
      },
      ({ backend }) => {
        backend.answerToken = () => json({ token: TOKEN, statusUrl: '/api/sales', claimUrl: '/api/claim' });
      },
    ),
  ],
  'instruction-invalid': ['idle', written({ instructionKey: '' })],
  'store-unavailable': [
    'ordered',
    played(
      async (world) => {
        await commit(world);
        await reaches(world.button, 'ordered');
        replace(Storage.prototype, 'setItem', throwing(new DOMException('Full.', 'QuotaExceededError')));
        later(restoreAll);
        world.button.send();
        await hasError(world);
        await armed(world.button);
      },
      { set: { confirmSend: true } },
    ),
  ],
};
