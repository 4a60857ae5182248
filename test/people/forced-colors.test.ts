// Every look in forced colours, which only Chromium's protocol plays, and in a system that is dark.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { launchChromium } from '../browsers.ts';
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

  for (const [theme, media] of [
    ['forced colours', { 'forced-colors': 'active', 'prefers-color-scheme': 'light' }],
    ['dark forced colours', { 'forced-colors': 'active', 'prefers-color-scheme': 'dark' }],
  ] as const) {
    it(`have no finding of axe and enough contrast in ${theme}`, LIMIT, async () => {
      await gallery.wish(media);
      const found: string[] = [];
      // Errors look alike; one of them is enough here.
      const looks = gallery.shown.filter(({ name, isError }) => !isError || name === 'low-funds');
      for (const { name } of looks) {
        await gallery.show(name);
        found.push(...(await gallery.call('findings')).map((line) => `${name}: ${line}`));
      }
      assert.deepEqual(found, []);
      assert.ok(looks.length > 20);
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
