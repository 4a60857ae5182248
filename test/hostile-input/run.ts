// `node test/hostile-input/run.ts [--inputs 1000000] [--seed 1] [--only words]` attacks every border and prints what came of it.
// `node test/hostile-input/run.ts --border name --seed n --path p` judges one input again.
import { parseArgs } from 'node:util';
import { attackAll, replay } from './attack.ts';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    border: { type: 'string' },
    path: { type: 'string', default: '' },
  },
});

const seed = Number(values.seed);
if (values.border !== undefined) {
  await replay(values.border, seed, values.path);
  console.log('This input does no harm.');
  process.exit();
}

const began = performance.now();
let told = 0;
const results = await attackAll({
  inputs: Number(values.inputs),
  seed,
  only: values.only,
  onProgress: (done, of, border) => {
    if (performance.now() - told < 5_000) return;
    told = performance.now();
    console.log(`${((100 * done) / of).toFixed(0)} % ${border}`);
  },
});

const column = (value: number): string => value.toLocaleString('en').padStart(10);
console.log(
  `\n${'border'.padEnd(58)}${['inputs', 'accepted', 'refused', 'ignored', 'slowest'].map((name) => name.padStart(10)).join('')}`,
);
for (const { border, inputs, accepted, refused, ignored, slowest } of results) {
  console.log(
    `${border.padEnd(58)}${[inputs, accepted, refused, ignored].map(column).join('')}${`${slowest.toFixed(1)} ms`.padStart(10)}`,
  );
}
const [slow] = [...results].sort((one, other) => other.slowest - one.slowest);
const inputs = results.reduce((sum, result) => sum + result.inputs, 0);
const failures = results.flatMap(({ border, failures: of }) => of.map((failure) => ({ border, ...failure })));
console.log(
  `\n${inputs.toLocaleString('en')} inputs at ${results.length} borders, seed ${seed}, ${((performance.now() - began) / 1000).toFixed(0)} s, ${failures.length} failures`,
);
if (slow) console.log(`slowest input: ${slow.slowest.toFixed(1)} ms, ${slow.border}: ${slow.slowestInput}`);
for (const { border, seed: from, path, input, error } of failures) {
  console.log(`\n✗ ${border}\n  input ${input}\n  ${error.replaceAll('\n', '\n  ')}`);
  console.log(
    `  again: node test/hostile-input/run.ts --border ${JSON.stringify(border)} --seed ${from} --path ${path}`,
  );
}
process.exitCode = failures.length ? 1 : 0;
