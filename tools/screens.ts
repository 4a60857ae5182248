// Takes a picture of every look of the element: a sheet per theme in `docs/screens`, and the list of them in `docs/looks.md`.
// `node tools/screens.ts`; with `--list` the list alone. Knows sheets; the looks are those of `test/people/gallery.ts`, which the tests share.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Browser } from 'puppeteer-core';
import { launchChromium } from '../test/browsers.ts';
import { scenes } from '../test/people/gallery.ts';
import type { Shown } from '../test/people/gallery-page.ts';
import { type Media, type OpenGallery, openGallery } from '../test/people/gallery-site.ts';
import { indexed } from './png.ts';

interface Sheet {
  /** The file's name, without its end. */
  file: string;
  media: Media;
  /** Pixels. */
  width: number;
  columns: number;
  wants(look: Shown): boolean;
}

const LIGHT = { 'prefers-color-scheme': 'light', 'prefers-reduced-motion': 'reduce' };
const isStage = ({ isError }: Shown): boolean => !isError;

export const SHEETS: readonly Sheet[] = [
  { file: 'light', media: LIGHT, width: 464, columns: 3, wants: isStage },
  {
    file: 'dark',
    media: { ...LIGHT, 'prefers-color-scheme': 'dark' },
    width: 464,
    columns: 3,
    wants: isStage,
  },
  { file: 'forced-colors', media: { ...LIGHT, 'forced-colors': 'active' }, width: 464, columns: 3, wants: isStage },
  { file: 'narrow', media: LIGHT, width: 320, columns: 4, wants: isStage },
  { file: 'errors', media: LIGHT, width: 464, columns: 3, wants: ({ isError }) => isError },
];

interface Picture {
  name: string;
  /** Base64 of a PNG. */
  png: string;
}

const take = async ({ page, show, shown, wish }: OpenGallery, { media, width, wants }: Sheet): Promise<Picture[]> => {
  await wish(media);
  await page.setViewport({ width, height: 900 });
  const pictures: Picture[] = [];
  for (const { name } of shown.filter(wants)) {
    await show(name);
    const height = Number(await page.evaluate('Math.ceil(document.body.getBoundingClientRect().height)'));
    const clip = { x: 0, y: 0, width, height };
    pictures.push({ name, png: await page.screenshot({ clip, encoding: 'base64' }) });
  }
  return pictures;
};

/** All pictures on one page, a name under each, down the columns. Returns a PNG. */
const lay = async (browser: Browser, pictures: readonly Picture[], { width, columns }: Sheet): Promise<Uint8Array> => {
  const figures = pictures.map(
    ({ name, png }) => `<figure><img src="data:image/png;base64,${png}"><figcaption>${name}</figcaption></figure>`,
  );
  const page = await browser.newPage();
  await page.setViewport({ width: columns * (width + 16) + 16, height: 900 });
  await page.setContent(`<!doctype html><style>
    body { columns: ${columns}; column-gap: 16px; margin: 16px; background: #e4e7ec; font: 14px/1.4 system-ui, sans-serif }
    figure { break-inside: avoid; margin: 0 0 16px }
    img { display: block; max-inline-size: 100% }
    figcaption { padding-block: 4px; color: #14181f }
  </style>${figures.join('')}`);
  const png = await page.screenshot({ fullPage: true });
  await page.close();
  return png;
};

const LOOKS = 'docs/looks.md';

/** The list of looks, as it stands in `docs/looks.md`. */
export const listOf = (isError: boolean): string =>
  scenes
    .filter(({ code }) => (code !== undefined) === isError)
    .map(({ name, says }) => `- **${name}**: ${says}`)
    .join('\n');

const writeLists = (): void => {
  let text = readFileSync(LOOKS, 'utf8');
  for (const [name, isError] of [
    ['stages', false],
    ['errors', true],
  ] as const)
    text = text.replace(
      new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`),
      (_, start, end) => `${start}${listOf(isError)}\n${end}`,
    );
  writeFileSync(LOOKS, text);
};

const takePictures = async (): Promise<void> => {
  const browser = await launchChromium();
  const gallery = await openGallery(browser);
  mkdirSync('docs/screens', { recursive: true });
  for (const sheet of SHEETS) {
    const png = indexed(await lay(browser, await take(gallery, sheet), sheet));
    writeFileSync(`docs/screens/${sheet.file}.png`, png);
    console.log(`docs/screens/${sheet.file}.png: ${png.length} bytes`);
  }
  await gallery.close();
  await browser.close();
};

if (import.meta.main) {
  writeLists();
  if (!process.argv.includes('--list')) await takePictures();
}
