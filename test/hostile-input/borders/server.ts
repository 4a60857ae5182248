// The server kit in front of the Internet: hostile requests, and a Coinbase that answers garbage.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { BODY, createKit, listOf, record, SHOP, TOKEN } from '../../server/fixture.ts';
import { border, checkKeys, checkWords, type Verdict } from '../border.ts';
import { parsed, type Sent, sent } from '../damage.ts';
import * as oracle from '../oracle.ts';
import { HOSTILE, SECRET, texts, urls, words } from '../texts.ts';
import { make, things } from '../things.ts';
import { claimReport, claimRequest } from '../valid.ts';

const PREFIX = '/api/offramp';
/** Nothing of an attack should end at a limit of its own pace. */
const MANY = 1_000_000_000;
const limits = {
  tokensPerUser: MANY,
  tokensPerIp: MANY,
  quotesPerUser: MANY,
  pagesPerUser: MANY,
  quotesPerSecond: MANY,
};
const kit = createKit({ limits });
const ANN = await kit.mint();

/** Statuses that say whose fault it was; 500 would say that the kit itself broke. */
const FITTING = [400, 401, 403, 404, 405, 409, 413, 415, 429, 502, 504];

/** A refusal is `{ code, message }` in words for a person, and nothing of what came from outside. */
const checkRefusal = async (response: Response): Promise<void> => {
  assert.ok(FITTING.includes(response.status), `answered ${response.status}`);
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
  const body = (await response.json()) as Record<string, unknown>;
  assert.deepEqual(Object.keys(body), ['code', 'message']);
  assert.match(String(body.code), /^[a-z]+(-[a-z]+)+$/);
  checkWords(String(body.message));
  if (response.status === 429) assert.match(response.headers.get('retry-after') ?? '', /^[1-9]\d{0,3}$/);
};

const checkAnswer = async (response: Response): Promise<Verdict> => {
  assert.equal(response.headers.get('set-cookie'), null);
  assert.equal(response.headers.get('access-control-allow-origin') ?? SHOP, SHOP);
  if (response.ok) return 'accepted';
  await checkRefusal(response);
  return 'refused';
};

interface Asked {
  method: string;
  path: string;
  headers: [string, string][];
  body: Sent;
}

const refs = fc.oneof(
  { weight: 9, arbitrary: fc.constant(ANN.partnerUserRef) },
  fc.constantFrom(
    ...[
      '',
      'token',
      '__proto__',
      '..',
      '%2e%2e',
      '%00',
      `${ANN.partnerUserRef}%0a`,
      ANN.partnerUserRef.slice(0, -1),
      '%ff',
      'constructor',
    ],
  ),
  fc.constantFrom(
    `${ANN.partnerUserRef.slice(0, -1)}A`,
    ANN.partnerUserRef.toLowerCase(),
    'a'.repeat(44),
    '..%2f..%2ftoken',
    'a'.repeat(100_000),
  ),
  words.map((text) => encodeURIComponent(text.replace(/[\ud800-\udfff]/g, '').slice(0, 5_000))),
);

const paths = fc.oneof(
  { weight: 3, arbitrary: fc.constant(`${PREFIX}/token`) },
  { weight: 3, arbitrary: refs.map((ref) => `${PREFIX}/sales/${ref}`) },
  { weight: 4, arbitrary: refs.map((ref) => `${PREFIX}/sales/${ref}/claim`) },
  fc.constantFrom(
    ...[
      '/',
      '//',
      '/token',
      '//token',
      '///sales/token',
      '/sales/token/claim',
      '/TOKEN',
      '/token/',
      '/token?x=1',
      '/api/..//token',
    ],
  ),
  fc.constantFrom(
    ...[
      '/sales//claim',
      '/sales/%2f/claim',
      '/sales/a/b/claim',
      '/%E0%A4%A',
      '/;/token',
      `${'/sales'.repeat(5_000)}/x`,
      '/\\evil.example/token',
    ],
  ),
);

/** Mostly as a signed-in visitor's page asks. */
const headerOf = (name: string, usual: string, ...odd: readonly string[]) =>
  fc.oneof(
    { weight: 30, arbitrary: fc.constant<[string, string][]>([[name, usual]]) },
    { weight: 1, arbitrary: fc.constant<[string, string][]>([]) },
    { weight: 2, arbitrary: fc.constantFrom(...odd).map<[string, string][]>((value) => [[name, value]]) },
  );

