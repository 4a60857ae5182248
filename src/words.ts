// What the element says, in plain sentences. Knows stages and what can be true in them; a page replaces any of it through `labels`.
import { FIRST_WORDS } from './first-words.ts';
import type { Fate, Sale } from './sale.ts';
import type { Stage } from './stages.ts';

/** Every word the element shows. `{…}` places are filled in. */
export const WORDS = {
  // The main button, by stage; in `idle` the page's own slot shows instead.
  connecting: 'Connecting…',
  opening: 'Opening Coinbase…',
  selling: 'Back to Coinbase',
  ordered: 'Review transfer',
  sending: 'Confirm in your wallet',
  unsure: 'Checking…',
  settling: 'On its way',
  completed: 'Done',
  failed: 'Try again',
  cancelled: 'Start again',

  // The status line.
  sayConnected: 'Your wallet is connected. Press again to go on.',
  sayChoose: 'Choose a wallet.',
  sayConnecting: 'Choose an account in your wallet.',
  saySelling: 'Finish in the Coinbase window. This page goes on by itself.',
  sayReturned: 'Waiting for Coinbase to confirm your order…',
  sayOrdered: 'Check the transfer, then send it from your wallet.',
  sayUncommitted: 'Send only if you have pressed “Cash out now” at Coinbase.',
  sayAgain: 'If your wallet still shows an earlier request, decline it before you send again.',
  sayPreparing: 'Checking the transfer with your wallet…',
  sayWaiting: 'Coinbase is not ready for this transfer.',
  sayTenLeft: 'Less than 10 minutes left to send.',
  sayFiveLeft: 'Less than 5 minutes left to send.',
  sayOneLeft: 'Less than a minute left to send.',
  saySending: 'Compare the address, then confirm the transfer in your wallet.',
  sayUnsure:
    'The transfer may have been sent. Look into your wallet. Nothing is asked of it again until this is known.',
  saySettling: 'Sent. Coinbase confirms the transfer and pays you out.',
  sayCompleted: 'Coinbase has paid out {fiat}.',
  sayCompletedPlain: 'Coinbase has paid you out.',
  sayFailedUnsent: 'Nothing was sent.',
  sayFailedSent: 'If your wallet shows the transfer as confirmed, what you sent is in your Coinbase account.',
  sayFateCancelled: 'You cancelled the transfer in your wallet. Nothing reached Coinbase; the coins are still yours.',
  sayFateReplaced:
    'Another transaction of your wallet took the place of the transfer. Nothing reached Coinbase; the coins are still yours.',
  sayFateReverted:
    'The network refused the transfer. Nothing reached Coinbase; the coins are still yours, less the network fee.',
  sayFailedUnsure:
    'If a request is still open in your wallet, decline it. If your wallet shows the transfer, it is in your Coinbase account.',
  sayCancelled: 'Cancelled. Nothing was sent.',

  // The price before the press.
  quote: '≈ {fiat}',
  quoteFee: 'An estimate of your payout, after Coinbase’s fee of {fee}. Your wallet adds the network’s fee.',
  sayOutOfRange: 'Coinbase does not take this amount at once.',
  sayLeast: 'The least is {min}.',
  sayMost: 'The most is {max}.',

  // The panel.
  panel: 'Transfer to Coinbase',
  wallets: 'Wallets',
  amount: 'You send',
  fiat: 'You receive',
  network: 'Network',
  from: 'From',
  address: 'To, at Coinbase',
  deadline: 'Send within',
  send: 'Send {amount}',
  cancel: 'Cancel',
  sameTab: 'Continue in this tab',
  notSent: 'Nothing was sent',
  transfer: 'See the transfer',

  ...FIRST_WORDS,
} as const;

export type Words = { [Key in keyof typeof WORDS]: string };

/** `{name}` in a text replaced by its value. */
export const fill = (text: string, values: Record<string, string>): string =>
  text.replace(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place);

const byStage: Partial<Record<Stage, keyof Words>> = {
  connecting: 'sayConnecting',
  opening: 'sayOpening',
  sending: 'saySending',
  unsure: 'sayUnsure',
  settling: 'saySettling',
  cancelled: 'sayCancelled',
};

const byFate = {
  cancelled: 'sayFateCancelled',
  replaced: 'sayFateReplaced',
  reverted: 'sayFateReverted',
} as const satisfies Record<Fate, keyof Words>;

/** The status line's key for a sale, where there is something to say. */
export const statusKey = (sale: Sale, isPreparing: boolean, isSendable: boolean): keyof Words | undefined => {
  const { stage, returned, txHash, asked, attempt, fate } = sale;
  const isBelieved = attempt !== null && !attempt.isDeclined;
  if (stage === 'selling') return returned ? 'sayReturned' : 'saySelling';
  if (stage === 'failed' && fate) return byFate[fate];
  // An ask that is only believed unsent may still be open in the wallet.
  if (stage === 'cancelled' && isBelieved) return 'sayFailedUnsure';
  if (stage === 'failed') return txHash ? 'sayFailedSent' : asked ? 'sayFailedUnsure' : 'sayFailedUnsent';
  if (stage === 'completed') return sale.fiat ? 'sayCompleted' : 'sayCompletedPlain';
  if (stage !== 'ordered') return byStage[stage];
  if (isPreparing) return 'sayPreparing';
  if (!isSendable) return 'sayWaiting';
  if (isBelieved) return 'sayAgain';
  return returned ? 'sayOrdered' : 'sayUncommitted';
};

const MINUTE = 60_000;

/** An amount of fiat in the reader's way; where the currency is none that the browser knows, as Coinbase wrote it. */
export const formatFiat = (fiat: { value: string; currency: string } | null, locale: string | undefined): string => {
  if (!fiat) return '';
  try {
    return new Intl.NumberFormat(locale, { style: 'currency', currency: fiat.currency }).format(Number(fiat.value));
  } catch {
    return `${fiat.value} ${fiat.currency}`;
  }
};

/** Time left as m:ss, never below zero. */
export const formatLeft = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};

/**
 * The key of how little time is left, where it is worth a word. It changes at 10, 5 and 1 minutes and stays true in between, so a
 * live region that holds it speaks three times and no more, and says the nearest one to who comes back late.
 */
export const leftKey = (ms: number): keyof Words | undefined => {
  if (ms < MINUTE) return 'sayOneLeft';
  if (ms < 5 * MINUTE) return 'sayFiveLeft';
  return ms < 10 * MINUTE ? 'sayTenLeft' : undefined;
};
