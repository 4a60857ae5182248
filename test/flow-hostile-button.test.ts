// What a button says while its backend comes and goes.
import { expect } from 'chai';
import { errorTable } from '../src/errors.ts';
import { json } from './fixtures/element-backend.ts';
import { placeButton, reach, tidy, until, words } from './fixtures/element-world.ts';

describe('flow: the trouble that a button tells of its backend', () => {
  afterEach(tidy);

  it('is taken back when the backend answers again, though the sale stays where it is', async () => {
    const { button, ...world } = await placeButton();
    await reach({ button, ...world }, 'selling');
    const answers = button.fetch;
    button.fetch = async () => json({}, 500);
    window.dispatchEvent(new Event('focus'));
    const { message, advice } = errorTable['backend-unreachable'];
    await until(() => words(button, 'error') === `${message} ${advice}`);
    button.fetch = answers;
    window.dispatchEvent(new Event('focus'));
    await until(() => words(button, 'error') === '');
    expect(button.stage).to.equal('selling');
  });
});
