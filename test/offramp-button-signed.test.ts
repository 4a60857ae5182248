// The element with an `instruction-key`: what is wrong with it is said at the press, before a window opens or anything is asked.
import { expect } from 'chai';
import { json, TOKEN } from './fixtures/element-backend.ts';
import { placeButton, press, reaches, settle, tidy, until, words } from './fixtures/element-world.ts';
import { createSigner } from './fixtures/signing.ts';

describe('<offramp-button instruction-key>', () => {
  afterEach(tidy);

  for (const [name, key, says] of [
    ['an empty text', '', /is not a public key/],
    ['no JSON', 'MFkwEwYHKoZIzj0CAQ', /is not a public key/],
    ['a private key', '{"kty":"EC","crv":"P-256","d":"AAAA","kid":"1"}', /is a private key/],
  ] as const) {
    it(`says at the press that its key is ${name}`, async () => {
      const world = await placeButton();
      world.button.setAttribute('instruction-key', key);
      await settle();
      press(world);
      await settle();
      expect(words(world.button, 'error')).to.match(says);
      expect(world.heard.map(({ type, detail }) => [type, detail.error?.code])).to.deep.equal([
        ['offramp-error', 'instruction-invalid'],
      ]);
      expect([world.windows.opened.length, world.backend.asked.length]).to.deep.equal([0, 0]);
    });
  }

  it('opens nothing at Coinbase for a backend that grants no instruction', async () => {
    const { pinned } = await createSigner();
    const world = await placeButton({ set: { instructionKey: pinned } });
    press(world);
    await reaches(world.button, 'failed');
    expect(words(world.button, 'error')).to.match(/wants signed instructions/);
    expect(world.windows.opened.flatMap(({ addresses }) => addresses)).to.deep.equal([]);
  });

  it('goes on to Coinbase for one that does', async () => {
    const { pinned } = await createSigner();
    const world = await placeButton({ set: { instructionKey: pinned } });
    world.backend.answerToken = () => json({ token: TOKEN, statusUrl: '/api/sales', claimUrl: '/api/claim' });
    press(world);
    await until(() => world.windows.opened.at(-1)?.addresses.length);
    await reaches(world.button, 'selling');
  });
});
