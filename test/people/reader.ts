// What a screen reader has of the button: Chromium's accessibility tree, the focus in it, and what the live regions said.
// Knows the protocol's words; does not know what is right to say.

import { setTimeout as pause } from 'node:timers/promises';
import type { CDPSession, Page } from 'puppeteer-core';

interface Node {
  nodeId: string;
  parentId?: string;
  ignored: boolean;
  role?: { value: string };
  name?: { value: string };
  description?: { value: string };
  properties?: { name: string; value: { value?: unknown } }[];
  childIds?: string[];
}

export interface Reader {
  /** Presses a key, and gives what has the focus then. */
  key(name: 'Tab' | 'Enter' | 'Escape'): Promise<string>;
  /** What has the focus: role, name, description. */
  focus(): Promise<string>;
  /** The first group in the tree, a line per thing, as a reader goes through it. */
  group(): Promise<string[]>;
  /** What the live regions said since this was asked last. */
  heard(): Promise<string[]>;
}

const BUTTON = `document.querySelector('offramp-button')`;

/** Notes each sentence of the live regions, and each moment at which the focus was nowhere. */
const LISTEN = `(() => {
  window.spoken = [];
  const root = ${BUTTON}.shadowRoot;
  for (const name of ['status', 'error']) {
    const region = root.querySelector('[part=' + name + ']');
    new MutationObserver(() => region.textContent.trim() && spoken.push(name + ': ' + region.textContent.trim()))
      .observe(region, { childList: true, characterData: true, subtree: true });
  }
  const look = () => document.activeElement === document.body && spoken.push('the focus is lost');
  for (const name of ['offramp-change', 'offramp-error']) ${BUTTON}.addEventListener(name, look);
  new MutationObserver(look).observe(root, { childList: true, attributes: true, subtree: true });
})()`;

const describe = ({ role, name, description, properties = [] }: Node): string => {
  const isOff = properties.some((one) => one.name === 'disabled' && one.value.value === true);
  const about = description?.value ? `; ${description.value}` : '';
  return `${role?.value} "${name?.value ?? ''}"${isOff ? ' unavailable' : ''}${about}`;
};

export const beginReading = async (page: Page): Promise<Reader> => {
  const session: CDPSession = await page.createCDPSession();
  await session.send('Accessibility.enable');
  await page.evaluate(LISTEN);

  const tree = async (): Promise<Node[]> => (await session.send('Accessibility.getFullAXTree')).nodes as Node[];

  const focus = async (): Promise<string> => {
    // The tree follows the page by some frames.
    await pause(150);
    const holders = (await tree()).filter(({ properties = [] }) =>
      properties.some(({ name, value }) => name === 'focused' && value.value === true),
    );
    const [holder] = holders.filter(({ role }) => role?.value !== 'RootWebArea');
    return holder ? describe(holder) : 'nothing';
  };

  return {
    focus,

    key: async (name) => {
      await page.keyboard.press(name);
      return focus();
    },

    group: async () => {
      const nodes = await tree();
      const byId = new Map(nodes.map((node) => [node.nodeId, node]));
      const childrenOf = ({ childIds = [] }: Node) => childIds.flatMap((id) => byId.get(id) ?? []);
      const textOf = (node: Node): string =>
        node.role?.value === 'StaticText'
          ? (node.name?.value ?? '')
          : childrenOf(node).map(textOf).filter(Boolean).join(' ');
      const linesOf = (node: Node): string[] => {
        const role = node.role?.value ?? '';
        if (role === 'term' || role === 'definition') return [`  ${role} "${textOf(node)}"`];
        if (role === 'button' || role === 'link') return [`  ${describe(node)}`];
        return childrenOf(node).flatMap(linesOf);
      };
      const root = nodes.find(({ role, name }) => role?.value === 'group' && name?.value);
      return root ? [describe(root), ...linesOf(root)] : [];
    },

    heard: async () => (await page.evaluate('spoken.splice(0)')) as string[],
  };
};
