// A simulator in a test's hands: keys, a manual clock, a scripted chain, and a person who walks through the window.
import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';
import { numberToHex, pad } from 'viem/utils';
import { createSimulator, type SimulatorOptions } from '../../src/simulator.ts';

export const ORIGIN = 'http://coinbase.test:4401';
export const KEY_ID = 'organizations/o/apiKeys/k';
export const SELLER = '0x1111111111111111111111111111111111111111';
export const RETURN = 'https://app.test/return?offramp-sale=s.n#end';
const START = Date.parse('2026-03-01T12:00:00.000Z');
const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

export type Claims = Record<string, unknown>;
export interface ListedOrder {
  [field: string]: unknown;
  transaction_id: string;
  status: string;
  to_address: string;
  tx_hash: string;
  sell_amount: { value: string; currency: string };
  created_at: string;
}
export interface List {
  transactions: ListedOrder[];
  next_page_key: string;
  total_count: string;
}

interface Sent {
  token: string | null;
  from: string;
  to: string;
  units: bigint;
  succeeds?: boolean;
}

/** A chain that holds what a test sends, one block for each transfer. */
export const createChain = () => {
  const blocks: (Sent & { hash: string })[] = [];
  const chain = {
    away: false,
    calls: [] as string[],
    /** Mines a transfer and gives its hash. */
    send(sent: Sent): string {
      const hash = pad(numberToHex(blocks.length + 1), { size: 32 });
      blocks.push({ ...sent, hash });
      return hash;
    },
    async request({ method, params }: { method: string; params: unknown[] }): Promise<unknown> {
      chain.calls.push(method);
      if (chain.away) throw new Error('away');
      const [first] = params;
      if (method === 'eth_blockNumber') return numberToHex(blocks.length);
      if (method === 'eth_getLogs') return logs(first as { address: string; fromBlock: string; topics: string[] });
      if (method === 'eth_getTransactionReceipt') {
        const found = blocks.find(({ hash }) => hash === first);
        return found ? { status: found.succeeds === false ? '0x0' : '0x1' } : null;
      }
      const native = blocks.filter(({ token }) => token === null);
      if (method === 'eth_getBalance')
        return numberToHex(native.filter(({ to }) => to === first).reduce((sum, { units }) => sum + units, 0n));
      if (method === 'eth_getBlockByNumber') {
        const sent = blocks[Number(first) - 1];
        const plain = sent && sent.token === null ? [{ ...sent, value: numberToHex(sent.units) }] : [];
        return { transactions: plain };
      }
      throw new Error(`unexpected ${method}`);
    },
  };
  const logs = ({ address, fromBlock, topics }: { address: string; fromBlock: string; topics: string[] }) =>
    blocks
      .filter((_, index) => BigInt(index + 1) >= BigInt(fromBlock))
      .filter(({ token, from, to }) => {
        const written = [TRANSFER, pad(from as `0x${string}`), pad(to as `0x${string}`)];
        return (
          token === address && written.every((topic, index) => topic.toLowerCase() === topics[index]?.toLowerCase())
        );
      })
      .map(({ hash, units }) => ({ transactionHash: hash, data: pad(numberToHex(units), { size: 32 }) }));
  return chain;
};

const ed25519 = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });

interface Signing {
  claims?: Claims;
  header?: JWTHeaderParameters;
  key?: CryptoKey;
}

/** A simulator whose time stands still until the test moves it. */
export const createWorld = async (options: Partial<SimulatorOptions> = {}) => {
  let time = START;
  const chain = createChain();
  const simulator = createSimulator({
    keys: { [KEY_ID]: await exportJWK(ed25519.publicKey) },
    chains: { base: chain, ethereum: chain },
    allowedRedirects: ['https://app.test'],
    now: () => time,
    ...options,
  });

  const sign = (method: string, path: string, { claims, header, key }: Signing = {}): Promise<string> => {
    const now = Math.floor(time / 1000);
    const uris = [`${method} ${new URL(ORIGIN).host}${path.split('?')[0]}`];
    return new SignJWT({ iss: 'cdp', sub: KEY_ID, nbf: now, iat: now, exp: now + 120, uris, ...claims })
      .setProtectedHeader({ alg: 'EdDSA', kid: KEY_ID, typ: 'JWT', ...header })
      .sign(key ?? ed25519.privateKey);
  };
  const call = async (method: string, path: string, body?: unknown, signing?: Signing): Promise<Response> => {
    const headers = { Authorization: `Bearer ${await sign(method, path, signing)}` };
    const content = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    return simulator.fetch(new Request(ORIGIN + path, { method, headers, ...content }));
  };
  const browse = (path: string, form?: Record<string, string>): Promise<Response> =>
    simulator.fetch(
      new Request(new URL(path, ORIGIN), form ? { method: 'POST', body: new URLSearchParams(form) } : undefined),
    );

  const mint = async (blockchains = ['base'], assets?: string[]): Promise<string> => {
    const response = await call('POST', '/onramp/v1/token', { addresses: [{ address: SELLER, blockchains }], assets });
    return (await response.json()).token;
  };
  const inputPath = (query: Record<string, string>): string => `/v3/sell/input?${new URLSearchParams(query)}`;
  /** Opens the window and gives the path of its first step. */
  const open = async (query: Record<string, string> = {}): Promise<string> => {
    const sessionToken = await mint([query.defaultNetwork ?? 'base']);
    const usual = {
      sessionToken,
      partnerUserRef: 'ref',
      redirectUrl: RETURN,
      defaultAsset: 'USDC',
      defaultNetwork: 'base',
    };
    const response = await browse(inputPath({ ...usual, ...query }));
    return response.headers.get('Location') ?? '';
  };
  const toPrice = (path: string, amount = '25', method = 'ACH_BANK_ACCOUNT') => browse(path, { amount, method });
  const cashOut = (path: string) => browse(`${path}/price`, {});
  /** Walks through the whole window. */
  const sell = async (query: Record<string, string> = {}, amount = '25'): Promise<Response> => {
    const path = await open(query);
    await toPrice(path, amount);
    return cashOut(path);
  };
  const list = async (query = 'page_size=10', ref = 'ref'): Promise<List> =>
    (await call('GET', `/onramp/v1/sell/user/${ref}/transactions?${query}`)).json();
  const first = async (): Promise<ListedOrder> => {
    const [record] = (await list()).transactions;
    if (!record) throw new Error('the list is empty');
    return record;
  };
  const pass = (ms: number) => {
    time += ms;
  };
  return { simulator, chain, sign, call, browse, mint, inputPath, open, toPrice, cashOut, sell, list, first, pass };
};
