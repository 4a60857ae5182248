// What a transaction would do, in words for the person who is asked to sign it. Knows calldata; decides nothing.
import { decodeFunctionData, erc20Abi, formatUnits, hexToBigInt } from 'viem';
import { allAssets } from '../../src/assets.ts';

/** A transaction as `eth_sendTransaction` takes it (EIP-1474); hex throughout. */
export interface WalletTransaction {
  from?: string;
  to?: string;
  value?: string;
  data?: string;
  chainId?: string;
}

/** A decoded transfer: `amount` in whole coins, a decimal string. */
export interface Transfer {
  asset: string;
  amount: string;
  to: string;
}

const isHex = (value: string | undefined): value is `0x${string}` => /^0x[0-9a-f]*$/i.test(value ?? '');

/** The transfer a transaction would make on this chain, or `undefined` where it is something else. */
export const decodeTransfer = (transaction: WalletTransaction, chainId: number): Transfer | undefined => {
  const { to = '', value = '0x0', data = '0x' } = transaction;
  const here = allAssets().filter((asset) => asset.chainId === chainId);
  if (!isHex(value) || !isHex(data)) return undefined;
  if (data === '0x') {
    const own = here.find(({ token }) => token === null);
    return own && { asset: own.asset, amount: formatUnits(hexToBigInt(value), own.decimals), to };
  }
  const token = here.find((asset) => asset.token?.toLowerCase() === to.toLowerCase());
  if (!token) return undefined;
  try {
    const call = decodeFunctionData({ abi: erc20Abi, data });
    if (call.functionName !== 'transfer') return undefined;
    const [receiver, units] = call.args;
    return { asset: token.asset, amount: formatUnits(units, token.decimals), to: receiver };
  } catch {
    return undefined;
  }
};
