// The rule of money 15: where the page pins a key, only what the backend signed is sent. In a simulated world, with real keys.
import { expect } from 'chai';
import type { Instruction, TokenAnswer } from '../src/schema.ts';
import { FROM, HASH, instruction, MINUTE, NOON, OTHER, TO } from './fixtures/orders.ts';
import { press, toOrdered } from './fixtures/passages.ts';
import { base64Url, createSigner, type Signer } from './fixtures/signing.ts';
import { createWorld, type Page, type World } from './fixtures/world.ts';

const CLAIM_URL = 'https://shop.example/claim';

/** The browser's cryptography takes time of its own, which no clock of the world knows. */
const until = async (world: World, condition: () => boolean): Promise<void> => {
  await world.settle();
  while (!condition()) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    await world.settle();
  }
};

/** What was begun for the order has come to its end, or to the wallet. */
const rest = (world: World, page: Page): Promise<void> =>
  until(world, () => page.flow.sale.stage !== 'ordered' || !page.flow.isBusy);

/** With an order, on a page that pins a key. */
const ordered = async (
  world: World,
  pinned: string,
  session: Partial<TokenAnswer> = { claimUrl: CLAIM_URL },
): Promise<Page> => {
  world.session = session;
  const page = await toOrdered(world);
  page.allows.instructionKey = pinned;
  return page;
};

const send = async (world: World, page: Page): Promise<void> => {
  page.send('press');
  await rest(world, page);
};

const refused = (world: World, page: Page): void => {
  expect(world.prompts).to.have.lengthOf(0);
  expect([page.flow.sale.stage, page.flow.sale.error]).to.deep.equal(['failed', 'instruction-invalid']);
  expect(page.codes).to.deep.equal(['instruction-invalid']);
  expect([world.claims.size, world.granted.size]).to.deep.equal([0, 0]);
};