const headers = fc
  .tuple(
    headerOf('x-user', 'ann', 'bob', 'ANN', 'ann ', '__proto__', HOSTILE),
    headerOf(
      'origin',
      SHOP,
      'null',
      'https://evil.example',
      `${SHOP}.evil.example`,
      `${SHOP}/`,
      '*',
      'https://SHOP.example',
      `${SHOP}:443`,
    ),
    headerOf(
      'content-type',
      'application/json',
      'text/plain',
      'application/json; charset=utf-16',
      'APPLICATION/JSON',
      'application/jsonp',
      'application/json, text/html',
      '',
    ),
    fc.oneof(
      { weight: 6, arbitrary: fc.constant<[string, string][]>([]) },
      {
        weight: 1,
        arbitrary: fc
          .constantFrom('0', '5', '-1', 'x', '1e9', '99999999999999999999')
          .map<[string, string][]>((value) => [['content-length', value]]),
      },
    ),
    fc.oneof(
      { weight: 6, arbitrary: fc.constant<[string, string][]>([]) },
      {
        weight: 1,
        arbitrary: fc
          .constantFrom<[string, string]>(
            ['transfer-encoding', 'chunked'],
            ['sec-fetch-site', 'cross-site'],
            ['x-forwarded-for', HOSTILE],
            ['x-http-method-override', 'DELETE'],
            ['access-control-request-method', 'PUT'],
            ['expect', 'x'],
            ['host', 'evil.example'],
          )
          .map((pair) => [pair]),
      },
    ),
  )
  .map((lists) => lists.flat());

const asked = fc.record<Asked>({
  method: fc.oneof(
    { weight: 5, arbitrary: fc.constant('POST') },
    fc.constantFrom('GET', 'PATCH', 'DELETE', 'PUT', 'HEAD', 'OPTIONS', 'PROPFIND', 'post', '__proto__'),
  ),
  path: paths,
  headers,
  body: fc.oneof(sent(BODY), sent(claimRequest), sent(claimReport)),
});

const BIG = 16 * 1024;

const requestOf = ({ method, path, headers: pairs, body }: Asked): Request | undefined => {
  try {
    const has = !/^(GET|HEAD)$/i.test(method);
    return new Request(`${SHOP}${path}`, { method, headers: pairs, ...(has ? { body: body.text } : {}) });
  } catch {
    // No client could send it, and no server would hand it on.
    return undefined;
  }
};

const requests = border<Asked>({
  name: 'server kit: requests',
  share: 12,
  input: asked,
  judge: async (input) => {
    const request = requestOf(input);
    if (!request) return 'ignored';
    kit.upstream.asked.splice(0);
    const response = await kit.handler(request);
    const { method, headers: pairs, body } = input;
    const told = Object.fromEntries(pairs.map(([name, value]) => [name, value]));
    // Whatever a stranger sends, Coinbase is only asked for a signed-in visitor of an allowed page, and only small things.
    const isOurs =
      told['x-user'] !== undefined &&
      (told.origin === SHOP || (told.origin === undefined && /^(GET|HEAD)$/i.test(method)));
    assert.ok(kit.upstream.asked.length === 0 || isOurs, 'asks Coinbase for a stranger');
    for (const { url } of kit.upstream.asked) {
      const { pathname, search, origin } = new URL(url);
      assert.equal(origin, 'https://api.developer.coinbase.com');
      assert.match(
        pathname + search,
        /^\/onramp\/v1\/(token|sell\/user\/[A-Za-z0-9_-]{44}\/transactions\?page_size=50)$/,
      );
    }
    if (response.ok && method === 'POST' && response.status === 200) {
      assert.ok(body.text.length <= BIG, 'reads a large body');
      const answer = (await response.clone().json()) as Record<string, unknown>;
      if (answer.statusUrl !== undefined) checkMinted(answer, parsed(body.text) as Record<string, unknown>);
    }
    return request.method === 'HEAD' && !response.ok ? 'refused' : checkAnswer(response);
  },
});

/** A token is minted for a request that is right by the second set of rules too. */
const checkMinted = (answer: Record<string, unknown>, body: Record<string, unknown>): void => {
  checkKeys(answer, ['token', 'partnerUserRef', 'statusUrl', 'claimUrl', 'eventsUrl', 'now']);
  assert.equal(answer.token, TOKEN);
  assert.ok(oracle.isIdentifier(answer.partnerUserRef, 49));
  assert.match(String(answer.statusUrl), /^\/(?!\/)/, 'another host');
  assert.ok(oracle.isAddress(body.address) && oracle.isIdentifier(body.saleId));
  assert.ok(oracle.rowOf(body.asset, body.network));
  assert.ok(
    oracle.isWebUrl(body.redirectUrl) && new URL(body.redirectUrl).origin === SHOP,
    `returns to ${body.redirectUrl}`,
  );
};

const redirects = border<string>({
  name: 'server kit: redirectUrl',
  share: 4,
  input: fc.oneof(
    { weight: 3, arbitrary: urls },
    fc.constant(`${SHOP}/done`),
    fc.constantFrom(`blob:${SHOP}/5c0e`, `https://user:pass@shop.example/`, `${SHOP}\\@evil.example`),
  ),
  judge: async (redirectUrl) => {
    const response = await kit.ask('POST', `${PREFIX}/token`, { ...BODY, redirectUrl });
    if (response.ok) checkMinted((await response.clone().json()) as Record<string, unknown>, { ...BODY, redirectUrl });
    return checkAnswer(response);
  },
});

