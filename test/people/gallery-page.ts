// The gallery in a page of its own, for who drives a browser from outside: one scene at a time, and what is found in it.
import axe from 'axe-core';
import { inside, settle, tidy } from '../fixtures/element-world.ts';
import { scenes } from './gallery.ts';
import { faint, ringless } from './sight.ts';

export interface Shown {
  name: string;
  isError: boolean;
}

const shown = scenes.map(({ name, code }): Shown => ({ name, isError: code !== undefined }));

const place = () => document.querySelector('offramp-button');

const gallery = {
  shown,

  show: async (name: string): Promise<void> => {
    await tidy();
    await scenes.find((scene) => scene.name === name)?.show();
    await settle();
  },

  /** What eyes and axe find in what is shown. */
  findings: async (): Promise<string[]> => {
    const button = place();
    if (!button) return ['Nothing is shown.'];
    const { violations } = await axe.run(button);
    return [...violations.map(({ id, help }) => `${id}: ${help}`), ...faint(button), ...ringless(button)];
  },

  /** A property of a part, as the browser has computed it. */
  look: (part: string, property: string): string | undefined => {
    const button = place();
    const found = button && inside(button).querySelector(`[part=${part}]`);
    return found ? getComputedStyle(found).getPropertyValue(property) : undefined;
  },
};

export type Gallery = typeof gallery;

Object.assign(globalThis, { gallery });
