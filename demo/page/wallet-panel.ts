// The test wallet's panel and its prompt: how it answers, what is wrong with it, what it is asked to sign. Knows what the
// server tells of the wallet; knows nothing of the button.
import { html, render, type TemplateResult } from 'lit';
import type { Answer, Trouble, WalletRequest, WalletView } from '../wallet/view.ts';
import { get, post } from './setup.ts';

const answerLabels: Record<Answer, string> = {
  ask: 'Ask me',
  approve: 'Approve at once',
  decline: 'Decline at once',
  never: 'Never answer',
  stuck: 'Stuck request',
};

const troubleLabels: Record<Trouble, string> = {
  'wrong-chain': 'Wrong chain',
  'wrong-account': 'Wrong account',
  'low-usdc': 'Too little USDC',
  'low-gas': 'Too little gas',
};

const LOOK_EVERY_MS = 300;

const chainName = (chainId: string): string =>
  ({ '0x2105': 'Base (8453)', '0x1': 'Ethereum (1)' })[chainId] ?? `chain ${Number(chainId)}`;

/** Starts the panel. `onView` hears of the wallet each time it was looked at. */
export const startWalletPanel = (panel: HTMLElement, place: HTMLElement, onView: (view: WalletView) => void): void => {
  const entries = <K extends string>(labels: Record<K, string>): [K, string][] =>
    Object.entries(labels) as [K, string][];

  const show = (view: WalletView): void => {
    render(controls(view), panel);
    render(
      view.requests.filter(({ state }) => state === 'waiting').map((request) => prompt(request, view.mode)),
      place,
    );
    onView(view);
  };
  const tell = async (path: string, body: object): Promise<void> => show(await post<WalletView>(path, body));

  const controls = (view: WalletView): TemplateResult => html`
    <div class="head">
      <h2 id="wallet-title">Test wallet</h2>
      <span>${view.connected ? 'connected' : 'not connected'}</span>
    </div>
    <fieldset>
      <legend>When asked to send</legend>
      <div class="choices">
        ${entries(answerLabels).map(
          ([mode, label]) => html`<label class="choice">
            <input type="radio" name="mode" value=${mode} .checked=${view.mode === mode}
              @change=${() => tell('/demo/wallet/mode', { mode })}>${label}
          </label>`,
        )}
      </div>
    </fieldset>
    <fieldset>
      <legend>What is wrong with it</legend>
      <div class="choices">
        ${entries(troubleLabels).map(
          ([name, label]) => html`<label class="choice trouble">
            <input type="checkbox" name=${name} .checked=${view.troubles.includes(name)}
              @change=${(event: Event) =>
                tell('/demo/wallet/trouble', { name, on: (event.target as HTMLInputElement).checked })}>${label}
          </label>`,
        )}
      </div>
    </fieldset>
    <dl class="pairs">
      <dt>Asked to send</dt>
      <dd id="send-count">${view.sendCount === 1 ? 'once' : `${view.sendCount} times`}${summary(view.requests)}</dd>
      <dt>Network</dt>
      <dd>${chainName(view.chainId)}</dd>
      <dt>Account</dt>
      <dd>${view.accounts[0] ?? 'none shown yet'}</dd>
    </dl>
  `;

  const summary = (requests: WalletRequest[]): string => {
    const last = requests.at(-1);
    return last ? `, last one ${last.state}` : '';
  };

  const prompt = (request: WalletRequest, mode: Answer): TemplateResult => html`
    <section class="prompt" aria-label="Test wallet" data-request=${request.id}>
      <h2>Test wallet: Harbor asks you to sign</h2>
      ${
        request.transfer
          ? html`<p class="ask">Send <strong>${request.transfer.amount} ${request.transfer.asset}</strong></p>`
          : html`<p class="ask"><strong>An unknown call</strong> Nothing that this wallet can read.</p>`
      }
      <dl class="pairs">
        <dt>To</dt>
        <dd>${request.transfer?.to ?? request.transaction.to ?? 'nobody'}</dd>
        <dt>From</dt>
        <dd>${request.transaction.from ?? 'nobody'}</dd>
        <dt>Network</dt>
        <dd>${chainName(request.transaction.chainId ?? request.chainId)}</dd>
      </dl>
      <details>
        <summary>As it was asked</summary>
        <code class="tag">${JSON.stringify(request.transaction, null, 2)}</code>
      </details>
      ${
        mode === 'never'
          ? html`<p class="quiet">This wallet is set never to answer.</p>`
          : html`<div class="answers">
              <button type="button" @click=${() => tell('/demo/wallet/answer', { id: request.id, approve: false })}>
                Decline
              </button>
              <button type="button" class="approve"
                @click=${() => tell('/demo/wallet/answer', { id: request.id, approve: true })}>Approve</button>
            </div>`
      }
    </section>
  `;

  const look = async (): Promise<void> => {
    // Without the demo's server there is nothing to show; the next look may find it again.
    const view = await get<WalletView>('/demo/wallet').catch(() => undefined);
    if (view) show(view);
    setTimeout(look, LOOK_EVERY_MS);
  };
  void look();
};

/** Sets the wallet as a query says: one answer and any troubles, separated by commas, such as `approve,wrong-chain`. */
export const setWallet = async (words: string): Promise<void> => {
  for (const word of words.split(',')) {
    if (word in answerLabels) await post('/demo/wallet/mode', { mode: word });
    else if (word in troubleLabels) await post('/demo/wallet/trouble', { name: word, on: true });
  }
};
