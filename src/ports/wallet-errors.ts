// PURE. The codes in what a wallet throws. Knows how wallets wrap errors; does not know what to do about them.

const DEEPEST = 5;

const asCode = (value: unknown): number | undefined => {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  return typeof value === 'string' && /^-?\d{1,6}$/.test(value) ? Number(value) : undefined;
};

/**
 * Every error code in a thrown value, outermost first: `code` as number or string, in the value itself and in
 * `data.originalError`, `originalError`, `cause` or `error` (MetaMask Mobile and WalletConnect wrap).
 */
export const codesOf = (thrown: unknown, depth = 0): number[] => {
  if (typeof thrown !== 'object' || thrown === null || depth > DEEPEST) return [];
  try {
    const { code, data, originalError, cause, error } = thrown as Record<string, unknown>;
    const own = asCode(code);
    const inner = [data, originalError, cause, error].flatMap((value) => codesOf(value, depth + 1));
    return own === undefined ? inner : [own, ...inner];
  } catch {
    // A foreign object whose getters throw has no codes; judging an outcome must never throw itself.
    return [];
  }
};

export const hasCode = (thrown: unknown, code: number): boolean => codesOf(thrown).includes(code);