type Upstream =
  | { kind: 'answers'; status: number; body: Sent; headers: Record<string, string> }
  | { kind: 'throws'; thing: string }
  | { kind: 'gives'; thing: string };

const upstreamHeaders = fc.record(
  {
    date: fc.oneof(
      texts,
      fc.constantFrom('Thu, 15 Jan 2026 12:00:00 GMT', 'Thu, 01 Jan 12026 00:00:00 GMT', 'Thu, 15 Jan 2026 12:00:00'),
    ),
    'retry-after': texts,
    'set-cookie': fc.constant('a=b'),
    location: urls,
  },
  { requiredKeys: [] },
);

const upstream = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('answers' as const),
      status: fc.oneof(
        { weight: 3, arbitrary: fc.constant(200) },
        fc.constantFrom(201, 204, 301, 302, 400, 401, 403, 404, 409, 429, 500, 502, 503, 599),
      ),
      body: fc.oneof(sent(listOf(record({ extra: SECRET }))), sent({ token: TOKEN, channel_id: HOSTILE })),
      headers: upstreamHeaders,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('throws', 'gives'), thing: things }) },
);

const give = (answer: Upstream): Response => {
  if (answer.kind === 'throws') throw make(answer.thing);
  if (answer.kind === 'gives') return make(answer.thing) as Response;
  const response = new Response([204].includes(answer.status) ? null : answer.body.text, { status: answer.status });
  for (const [name, value] of Object.entries(answer.headers)) {
    try {
      response.headers.set(name, value);
    } catch {
      // Not to be written on a wire.
    }
  }
  return response;
};

const coinbase = border<{ answer: Upstream; route: 'token' | 'sales' | 'claim' }>({
  name: "server kit: Coinbase's answers",
  share: 9,
  input: fc.record({ answer: upstream, route: fc.constantFrom('token', 'sales', 'claim') }),
  judge: async ({ answer, route: wanted }) => {
    // What is tried again is tried again after a pause; a token is not.
    const isTriedAgain = answer.kind === 'answers' && (answer.status === 429 || answer.status >= 500);
    const route = isTriedAgain ? 'token' : wanted;
    const fresh = createKit({ fetch: (async () => give(answer)) as typeof fetch });
    const sale = `${PREFIX}/sales/${ANN.partnerUserRef}`;
    const response =
      route === 'token'
        ? await fresh.ask('POST', `${PREFIX}/token`, BODY)
        : route === 'sales'
          ? await fresh.ask('GET', sale)
          : await fresh.ask('POST', `${sale}/claim`, claimRequest);
    const verdict = await checkAnswer(response.clone());
    if (verdict === 'refused') return verdict;
    const text = await response.text();
    for (const foreign of ['channel_id', 'redirect_url', 'extra', '__proto__', 'never to be told']) {
      assert.ok(!text.includes(`"${foreign}"`), `hands on ${foreign}`);
    }
    const body = JSON.parse(text) as Record<string, unknown>;
    assert.ok(body.now === undefined || oracle.instantOf(body.now) !== undefined, `the time ${body.now}`);
    if (route === 'claim') checkGranted(body.instruction as Record<string, string>);
    return 'accepted';
  },
});

/** Only a right order of this visitor may be granted, whatever Coinbase says. */
const checkGranted = ({
  to = '',
  from = '',
  amount,
  units = '0',
  chainId,
  token,
  transactionId,
}: Record<string, unknown>): void => {
  assert.equal(transactionId, claimRequest.transactionId);
  const row = ['USDC', 'ETH'].map((asset) => oracle.rowOf(asset, 'base')).find((one) => one?.token === token);
  assert.equal(chainId, row?.chainId);
  assert.ok(oracle.isDepositAddress(to, String(from)), `grants a transfer to ${to}`);
  assert.ok(oracle.isExactly(BigInt(String(units)), amount, row?.decimals ?? 0));
};

/** A kit whose hooks answer garbage breaks at its own side, and says only that. */
const hooks = border<{ hook: 'authorize' | 'clientIp'; thing: string; throws: boolean }>({
  name: "server kit: the site's own hooks",
  share: 2,
  input: fc.record({
    hook: fc.constantFrom('authorize', 'clientIp'),
    thing: fc.oneof({ weight: 1, arbitrary: fc.constant('right') }, { weight: 3, arbitrary: things }),
    throws: fc.boolean(),
  }),
  judge: async ({ hook, thing, throws }) => {
    const odd = () => {
      if (throws) throw make(thing);
      return make(thing);
    };
    const { ask } = createKit(thing === 'right' ? {} : { [hook]: odd });
    const told = console.error;
    console.error = () => {};
    try {
      const response = await ask('POST', `${PREFIX}/token`, BODY);
      if (response.ok) return 'accepted';
      assert.ok([401, 500].includes(response.status));
      const body = (await response.json()) as { message: string };
      checkWords(body.message);
      return 'refused';
    } finally {
      console.error = told;
    }
  },
});

export const serverBorders = [requests, redirects, coinbase, hooks];
