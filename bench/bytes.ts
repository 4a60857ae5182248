// What scripts and styles weigh on the way: minified, gzip, brotli; ours beside floors and peers. Knows compressors and bundles;
// starts no browser.
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { type Bundle, bundle, bundleSingle } from './bundle.ts';
import { type Peer, REACT } from './peers.ts';

/** Bytes, each file compressed for itself, as servers send them. */
export interface Weight {
  files: number;
  minified: number;
  /** At level 9. */
  gzip: number;
  /** At level 11. */
  brotli: number;
}

export interface BytesRow {
  name: string;
  /** What the page asks for by itself. */
  initial: Weight;
  /** With everything that it may ask for later. */
  all: Weight;
  note?: string;
}

const toGzip = promisify(gzip);
const toBrotli = promisify(brotliCompress);

/** Length as brotli at its best. */
export const brotliLength = async (bytes: Uint8Array): Promise<number> => {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return (await toBrotli(bytes, { params })).length;
};

export const weigh = async (files: readonly Uint8Array[]): Promise<Weight> => {
  const weight: Weight = { files: files.length, minified: 0, gzip: 0, brotli: 0 };
  for (const bytes of files) {
    weight.minified += bytes.length;
    weight.gzip += (await toGzip(bytes, { level: 9 })).length;
    weight.brotli += await brotliLength(bytes);
  }
  return weight;
};

const some = ({ files }: Bundle, names: Iterable<string>): Uint8Array[] =>
  [...names].flatMap((name) => files.get(name) ?? []);

const weighBundle = async (name: string, made: Bundle): Promise<BytesRow> => {
  const initial = await weigh(some(made, made.initial));
  const later = await weigh(
    some(
      made,
      [...made.files.keys()].filter((file) => !made.initial.includes(file)),
    ),
  );
  const all = {
    files: initial.files + later.files,
    minified: initial.minified + later.minified,
    gzip: initial.gzip + later.gzip,
    brotli: initial.brotli + later.brotli,
  };
  return { name, initial, all };
};

/** A step of a sale → the module that does it; a step's bytes are those up to and with that module. */
export const STEPS: readonly { step: string; module: string }[] = [
  { step: 'up to the open window', module: 'src/ports/blank-window.ts' },
  { step: 'up to Coinbase’s page being asked for', module: 'src/opening.ts' },
];

export interface OwnBytes {
  initial: Weight;
  /** In the order of `STEPS`. */
  steps: { step: string; weight: Weight }[];
  /** Everything of a sale on an EVM chain. */
  sale: Weight;
  single: Weight;
}

/** What the button itself weighs. */
export const ownBytes = async (split: Bundle, single: Bundle): Promise<OwnBytes> => ({
  initial: await weigh(some(split, split.initial)),
  steps: await Promise.all(
    STEPS.map(async ({ step, module }) => {
      const names = split.upTo(module);
      if (!names) throw new Error(`${module} is not in the bundle: STEPS in bench/bytes.ts names what is not there.`);
      return { step, weight: await weigh(some(split, names)) };
    }),
  ),
  sale: await weigh([...split.files.values()]),
  single: await weigh([...single.files.values()]),
});

/** The button's two builds. */
export const buildOwn = async (): Promise<{ split: Bundle; single: Bundle }> => ({
  split: await bundle('src/index.ts'),
  single: await bundleSingle(),
});

export const buildFloors = async (): Promise<{ vanilla: Bundle; lit: Bundle }> => ({
  vanilla: await bundle('bench/floor/vanilla-button.ts'),
  lit: await bundle('bench/floor/lit-button.ts'),
});

export const floorBytes = async ({ vanilla, lit }: { vanilla: Bundle; lit: Bundle }): Promise<BytesRow[]> => [
  await weighBundle('vanilla custom-element button', vanilla),
  await weighBundle('bare Lit button', lit),
];

export interface MeasuredPeer {
  peer: Peer;
  made: Bundle;
  row: BytesRow;
}

/** Builds and weighs React and each peer; one that cannot be built has its reason in `absent`. */
export const measurePeers = async (peers: readonly Peer[]): Promise<{ measured: MeasuredPeer[]; absent: string[] }> => {
  const measured: MeasuredPeer[] = [];
  const absent: string[] = [];
  for (const peer of [REACT, ...peers]) {
    try {
      const made = await bundle(peer.entry);
      const row = await weighBundle(peer.name, made);
      measured.push({ peer, made, row: { ...row, ...(peer.remote && { note: `and ${peer.remote} from elsewhere` }) } });
    } catch (cause) {
      absent.push(`${peer.name}: ${(cause as Error).message.split('\n')[0]}`);
    }
  }
  return { measured, absent };
};
