// The backend guide against the kit. `node test/server/guide.test.ts --write` fills in its tables of routes and errors.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import * as z from 'zod/mini';
import {
  claimAnswer,
  claimRelease,
  claimReport,
  claimRequest,
  instruction,
  quoteAnswer,
  tokenAnswer,
  tokenRequest,
} from '../../src/schema.ts';
import { ERRORS, type ErrorCode } from '../../tools/errors.ts';
import { ROUTES, type Route } from '../../tools/routes.ts';

const FILE = new URL('../../docs/backend.md', import.meta.url);
const guide = readFileSync(FILE, 'utf8');

const sectionIn = (text: string, name: string): string => {
  const found = new RegExp(`<!-- ${name} -->\n([^]*?)<!-- /${name} -->`).exec(text)?.[1];
  assert.ok(found !== undefined, `the guide has a table of ${name}`);
  return found.trim();
};

/** Rows of a table as cells. */
const rows = (name: string): string[][] =>
  sectionIn(guide, name)
    .split('\n')
    .slice(2)
    .map((row) =>
      row
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

const code = (text: string): string => `\`${text}\``;

/** Names of an object's fields; those that may be left out with a question mark. */
const fieldsOf = (schema: z.ZodMiniType | undefined): string => {
  if (!schema) return '';
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' });
  return Object.keys(properties)
    .map((name) => code(required.includes(name) ? name : `${name}?`))
    .join(' ');
};

/** Told of all routes at once, above the table. */
const COMMON: readonly ErrorCode[] = [
  ...(['origin-refused', 'server-error', 'not-signed-in', 'unknown-sale', 'store-unavailable', 'not-found'] as const),
  ...(['coinbase-busy', 'coinbase-refused', 'coinbase-unreachable', 'coinbase-malformed'] as const),
];

const rowOf = ({ method, path, means, query, body, answers, errors }: Route): string => {
  const asked = [fieldsOf(query) && `?${fieldsOf(query)}`, fieldsOf(body)].filter(Boolean).join(' ');
  const answered = Object.entries(answers).map(([status, { schema, type }]) =>
    [status, type ? 'events' : fieldsOf(schema)].filter(Boolean).join(' '),
  );
  const own = errors.filter((one) => !COMMON.includes(one)).map((one) => `${ERRORS[one].status[0]} ${code(one)}`);
  const name = code(`${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`);
  return `| ${name} | ${means} | ${asked} | ${answered.join('; ')} | ${own.sort().join(', ')} |`;
};

const generated = {
  routes: ['| route | | asks | answers | errors of its own |', '|---|---|---|---|---|', ...ROUTES.map(rowOf)],
  errors: [
    '| code | status | what has happened | what to do |',
    '|---|---|---|---|',
    ...Object.entries(ERRORS).map(
      ([name, { status, means, advice }]) => `| ${code(name)} | ${status.join(', ')} | ${means} | ${advice} |`,
    ),
  ],
};

if (process.argv.includes('--write')) {
  const text = Object.entries(generated).reduce(
    (all, [name, lines]) =>
      all.replace(
        new RegExp(`<!-- ${name} -->[^]*?<!-- /${name} -->`),
        () => `<!-- ${name} -->\n${lines.join('\n')}\n<!-- /${name} -->`,
      ),
    guide,
  );
  writeFileSync(FILE, text);
}

for (const [name, lines] of Object.entries(generated))
  test(`the guide's table of ${name} is the kit's`, () =>
    assert.equal(sectionIn(readFileSync(FILE, 'utf8'), name), lines.join('\n')));

/** Names of an interface's members, and whether each must be given. */
const membersOf = (name: string): [string, boolean][] => {
  const source = readFileSync('src/server/options.ts', 'utf8');
  const body = new RegExp(`export interface ${name} \\{\n([^]*?)\n\\}`).exec(source)?.[1] ?? '';
  return [...body.matchAll(/^ {2}(\w+)(\??)[:(]/gm)].map(([, member = '', optional]) => [member, optional === '']);
};

test("the guide's options are the kit's, and so is which of them are required", () => {
  const told = rows('options').map(([name = '', given]) => [name.replaceAll('`', ''), given === 'required']);
  assert.deepEqual(told, membersOf('OfframpOptions'));
});

test("the guide's limits are the kit's, with their defaults", () => {
  const parts = readFileSync('src/server/parts.ts', 'utf8');
  const told = rows('limits').map(([name = '', most]) => [name.replaceAll('`', ''), most]);
  assert.deepEqual(
    told,
    membersOf('OfframpLimits').map(([name]) => [name, new RegExp(`most\\.${name} \\?\\? (\\d+)`).exec(parts)?.[1]]),
  );
});

test("the guide's log events are the kit's, with their fields", () => {
  const source = readFileSync('src/server/log.ts', 'utf8');
  const events = [...source.matchAll(/^ {2}\| \{ event: '([a-z-]+)'(.*) \}/gm)].map(([, event, rest = '']) => [
    event,
    [...rest.matchAll(/(\w+)\??:/g)].map(([, field]) => field),
  ]);
  const told = rows('log').map(([event = '', fields = '']) => [
    event.replaceAll('`', ''),
    fields.replaceAll('`', '').split(' '),
  ]);
  assert.deepEqual(told, events);
});

test('what a backend of one’s own must answer is what the element reads and asks', () => {
  const own = sectionIn(guide, 'own');
  const fields = [tokenRequest, tokenAnswer, claimRequest, claimAnswer, claimReport, claimRelease, quoteAnswer].flatMap(
    (schema) => Object.keys(schema.shape),
  );
  // Proofs are the page's own affair; the rest is told in the table, field by field.
  const told = new Set(own.match(/\w+/g));
  assert.deepEqual(
    fields.filter((field) => field !== 'proof' && !told.has(field)),
    [],
  );
  const listed = Object.keys(instruction.shape).join(', ');
  assert.ok(guide.includes(`instruction = { ${listed} }`), 'the nine fields in their order');
});

test('each test that the security table names is there', (t) => {
  const named = rows('security').map(([demand, met, cell = '']) => {
    t.diagnostic(`${demand} → ${met} → ${cell}`);
    return /^`([\w.-]+)` (.+)$/.exec(cell) ?? [];
  });
  assert.ok(named.length > 10);
  for (const [, file, title = ''] of named)
    assert.ok(readFileSync(`test/server/${file}`, 'utf8').includes(title), `${file} has "${title}"`);
});

test('each place that the guide leads to is there', () => {
  const headings = [...guide.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
  for (const [, target = ''] of guide.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (target.startsWith('#')) assert.ok(headings.includes(target.slice(1)), `there is a heading ${target}`);
    else if (!target.startsWith('https://')) assert.ok(existsSync(new URL(target, FILE)), `there is ${target}`);
  }
});
