// Harbor's page: puts the parts together, in the one order that is safe. Knows which part goes where, and no more.
import { startBalance } from './balance.ts';
import { startEventLog } from './event-log.ts';
import { startFaultsPanel } from './faults-panel.ts';
import { applyQuery, startOptionsPanel } from './options-panel.ts';
import { startProgress } from './progress.ts';
import { createProvider } from './provider.ts';
import { startSellForm } from './sell-form.ts';
import { post, setup } from './setup.ts';
import { setWallet, startWalletPanel } from './wallet-panel.ts';

const part = <E extends HTMLElement = HTMLElement>(id: string): E => {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no #${id}.`);
  return element as E;
};

const QUERY_DONE = 'demo:wallet-query';

const button = document.querySelector('offramp-button');
if (!button) throw new Error('The page has no button.');
const query = new URLSearchParams(location.search);
const isSimulated = setup.mode === 'simulated';
const { provider, update } = createProvider();

// Before the element is defined, and never after: with a provider no wallet is looked for, so that no real wallet can be
// asked to pay a simulated order.
if (isSimulated) button.provider = provider;
applyQuery(button, query);

// The wallet is set once per tab: a reload must not undo what was switched since.
const wanted = query.get('wallet');
if (isSimulated && wanted !== null && sessionStorage.getItem(QUERY_DONE) !== wanted) {
  await setWallet(wanted);
  sessionStorage.setItem(QUERY_DONE, wanted);
}

await import('../../src/index.ts');

startEventLog(part('log-panel'), button);
startOptionsPanel(part('options-panel'), button);
startProgress(part('steps'), button);
startSellForm(part('sell'), button);

const mode = part('mode');
const note = part('note');
if (isSimulated) {
  for (const element of document.querySelectorAll<HTMLElement>('.simulated')) element.hidden = false;
  mode.textContent = 'Demo: no real money';
  note.textContent = 'For you, not for visitors. Chain, wallet and Coinbase are simulated on this machine.';

  let owner: `0x${string}` | undefined;
  startWalletPanel(part('wallet-panel'), part('prompt'), (view) => {
    update(view);
    const [account] = view.accounts;
    owner = view.visitor;
    document.body.classList.toggle('connected', account !== undefined);
    part('account').textContent = account ? `${account.slice(0, 6)}…${account.slice(-4)}` : 'No wallet connected';
  });
  startBalance(part('usdc'), part('ether'), () => owner);
  await startFaultsPanel(part('faults-panel'));

  part('start-over').addEventListener('click', async () => {
    await post('/demo/reset');
    localStorage.clear();
    sessionStorage.clear();
    for (const { name } of await indexedDB.databases()) if (name) indexedDB.deleteDatabase(name);
    location.reload();
  });
} else {
  mode.textContent = 'Live: real money';
  mode.classList.add('live');
  note.textContent =
    'This page talks to Coinbase. Sales made here are real. The simulator, the test wallet and the faults are off.';
}

document.documentElement.dataset.ready = setup.mode;
