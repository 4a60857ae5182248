// PURE. An instruction as the one text that its signature is made over. Knows the fields and their order; does not know keys.
// Backend and page both use it: what one signs and the other verifies must be the same letters (rule 15).
import type { Instruction } from './schema.ts';

/**
 * The signed text: JSON of these nine fields in this order, without spaces, as `JSON.stringify` writes it. Fields that are not
 * in the contract are not signed, and nobody reads them.
 */
export const instructionText = ({
  transactionId,
  chainId,
  asset,
  token,
  to,
  from,
  amount,
  units,
  deadline,
}: Instruction): string => JSON.stringify({ transactionId, chainId, asset, token, to, from, amount, units, deadline });