describe('rule 15: where the page pins a key, an instruction that does not verify is never sent', () => {
  let signer: Signer;
  before(async () => {
    signer = await createSigner();
  });

  it('rule 15: what the backend signed for this sale is sent, once', async () => {
    const world = createWorld();
    world.sign = signer.sign;
    const page = await ordered(world, signer.pinned);
    await send(world, page);
    expect(world.prompts).to.have.lengthOf(1);
    expect(world.prompt().isClaimed).to.equal(true);
    expect(page.flow.sale.stage).to.equal('sending');
  });

  it('rule 15: without a key, an instruction needs no signature', async () => {
    const world = createWorld();
    world.session = { claimUrl: CLAIM_URL };
    const page = await toOrdered(world);
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('rule 15: without a key, an instruction that ends this very moment is over', async () => {
    const world = createWorld();
    world.session = { claimUrl: CLAIM_URL };
    const page = await toOrdered(world);
    world.instruction = { deadline: new Date(world.now()).toISOString() };
    await press(world, page);
    refused(world, page);
  });

  it('rule 15: the return is no way around it', async () => {
    const world = createWorld();
    const page = await ordered(world, signer.pinned);
    world.comeBack(page.flow.sale);
    await rest(world, page);
    refused(world, page);
  });

  it('rule 15: a page’s own call is no way around it', async () => {
    const world = createWorld();
    const page = await ordered(world, signer.pinned);
    page.allows.confirms = true;
    world.comeBack(page.flow.sale);
    page.send('call');
    await rest(world, page);
    refused(world, page);
  });

  it('rule 15: with a key and no claim endpoint, nothing is sent', async () => {
    const world = createWorld();
    const page = await ordered(world, signer.pinned, {});
    await send(world, page);
    refused(world, page);
  });

  it('rule 15: every button of the sale that pins a key must agree', async () => {
    const world = createWorld();
    world.sign = signer.sign;
    const page = await ordered(world, signer.pinned);
    const other = await createSigner('key-2');
    page.flow.watch({ ...page.watcher, instructionKey: () => other.pinned, onSale: () => {}, onError: () => {} });
    await send(world, page);
    refused(world, page);
  });

  it('rule 15: what was signed for another kid’s key of a set is verified with that one', async () => {
    const world = createWorld();
    const old = await createSigner('key-0');
    world.sign = signer.sign;
    const page = await ordered(world, JSON.stringify({ keys: [old.publicKey, signer.publicKey] }));
    await send(world, page);
    expect(world.prompts).to.have.lengthOf(1);
  });

  const changes: Record<string, Partial<Instruction>> = {
    'another transaction': { transactionId: 'order-2' },
    'another chain': { chainId: 1 },
    'another asset': { asset: 'EURC' },
    'another token': { token: OTHER },
    'no token': { token: null },
    'another recipient': { to: OTHER },
    'a recipient in other letters': { to: TO.toLowerCase() },
    'another sender': { from: OTHER },
    'another amount': { amount: '26' },
    'other units': { units: '26000000' },
    'another deadline': { deadline: new Date(NOON + 26 * MINUTE).toISOString() },
  };
  for (const [name, change] of Object.entries(changes)) {
    it(`rule 15: ${name} in place of what was signed is not sent`, async () => {
      const world = createWorld();
      // Swapped on its way to the page, behind the signature.
      world.sign = (saleId) => signer.sign(saleId, instruction());
      world.instruction = change;
      const page = await ordered(world, signer.pinned);
      await send(world, page);
      refused(world, page);
    });
  }

  for (const [name, change] of Object.entries<Partial<Instruction>>({
    'another transaction': { transactionId: 'order-2' },
    'another recipient': { to: OTHER },
    'another sender': { from: OTHER },
    'other units': { units: '26000000' },
    'a deadline that is over': { deadline: new Date(NOON).toISOString() },
  })) {
    it(`rule 15: ${name}, rightly signed, is not the order that is shown, and not sent`, async () => {
      const world = createWorld();
      world.sign = signer.sign;
      world.instruction = change;
      const page = await ordered(world, signer.pinned);
      await send(world, page);
      refused(world, page);
    });
  }

  const signatures: Record<string, (saleId: string, granted: Instruction) => Promise<string | undefined>> = {
    'no signature': async () => undefined,
    'an empty signature': async () => '',
    'a text that is no signature': async () => 'signed, the backend',
    'a signature for another sale': (_, granted) => signer.sign('another-sale', granted),
    'a signature for no sale': (saleId, granted) => signer.sign(saleId, granted, { saleId: undefined }),
    'an unknown kid': (saleId, granted) => signer.sign(saleId, granted, { kid: 'key-9' }),
    'alg none': async (saleId) => `${base64Url(JSON.stringify({ alg: 'none', kid: 'key-1', saleId }))}..`,
    'alg none with bytes behind it': async (saleId) =>
      `${base64Url(JSON.stringify({ alg: 'none', kid: 'key-1', saleId }))}..AAAA`,
    'alg none over a right signature': (saleId, granted) => signer.sign(saleId, granted, { alg: 'none' }),
    'HS256 over a right signature': (saleId, granted) => signer.sign(saleId, granted, { alg: 'HS256' }),
    'EdDSA said of a P-256 key': (saleId, granted) => signer.sign(saleId, granted, { alg: 'EdDSA' }),
    'an extension that must be understood': (saleId, granted) =>
      signer.sign(saleId, granted, { crit: ['exp'], exp: 1 }),
    'a key inside the signature': async (saleId, granted) => {
      const thief = await createSigner();
      return thief.sign(saleId, granted, { jwk: thief.publicKey });
    },
    'a payload inside the signature': async (saleId, granted) =>
      (await signer.sign(saleId, granted)).replace('..', `.${base64Url('{}')}.`),
    'half a signature': async (saleId, granted) => (await signer.sign(saleId, granted)).slice(0, -40),
    'another header than was signed': async (saleId, granted) => {
      const [, mark] = (await signer.sign(saleId, granted, { iat: 1 })).split('..');
      return `${base64Url(JSON.stringify({ alg: 'ES256', kid: 'key-1', saleId }))}..${mark}`;
    },
  };
  for (const [name, sign] of Object.entries(signatures)) {
    it(`rule 15: ${name} is not sent for`, async () => {
      const world = createWorld();
      world.sign = sign;
      const page = await ordered(world, signer.pinned);
      await send(world, page);
      refused(world, page);
    });
  }

  for (const [name, pinned] of Object.entries({
    'an empty text': '',
    'no JSON': 'key-1',
    'an empty set': '{"keys":[]}',
    'a key without its point': '{"kty":"EC","crv":"P-256","kid":"1"}',
  })) {
    it(`rule 15: a key that is ${name} lets nothing through`, async () => {
      const world = createWorld();
      world.sign = signer.sign;
      const page = await ordered(world, pinned);
      await send(world, page);
      refused(world, page);
    });
  }

  it('rule 15: a key that cannot be read lets nothing through', async () => {
    const world = createWorld();
    world.sign = signer.sign;
    const page = await ordered(world, signer.pinned);
    const broken = new TypeError('no such attribute');
    page.watcher.instructionKey = () => {
      throw broken;
    };
    await send(world, page);
    refused(world, page);
    expect(page.errors[0]?.cause).to.equal(broken);
  });

  it('rule 15: the order’s end while the signature is looked at prevents the ask', async () => {
    const world = createWorld();
    world.sign = signer.sign;
    const page = await ordered(world, signer.pinned);
    const open = world.hold('claim');
    page.send('press');
    await world.advance(28 * MINUTE);
    open();
    await until(world, () => world.claims.size === 0);
    expect(world.prompts).to.have.lengthOf(0);
    expect(page.flow.sale.error).to.equal('order-expired');
    expect([world.claims.size, world.granted.size]).to.deep.equal([0, 0]);
  });

  it('rule 15: a backend without a claim endpoint is refused before anything is sold', async () => {
    const world = createWorld();
    const page = world.page();
    page.allows.instructionKey = signer.pinned;
    await page.flow.readAccount();
    page.start();
    await until(world, () => page.flow.sale.stage !== 'opening');
    expect([page.flow.sale.stage, page.codes, page.popup.urls]).to.deep.equal(['failed', ['instruction-invalid'], []]);
    expect(page.popup.isOpen).to.equal(false);
  });

  it('rule 15: a report and a settled sale need no signature: what was sent was verified', async () => {
    const world = createWorld();
    world.sign = signer.sign;
    const page = await ordered(world, signer.pinned);
    await send(world, page);
    world.prompt().approve(HASH);
    await world.settle();
    expect(page.flow.sale).to.include({ stage: 'settling', txHash: HASH, from: FROM });
  });
});
