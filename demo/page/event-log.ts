// The log of what the button says: its events, newest last. Knows only what any page can hear.
import type { OfframpButton } from '../../src/offramp-button.ts';

const kept = 200;

const clock = new Intl.DateTimeFormat('en-GB', {
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});

/** Starts the log. */
export const startEventLog = (panel: HTMLElement, button: OfframpButton): void => {
  panel.innerHTML = `
    <div class="head">
      <h2 id="log-title">Events</h2>
      <button type="button" class="small">Clear</button>
    </div>
    <ol class="log" tabindex="0" aria-labelledby="log-title" aria-live="off"></ol>`;
  const list = panel.querySelector('ol');
  const clear = panel.querySelector('button');
  if (!list || !clear) return;
  clear.addEventListener('click', () => list.replaceChildren());

  const add = (event: string, stage: string, text: string): void => {
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    const row = document.createElement('li');
    row.dataset.event = event;
    row.dataset.stage = stage;
    const time = document.createElement('time');
    time.textContent = `${clock.format(new Date())} `;
    const name = document.createElement('b');
    name.textContent = event;
    const more = document.createElement('span');
    more.textContent = ` ${text}`;
    row.append(time, name, more);
    list.append(row);
    while (list.children.length > kept) list.firstElementChild?.remove();
    if (atEnd) list.scrollTop = list.scrollHeight;
  };

  button.addEventListener('offramp-change', ({ detail: { previous, stage, sale } }) => {
    const { amount, asset, txHash, status } = sale;
    const facts = [amount && `${amount} ${asset}`, txHash && `tx ${txHash.slice(0, 10)}…`, status].filter(Boolean);
    add('offramp-change', stage, `${previous} → ${stage}${facts.length > 0 ? `  ${facts.join(', ')}` : ''}`);
  });
  button.addEventListener('offramp-error', ({ detail: { stage, error } }) => {
    add('offramp-error', stage, `${error?.code}: ${error?.message} ${error?.advice}`);
  });
  for (const name of ['offramp-before-open', 'offramp-before-send'] as const) {
    button.addEventListener(name, ({ detail: { stage } }) => add(name, stage, stage));
  }
  add('page', button.stage ?? '', 'loaded');
};
