// Every look in forced colours, which only Chromium's protocol plays, and in a system that is dark.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { launchChromium } from '../browsers.ts';
import type { Shown } from './gallery-page.ts';
import { type OpenGallery, openGallery } from './gallery-site.ts';

const LIMIT = { timeout: 120_000 };

describe('the looks', () => {
  let browser: Browser;
  let gallery: OpenGallery;

  before(async () => {
    browser = await launchChromium();
    gallery = await openGallery(browser);
  }, LIMIT);
  after(async () => {
    await gallery?.close();
    await browser?.close();
  }, LIMIT);

  // Errors look alike, and so does what is forced: one error is enough, and one look of each kind in the dark.
  const KINDS = [
    'idle',
    'disabled',
    'price and fee',
    'several wallets',
    'connecting',
    'order to review',
    'settling',
    'low-funds',
  ];
  for (const [theme, media, wants] of [
    [
      'forced colours',
      { 'forced-colors': 'active', 'prefers-color-scheme': 'light' },
      ({ name, isError }: Shown) => !isError || KINDS.includes(name),
    ],
    [
      'dark forced colours',
      { 'forced-colors': 'active', 'prefers-color-scheme': 'dark' },
      ({ name }: Shown) => KINDS.includes(name),
    ],
  ] as const) {
    it(`have no finding of axe and enough contrast in ${theme}`, LIMIT, async () => {
      await gallery.wish(media);
      const found: string[] = [];
      const looks = gallery.shown.filter(wants);
      for (const { name } of looks) {
        await gallery.show(name);
        found.push(...(await gallery.call('findings')).map((line) => `${name}: ${line}`));
      }
      assert.deepEqual(found, []);
      assert.ok(looks.length >= KINDS.length);
    });
  }

  it('have edges in forced colours, and a spinner that is seen to turn', LIMIT, async () => {
    await gallery.wish({ 'forced-colors': 'active', 'prefers-color-scheme': 'light' });
    await gallery.show('opening');
    const spinner = (side: string) => gallery.call('look', 'spinner', `border-inline-${side}-color`);
    assert.notEqual(await spinner('start'), await spinner('end'));
    assert.equal(await gallery.call('look', 'button', 'border-block-start-style'), 'solid');
    await gallery.wish({});
    assert.equal(await gallery.call('look', 'button', 'border-block-start-style'), 'solid');
  });
});
